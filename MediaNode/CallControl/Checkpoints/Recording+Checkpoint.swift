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
    writer.write(sound)
    writer.write(isPaused)
    writer.write(parts)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      parties: try reader.read(RecordingPart.Parties.self),
      sound: try reader.read(StoredSound.self), isPaused: try reader.read(Bool.self),
      parts: try reader.read(UInt32.self))
  }
}

extension StoredSound: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id)
    writer.write(tenant)
    switch kind {
    case .message(let message):
      writer.write(UInt8(1))
      writer.write(message)
    case .recording(let recorded):
      writer.write(UInt8(2))
      writer.write(recorded)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let (id, tenant) = (try reader.read(SoundID.self), try reader.read(TenantID.self))
    switch try reader.read(UInt8.self) {
    case 1: self.init(id: id, tenant: tenant, kind: .message(try reader.read(LeftMessage.self)))
    case 2: self.init(id: id, tenant: tenant, kind: .recording(try reader.read(RecordedCall.self)))
    default: throw .malformed("kind of a sound")
    }
  }
}

extension RecordedCall.Parties: Checkpointed {}
extension RecordedCall.Ending: Checkpointed {}

extension RecordedCall: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(call)
    writer.write(parties)
    writer.write(begunAt.milliseconds)
    writer.write(interruptions)
    writer.write(ending)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      call: try reader.read(CallID.self), parties: try reader.read(Parties.self),
      begunAt: WallTime(milliseconds: try reader.read(Int64.self)),
      interruptions: try reader.read(UInt32.self), ending: try reader.read(Ending?.self))
  }
}
