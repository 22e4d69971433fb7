extension RoomID: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(number) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(number: try reader.read(UInt64.self))
  }
}

extension RoomSeat.Role: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .talker: writer.write(UInt8(1))
    case .listener: writer.write(UInt8(2))
    case .whisperer(let relay, let side):
      writer.write(UInt8(3))
      writer.write(relay.number)
      writer.write(side)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .talker
    case 2: self = .listener
    case 3:
      self = .whisperer(
        to: RelayID(number: try reader.read(UInt64.self)), try reader.read(RelaySide.self))
    default: throw .malformed("role")
    }
  }
}

extension RoomSeat: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(room)
    writer.write(role)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(RoomID.self), as: try reader.read(Role.self))
  }
}

extension RoomStay: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(room)
    writer.write(number)
    writer.write(role)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      room: try reader.read(RoomID.self), number: try reader.read(String?.self),
      role: try reader.read(RoomSeat.Role.self))
  }
}
