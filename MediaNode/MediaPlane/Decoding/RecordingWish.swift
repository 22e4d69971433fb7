import Recording

/// What is to be recorded of a session, and under which name its segments come.
struct RecordingWish: Hashable, Sendable {
  let name: UInt32
  let format: RecordingFormat
  let parties: RecordedParties
  /// Where one party is recorded, the one on this side.
  let side: RelaySide
  /// How much is lost with the process at most.
  let segment: Duration
  /// How long the first party may say nothing until it is told of; nil: as long as it likes.
  let silence: Duration?
}
