/// How far the owner of a mailbox is with a message.
public enum MessageState: String, Hashable, Sendable, CaseIterable {
  /// Nobody heard it.
  case new
  case heard
  /// Heard, and to be kept.
  case saved
}

/// What somebody who calls a mailbox wants of it. The node that carries the call holds no messages: it
/// asks a replica, and the same question may be asked again.
public struct MailboxRequest: Hashable, Sendable {
  public enum Verb: Hashable, Sendable {
    /// Which messages are there. The PIN as it was keyed in; nil: it is the owner's own phone.
    case open(pin: String?)
    case mark(SoundID, MessageState)
    /// It may be wanted back for an hour.
    case delete(SoundID)
    case restore(SoundID)
    /// Lays a copy of this name in a colleague's mailbox.
    case forward(SoundID, to: ExtensionID, as: SoundID)
    /// The sound of a message from this byte on.
    case sound(SoundID, offset: UInt64)
  }

  /// Digits of a PIN, which a node sends and a replica takes; more are no PIN.
  public static let longestPIN = 16
  /// Messages that a caller hears of at once.
  public static let mostMessages = 100

  /// New for each question; its answer has the same.
  public var id: UUIDv7
  public var tenant: TenantID
  public var mailbox: ExtensionID
  public var verb: Verb

  public init(id: UUIDv7, tenant: TenantID, mailbox: ExtensionID, verb: Verb) {
    self.id = id
    self.tenant = tenant
    self.mailbox = mailbox
    self.verb = verb
  }
}

/// What a replica answers.
public struct MailboxAnswer: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// It is open: the first that are to be heard first, at most `MailboxRequest.mostMessages`.
    case messages([WaitingMessage])
    case done
    /// A piece of sound, at most `SoundPiece.mostBytes`.
    case sound([UInt8], isLast: Bool)
    /// The PIN is wrong, or the mailbox has none and may be heard from its owner's phone only.
    case wrongPIN
    /// Too many wrong PINs came: nobody gets in with one for some minutes.
    case locked
    /// There is no such mailbox or message (any more).
    case missing
    /// Where a message is to go on to there is no mailbox.
    case noMailbox
    /// The mailbox where it is to go on to takes no more.
    case full
    /// The replica cannot say now.
    case failed
  }

  public var request: UUIDv7
  public var outcome: Outcome

  public init(request: UUIDv7, outcome: Outcome) {
    self.request = request
    self.outcome = outcome
  }
}

/// A message as whoever calls the mailbox hears of it.
public struct WaitingMessage: Hashable, Sendable {
  public var id: SoundID
  /// An extension, or E.164 with plus; empty: the caller hid it.
  public var caller: String
  public var leftAt: WallTime
  public var state: MessageState
  /// The extension that sent it on; empty: its caller left it here.
  public var forwardedBy: String

  public init(
    id: SoundID, caller: String, leftAt: WallTime, state: MessageState, forwardedBy: String = ""
  ) {
    self.forwardedBy = forwardedBy
    self.id = id
    self.caller = caller
    self.leftAt = leftAt
    self.state = state
  }
}
