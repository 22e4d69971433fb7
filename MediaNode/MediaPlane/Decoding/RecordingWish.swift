import Recording

/// What is to be recorded of a session, and under which name its segments come.
struct RecordingWish: Hashable, Sendable {
  let name: UInt32
  let format: RecordingFormat
  let parties: RecordedParties
  /// Where one party is recorded, the one on this side.
  let side: RelaySide
}
