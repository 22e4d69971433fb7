import Announcements
import Digits
import NodeContract

/// Where a caller may leave a message, and what is known of the caller then.
struct MailboxOffer: Hashable, Sendable {
  let mailbox: ExtensionID
  /// The extension's number, which its callers hear.
  let number: String
  let longest: Duration
  let isFull: Bool
  let language: SpokenLanguage
  /// Empty: hidden.
  let caller: String
  let callerName: String
  /// What the caller hears; nil: that nobody is there.
  var greeting: SoundReference?

  /// After that one, where there is one.
  func greeting(with greeting: SoundReference?) -> MailboxOffer {
    var offer = self
    offer.greeting = greeting ?? self.greeting
    return offer
  }
}

extension MailboxOffer {
  /// Nil: nobody can leave this extension a message.
  init?(_ entry: ExtensionEntry, to origin: CallOrigin) {
    guard let mailbox = entry.mailbox else { return nil }
    let isShown = !origin.isWithheld
    self.init(
      mailbox: entry.id, number: entry.number, longest: mailbox.longestMessage,
      isFull: mailbox.isFull, language: origin.tenant.snapshot.dialling.language,
      caller: isShown ? Legible.text(origin.number, limit: 64) : "",
      callerName: isShown ? Legible.text(origin.displayName ?? "", limit: 64) : "",
      greeting: mailbox.greeting)
  }
}

/// A caller and a mailbox: greeting, tone, message.
struct MessageDeposit: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// Leads to `tone`, by a key or the greeting's end.
    case greeting
    /// Leads to `recording`.
    case tone
    /// What is said is kept. Leads to the call's end.
    case recording(until: BootInstant)
    /// The caller hears that there is no room. Leads to the call's end.
    case full
  }

  let offer: MailboxOffer
  var stage: Stage
  /// Why the call is about to end; nil: it is not, or by no will of ours.
  var ending: LeftMessage.Ending?

  init(_ offer: MailboxOffer, _ stage: Stage, ending: LeftMessage.Ending? = nil) {
    (self.offer, self.stage, self.ending) = (offer, stage, ending)
  }

  /// Begins.
  init(_ offer: MailboxOffer) { self.init(offer, offer.isFull ? .full : .greeting) }

  /// What the caller hears at this stage; nil: it speaks itself.
  var programme: Programme? {
    switch stage {
    case .greeting:
      Programme(
        announcement: offer.announcement,
        // A key skips what is known already.
        reading: KeyReading(most: 1, patience: .zero))
    case .tone: .tone
    case .full:
      Programme(
        announcement: Announcement(offer.language.notice(.mailboxFull), in: offer.language))
    case .recording: nil
    }
  }
}

extension MailboxOffer {
  /// A greeting that is not on this node says nothing of who is not there: the usual one does.
  fileprivate var announcement: Announcement {
    let usual = language.greeting(ofNumber: number)
    return greeting.map { Announcement([.uploaded($0.name)], in: language, otherwise: usual) }
      ?? Announcement(usual, in: language)
  }
}
