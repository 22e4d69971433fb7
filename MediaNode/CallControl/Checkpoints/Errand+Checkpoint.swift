import NodeContract

extension Errand.Stage: Checkpointed {}

extension Click: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(host)
    writer.write(shown)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(host: try reader.read(), shown: try reader.read())
  }
}

extension PageShare: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(page)
    writer.write(host)
    writer.write(talksBack)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(page: try reader.read(), host: try reader.read(), talksBack: try reader.read())
  }
}

/// A call that nobody made, as it is written after what it is made for.
struct WrittenErrand<Reason: Hashable & Checkpointed>: Hashable, Checkpointed {
  let reason: Reason
  let leg: LegID
  let number: String
  let stage: Errand.Stage

  fileprivate init(_ errand: Errand, for reason: Reason) {
    (self.reason, leg, number, stage) = (reason, errand.leg, errand.number, errand.stage)
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(reason)
    writer.write(leg)
    writer.write(number)
    writer.write(stage)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    reason = try reader.read()
    leg = try reader.read()
    number = try reader.read()
    stage = try reader.read()
  }

  func errand(_ purpose: (Reason) -> Errand.Purpose) -> Errand {
    Errand(purpose: purpose(reason), leg: leg, number: number, stage: stage)
  }
}

extension Errand {
  /// Nil: it is made for another reason.
  var asCallback: WrittenErrand<CallID>? { place.map { WrittenErrand(self, for: $0) } }

  /// Likewise.
  var asClick: WrittenErrand<Click>? { click.map { WrittenErrand(self, for: $0) } }

  /// Likewise.
  var asShare: WrittenErrand<PageShare>? { share.map { WrittenErrand(self, for: $0) } }
}
