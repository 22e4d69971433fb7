public import NodeContract

/// What is kept of a call, as far as one process records it without a pause: each pause, and each process
/// that carries the call on, begins the next part. Another machine skips to the next hundred.
public struct RecordingPart: Hashable, Sendable {
  /// Whom a recording holds.
  public enum Parties: Hashable, Sendable {
    /// The caller's side of the relay left, the other right.
    case both
    case one(RelaySide)
  }

  /// What this is a part of.
  public var sound: StoredSound
  /// Of the sound's parts, from 1.
  public var number: UInt32
  public var parties: Parties
}

/// What is to be done about a call's recording. What makes no sense at the moment does nothing.
public enum RecordingOrder: Hashable, Sendable {
  case begin(RecordingPart.Parties)
  /// Nothing is recorded until it goes on: somebody reads out the number of a card.
  case pause
  case resume
  case end

  /// Of a call that is not recorded, nothing else can be wanted.
  var begins: Bool {
    if case .begin = self { true } else { false }
  }
}

/// A call's recording, from its begin to its end.
struct CallRecording: Hashable, Sendable {
  let parties: RecordingPart.Parties
  /// As it is known outside of the call.
  var sound: StoredSound
  var isPaused = false
  /// Parts that have begun.
  var parts: UInt32 = 0
  /// What the rule says that wants it; nil: somebody wants it.
  var terms: RecordingTerms?
  /// What is to be heard before anything is recorded.
  var notice: HeardNotice?
  /// The party there pressed the first key of a code.
  var starred: RelaySide?
}

extension RecordingPart.Parties {
  /// As people see them.
  var recorded: RecordedCall.Parties {
    switch self {
    case .both: .both
    case .one(.caller): .caller
    case .one(.callee): .called
    }
  }
}
