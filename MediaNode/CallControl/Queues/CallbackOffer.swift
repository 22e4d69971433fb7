import Announcements
import Digits
import NodeContract

/// A caller in a queue who may be called back instead of waiting: a value that hears of keys and time, and
/// says what the caller hears. While it talks with us nobody is rung for it; then it has its place as before.
struct CallbackOffer: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// The caller is told of it then. Leads to `open`, `withheld`.
    case due(BootInstant)
    /// It stood too near to the front when it was to be told. Leads nowhere.
    case withheld
    /// It was told, and may press the key. Leads to `confirming`, `typing`.
    case open
    /// It hears this number. Leads to `open`, `typing`, `kept`.
    case confirming(String)
    /// It enters another number. Leads to `open`, `confirming`.
    case typing
    /// It has a place without being here, and hears so before it is hung up. Leads nowhere.
    case kept
  }

  /// What a number turned out to be.
  enum Number: Hashable, Sendable {
    /// As it would be called.
    case possible(String)
    /// The caller hides its own, or nobody can be called there.
    case impossible
    /// It has a place already.
    case known
  }

  enum Step: Hashable, Sendable {
    case say(Programme)
    /// Finds out what that number is; nil: the caller's own.
    case find(String?)
    /// The caller gets a place of that number.
    case keep(String)
    /// It hears music again.
    case waitOn
  }

  /// Numbers in vain before a caller simply waits on.
  private static let mostTries = 3

  let terms: CallQueue.Callback
  var stage: Stage
  /// Numbers that were not possible.
  var tries: UInt8

  init(_ terms: CallQueue.Callback, stage: Stage, tries: UInt8 = 0) {
    self.terms = terms
    self.stage = stage
    self.tries = tries
  }

  /// The caller comes to the queue.
  init(_ terms: CallQueue.Callback, at now: BootInstant) {
    self.init(terms, stage: .due(now.advanced(by: max(.seconds(1), terms.offeredAfter))))
  }

  /// Nobody is rung for the caller meanwhile, and it hears nothing else.
  var isTalking: Bool {
    switch stage {
    case .due, .withheld, .open: false
    case .confirming, .typing, .kept: true
    }
  }

  var nextDeadline: BootInstant? {
    if case .due(let instant) = stage { instant } else { nil }
  }

  // MARK: - Events

  /// The caller stands there, and is to be told.
  mutating func offer(at position: Int, in language: SpokenLanguage) -> [Step] {
    guard !isTalking, stage != .open else { return [] }
    guard position >= Int(terms.offeredFrom) else {
      stage = .withheld
      return []
    }
    stage = .open
    let prompts = language.notice(CallbackNotice.press) + language.digits(terms.key)
    return [.say(Programme(announcement: Announcement(prompts, in: language)))]
  }

  /// The caller pressed a key while it heard music; nil: it means nothing.
  mutating func pressed(_ digit: Digit) -> [Step]? {
    guard stage == .open, String(digit.character) == terms.key else { return nil }
    return [.find(nil)]
  }

  /// What was asked for with `find`.
  /// - Parameter isOwn: nobody typed it.
  mutating func found(_ number: Number, isOwn: Bool, in language: SpokenLanguage) -> [Step] {
    switch number {
    case .possible(let number):
      stage = .confirming(number)
      return [.say(confirmation(of: number, in: language))]
    case .known:
      stage = .kept
      return [.say(said(.isKnown, in: language))]
    case .impossible:
      guard terms.takesOtherNumbers else {
        stage = .withheld
        return [.say(said(.notPossible, in: language))]
      }
      if !isOwn { tries += 1 }
      guard tries < Self.mostTries else { return waitOn() }
      stage = .typing
      return [.say(question(after: isOwn ? nil : .notPossible, in: language))]
    }
  }

  /// What was said is over, or was answered. Nil: it has nothing to do with this.
  mutating func heard(_ outcome: Programme.Outcome, in language: SpokenLanguage) -> [Step]? {
    switch (stage, outcome) {
    case (.confirming(let number), .entered(let keys)) where keys.isKey("1"): return [.keep(number)]
    case (.confirming, .entered(let keys)) where keys.isKey("2") && terms.takesOtherNumbers:
      stage = .typing
      return [.say(question(after: nil, in: language))]
    case (.typing, .entered(let keys)): return [.find(String(keys.map(\.character)))]
    case (.confirming, _), (.typing, _): return waitOn()
    case (.due, _), (.withheld, _), (.open, _), (.kept, _): return nil
    }
  }

  /// The place is the caller's, or could not be had.
  mutating func kept(_ isKept: Bool, in language: SpokenLanguage) -> [Step] {
    stage = isKept ? .kept : .withheld
    return [.say(said(isKept ? .isKept : .notPossible, in: language))]
  }

  // MARK: - Words

  private mutating func waitOn() -> [Step] {
    stage = .open
    return [.waitOn]
  }

  private func said(_ notice: CallbackNotice, in language: SpokenLanguage) -> Programme {
    Programme(announcement: Announcement(language.notice(notice), in: language))
  }

  private func confirmation(of number: String, in language: SpokenLanguage) -> Programme {
    let keys: CallbackNotice = terms.takesOtherNumbers ? .confirm : .confirmOnly
    let prompts =
      language.notice(CallbackNotice.numberIs) + language.digits(number) + language.notice(keys)
    return Programme(
      announcement: Announcement(prompts, in: language), rounds: 2,
      reading: KeyReading(most: 1))
  }

  private func question(after notice: CallbackNotice?, in language: SpokenLanguage) -> Programme {
    let prompts =
      (notice.map { language.notice($0) } ?? []) + language.notice(CallbackNotice.enterNumber)
    return Programme(
      announcement: Announcement(prompts, in: language),
      reading: KeyReading(most: 20, terminator: Digit("#"), patience: .seconds(8)))
  }
}

extension [Digit] {
  fileprivate func isKey(_ key: Character) -> Bool { map(\.character) == [key] }
}
