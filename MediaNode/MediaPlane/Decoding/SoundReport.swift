public import Digits

/// What happened in a decoded session that call control must know.
public struct SoundReport: Hashable, Sendable {
  public enum Event: Hashable, Sendable {
    /// The party pressed a key, and it is up again.
    case pressed(DigitInfo)
    /// The party is to be told of this key by signalling.
    case inform(DigitInfo)
    /// All prompts for the party are over, the last of which were played under this number.
    case played(UInt32)
  }

  public var session: UInt64
  public var side: RelaySide
  public var event: Event

  public init(session: UInt64, side: RelaySide, event: Event) {
    self.session = session
    self.side = side
    self.event = event
  }
}
