import NodeContract

extension RecordingPart.Parties: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .both: writer.write(RelaySide?.none)
    case .one(let side): writer.write(RelaySide?.some(side))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self = try reader.read(RelaySide?.self).map { .one($0) } ?? .both
  }
}

extension CallRecording: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(parties)
    writer.write(message)
    writer.write(isPaused)
    writer.write(parts)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      parties: try reader.read(RecordingPart.Parties.self),
      message: try reader.read(LeftMessage?.self), isPaused: try reader.read(Bool.self),
      parts: try reader.read(UInt32.self))
  }
}
