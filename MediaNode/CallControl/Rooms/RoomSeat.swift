/// Names one room of this exchange; never used twice.
public struct RoomID: Hashable, Sendable, Comparable {
  public let number: UInt64

  public init(number: UInt64) { self.number = number }

  public static func < (left: RoomID, right: RoomID) -> Bool { left.number < right.number }
}

/// Where a party sits that talks with more than one other.
public struct RoomSeat: Hashable, Sendable {
  /// Whom it hears, and who hears it.
  public enum Role: Hashable, Sendable {
    /// Heard by all, hears all: in a conference, or one that joins two who talk (barge).
    case talker
    /// Hears all, heard by nobody.
    case listener
    /// Hears all, heard by the party on this side of this relay alone.
    case whisperer(to: RelayID, RelaySide)
  }

  public var room: RoomID
  public var role: Role

  public init(_ room: RoomID, as role: Role) {
    self.room = room
    self.role = role
  }
}

/// What a call has to do with a room, for as long as it has.
struct RoomStay: Hashable, Sendable {
  let room: RoomID
  /// What is dialled to come in; nil: nobody does, a supervisor or a page made it.
  let number: String?
  /// Of the one party that the exchange attends to; two who talk with each other are talkers.
  var role = RoomSeat.Role.talker
}
