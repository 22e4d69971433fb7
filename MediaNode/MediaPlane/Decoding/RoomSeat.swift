/// Where a party sits that talks with more than one other.
public struct RoomSeat: Hashable, Sendable {
  /// What it hears, and who hears it.
  public enum Role: Hashable, Sendable {
    /// Heard by all, hears all: three parties, or one that joins two who talk (barge).
    case speaker
    /// Hears all, heard by nobody.
    case listener
    /// Hears all, heard by this party of this session alone.
    case whisperer(to: UInt64, RelaySide)
  }

  public var room: UInt64
  public var role: Role

  public init(_ room: UInt64, as role: Role = .speaker) {
    self.room = room
    self.role = role
  }
}
