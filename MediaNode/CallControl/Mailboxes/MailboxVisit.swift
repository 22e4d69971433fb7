import Announcements
import CallFlows
import Digits
import NodeContract

/// Somebody hears the messages of a mailbox: a value that hears of keys, of answers and of time, and says
/// what is to be said, and what is to be asked of the control plane, which alone has the messages.
///
/// Whoever takes the call over goes on with what is said; what was asked and not answered is asked again,
/// which changes nothing twice; a message that was heard begins again, as its sound was with the process,
/// or the machine, that is gone.
struct MailboxVisit: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// The number of the mailbox is keyed in. Leads to `proving`, `farewell`.
    case naming
    /// Its PIN is keyed in. Leads to `proving`, `asking`, `farewell`.
    case proving
    /// The control plane is to answer. Leads to every other but `naming`.
    case asking(MailboxRequest.Verb, until: BootInstant)
    /// How many messages wait, and what may be done. Leads to `menu`, `asking`, `farewell`.
    case menu
    /// A message is heard, then what may be done with it. Leads to `choice`, `menu`, `asking`,
    /// `addressing`, `calling`, `farewell`.
    case message
    /// What may be done with the message. Leads to `choice`, `menu`, `asking`, `addressing`, `calling`,
    /// `farewell`.
    case choice
    /// The number of a colleague is keyed in, who is to have the message too. Leads to `choice`,
    /// `asking`.
    case addressing
    /// Whoever left the message is called. Leads to `choice`, where nobody takes the call, or out of the
    /// mailbox.
    case calling
    /// Leads to the call's end.
    case farewell
  }

  /// What follows from an event.
  enum Step: Hashable, Sendable {
    case say(Programme)
    /// Whose mailbox is it? `found` is to hear, and what a copy of the message may be called.
    case find(number: String)
    /// `answered` is to hear.
    case ask(MailboxRequest.Verb, number: UInt32)
    /// The call goes on to that number; `calledInVain` is to hear when it does not.
    case call(number: String)
    case end
  }

  /// PINs that may be keyed in a call.
  static let mostAttempts: UInt8 = 3
  /// How long an answer may take.
  static let patience = Duration.seconds(8)

  let language: SpokenLanguage
  /// Nil: it is not known yet, or there is none of that number, which nobody is told.
  var mailbox: ExtensionID?
  var stage: Stage
  /// PINs that were wrong.
  var failures: UInt8 = 0
  /// Questions that were asked.
  var questions: UInt32 = 0
  var items: [Item] = []
  /// Of the message that is heard.
  var place = 0
  /// Days since 1970, in the tenant's time.
  var today = 0

  // MARK: - Begin

  /// The mailbox of whose phone it is.
  static func own(_ mailbox: ExtensionID, in language: SpokenLanguage, at now: BootInstant)
    -> (MailboxVisit, [Step])
  {
    var visit = MailboxVisit(language: language, mailbox: mailbox, stage: .menu)
    let steps = visit.ask(.open(pin: nil), at: now)
    return (visit, steps)
  }

  /// Some mailbox, which is asked for.
  static func any(in language: SpokenLanguage) -> (MailboxVisit, [Step]) {
    let visit = MailboxVisit(language: language, mailbox: nil, stage: .naming)
    return (visit, [visit.reading(.whichMailbox)])
  }

  /// The mailbox of that number; nil: there is none.
  ///
  /// - Parameter copy: a name that no message has.
  mutating func found(_ mailbox: ExtensionID?, copy: SoundID, at now: BootInstant) -> [Step] {
    stage == .addressing ? forward(to: mailbox, as: copy, at: now) : found(mailbox)
  }

  mutating func found(_ mailbox: ExtensionID?) -> [Step] {
    self.mailbox = mailbox
    stage = .proving
    return [reading(.whichPIN)]
  }

  // MARK: - Keys

  /// What was said is over.
  mutating func programmeEnded(_ outcome: Programme.Outcome, at now: BootInstant) -> [Step] {
    switch (stage, outcome) {
    case (.farewell, _): return [.end]
    case (.asking, _), (.calling, _): return []
    case (.naming, .entered(let keys)): return [.find(number: Self.text(keys))]
    case (.addressing, .entered(let keys)): return address(Self.text(keys))
    case (.addressing, _): return offer([])
    case (.proving, .entered(let keys)): return prove(Self.text(keys), at: now)
    case (.menu, .entered(let keys)): return chooseInMenu(keys.first, at: now)
    case (.message, .entered(let keys)), (.choice, .entered(let keys)):
      return choose(keys.first, at: now)
    case (.message, _): return offer([])
    case (.naming, _), (.proving, _), (.menu, _), (.choice, _): return leave()
    }
  }

  private static func text(_ keys: [Digit]) -> String { String(keys.map(\.character)) }

  /// Who keys in a number of no mailbox is refused like any other.
  private mutating func prove(_ pin: String, at now: BootInstant) -> [Step] {
    guard mailbox != nil, pin.utf8.count <= MailboxRequest.longestPIN else { return refuse() }
    return ask(.open(pin: pin), at: now)
  }

  private mutating func refuse() -> [Step] {
    failures += 1
    guard failures < Self.mostAttempts else { return leave(after: .wrong) }
    stage = .proving
    return [reading(.wrong, .whichPIN)]
  }

  private mutating func chooseInMenu(_ key: Digit?, at now: BootInstant) -> [Step] {
    switch key?.character {
    case "1" where !items.isEmpty: return hear(0, at: now)
    case "#": return leave()
    default: return menu()
    }
  }

  // MARK: - What is said

  func reading(_ phrases: MailboxPhrase...) -> Step {
    let prompts = phrases.flatMap { language.say($0) }
    return .say(
      Programme(
        announcement: Announcement(prompts, in: language), rounds: 2,
        reading: KeyReading(most: 10, terminator: Digit("#"))))
  }

  func key(after prompts: [Prompt], rounds: UInt8 = 2) -> Step {
    .say(
      Programme(
        announcement: Announcement(prompts, in: language), rounds: rounds,
        reading: KeyReading(most: 1)))
  }

  mutating func menu() -> [Step] {
    stage = .menu
    let present = items.filter { !$0.isDeleted }
    let new = present.count { $0.state == .new }
    let old = present.count - new
    return [
      key(after: language.waiting(new: new, old: old) + language.mailboxMenu(new: new, old: old))
    ]
  }

  /// Fetches a message, and then it is heard.
  mutating func hear(_ place: Int, at now: BootInstant) -> [Step] {
    self.place = place
    return ask(.sound(items[place].id, offset: 0), at: now)
  }

  private mutating func tell() -> [Step] {
    guard items.indices.contains(place) else { return menu() }
    stage = .message
    let item = items[place]
    let sound = Prompt.fetched(item.id.uuid.hexadecimal)
    let envelope = language.envelope(
      caller: item.caller, at: item.time(today: today), forwardedBy: item.forwardedBy)
    return [key(after: envelope + [sound] + options, rounds: 1)]
  }

  mutating func leave(after phrase: MailboxPhrase? = nil) -> [Step] {
    stage = .farewell
    let prompts = (phrase.map { language.say($0) } ?? []) + language.say(.goodbye)
    return [.say(Programme(announcement: Announcement(prompts, in: language)))]
  }

  // MARK: - Questions

  mutating func ask(_ verb: MailboxRequest.Verb, at now: BootInstant) -> [Step] {
    questions &+= 1
    stage = .asking(verb, until: now.advanced(by: Self.patience))
    return [.ask(verb, number: questions)]
  }

  /// When whoever was asked has not answered for too long.
  var deadline: BootInstant? {
    guard case .asking(_, let until) = stage else { return nil }
    return until
  }

  mutating func deadlinePassed(at now: BootInstant) -> [Step] {
    guard let deadline, deadline <= now else { return [] }
    return leave(after: .away)
  }

  /// - Parameter clock: of the tenant.
  mutating func answered(
    _ outcome: MailboxAnswer.Outcome, to number: UInt32, by clock: ZoneClock, at now: Moment
  ) -> [Step] {
    guard case .asking(let verb, _) = stage, number == questions else { return [] }
    switch (verb, outcome) {
    case (.open, .messages(let messages)):
      let local = LocalTime(now.wall, by: clock)
      today = local.date.days
      items = messages.prefix(MailboxRequest.mostMessages).map { Item($0, by: clock) }
      return menu()
    case (.open(pin: .some), .wrongPIN), (.open(pin: .some), .missing): return refuse()
    case (.open, .locked): return leave(after: .wrong)
    case (.sound(let id, _), .done): return fetched(id, at: now.boot)
    case (.sound, .missing): return changed(.deleted) { $0.isDeleted = true }
    case (.mark(_, .heard), .done): return change { $0.state = .heard } + tell()
    case (.mark(_, .heard), .missing): return tell()
    case (.mark(_, let state), .done): return changed(.saved) { $0.state = state }
    case (.delete, .done), (.delete, .missing), (.mark, .missing), (.restore, .missing),
      (.forward, .missing):
      return changed(.deleted) { $0.isDeleted = true }
    case (.forward, .done): return offer([.forwarded])
    case (.forward, .full): return offer(after: language.notice(.mailboxFull))
    case (.forward, .noMailbox): return offer([.noSuchMailbox])
    case (.restore, .done): return changed(.restored) { $0.isDeleted = false }
    default: return leave(after: .away)
    }
  }

  /// A message is taken for heard as soon as it is: its lamp goes out.
  private mutating func fetched(_ id: SoundID, at now: BootInstant) -> [Step] {
    guard items.indices.contains(place), items[place].state == .new else { return tell() }
    return ask(.mark(id, .heard), at: now)
  }

  private mutating func change(_ body: (inout Item) -> Void) -> [Step] {
    if items.indices.contains(place) { body(&items[place]) }
    return []
  }

  private mutating func changed(_ phrase: MailboxPhrase, _ body: (inout Item) -> Void) -> [Step] {
    change(body) + offer([phrase])
  }

  /// Another process carries the call on.
  mutating func goesOn(at now: BootInstant) -> [Step] {
    switch stage {
    case .asking(let verb, _): ask(verb, at: now)
    case .message: items.indices.contains(place) ? hear(place, at: now) : menu()
    case .naming, .proving, .menu, .choice, .addressing, .calling, .farewell: []
    }
  }
}
