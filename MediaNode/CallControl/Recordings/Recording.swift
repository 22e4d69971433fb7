public import NodeContract

/// A piece of a recording that is a file of its own: a pause, and each process that carries the call
/// on, begins the next.
public struct RecordingPart: Hashable, Sendable {
  /// Whom a recording holds.
  public enum Parties: Hashable, Sendable {
    /// The caller's side of the relay left, the other right.
    case both
    case one(RelaySide)
  }

  public var tenant: TenantID
  public var call: CallID
  /// Of the call's recordings, from 1.
  public var recording: UInt16
  /// Of the recording's parts, from 1.
  public var number: UInt32
  public var parties: Parties
  /// What this is a part of, where it is to be kept elsewhere than on this node's disk.
  public var sound: StoredSound?
}

/// What is to be done about a call's recording. What makes no sense at the moment does nothing.
public enum RecordingOrder: Hashable, Sendable {
  case begin(RecordingPart.Parties)
  /// Nothing is recorded until it goes on: somebody reads out the number of a card.
  case pause
  case resume
  case end
}

/// A call's recording, from its begin to its end.
struct CallRecording: Hashable, Sendable {
  let parties: RecordingPart.Parties
  /// It is somebody's message.
  var message: LeftMessage?
  var isPaused = false
  /// Parts that have begun.
  var parts: UInt32 = 0
}
