import NodeContract

/// What rules of recording add to a call.
struct RuledParts: Hashable, Sendable {
  let rungFor: [ExtensionID]
  let terms: RecordingTerms?
  let notice: HeardNotice?
  let starred: RelaySide?

  /// Nil: they add nothing.
  init?(_ call: CallMachine) {
    guard !call.rungFor.isEmpty || call.recording?.terms != nil else { return nil }
    rungFor = call.rungFor
    terms = call.recording?.terms
    notice = call.recording?.notice
    starred = call.recording?.starred
  }
}

extension CallMachine {
  mutating func take(_ parts: RuledParts) {
    rungFor = parts.rungFor
    guard var begun = recording, let terms = parts.terms else { return }
    begun.terms = terms
    begun.notice = parts.notice
    begun.starred = parts.starred
    if case .recording(var recorded) = begun.sound.kind {
      recorded.rule = terms.rule
      begun.sound.kind = .recording(recorded)
    }
    recording = begun
  }
}

extension RuledParts: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(rungFor)
    writer.write(terms)
    writer.write(notice)
    writer.write(starred)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    rungFor = try reader.read([ExtensionID].self)
    terms = try reader.read(RecordingTerms?.self)
    notice = try reader.read(HeardNotice?.self)
    starred = try reader.read(RelaySide?.self)
  }
}

extension RecordingRule.Pausers: Checkpointed {}

extension RecordingTerms: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(rule)
    writer.write(pausers)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    rule = try reader.read(RecordingRuleID.self)
    pausers = try reader.read(RecordingRule.Pausers.self)
  }
}

extension HeardNotice: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(announcement)
    writer.write(since)
    writer.write(sides)
    writer.write(isPlayed)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    announcement = try reader.read(Announcement.self)
    since = try reader.read(BootInstant.self)
    sides = try reader.read([RelaySide].self)
    isPlayed = try reader.read(Bool.self)
  }
}
