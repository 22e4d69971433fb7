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

  public init(id: SoundID, caller: String, leftAt: WallTime, state: MessageState) {
    self.id = id
    self.caller = caller
    self.leftAt = leftAt
    self.state = state
  }
}
