import NodeContract

extension Further: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .devices(let devices):
      writer.write(UInt8(1))
      writer.write(devices)
    case .members(let members):
      writer.write(UInt8(2))
      writer.write(members)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .devices(try reader.read())
    case 2: self = .members(try reader.read())
    default: throw .malformed("further devices")
    }
  }
}

extension FurtherMembers: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(left)
    writer.write(ringsFor.nanoseconds)
    writer.write(skipsBusy)
    writer.write(called)
    writer.write(shownCaller)
    writer.write(nextAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      left: try reader.read(), ringsFor: .nanoseconds(try reader.read(Int64.self)),
      skipsBusy: try reader.read(), called: try reader.read(), shownCaller: try reader.read(),
      nextAt: try reader.read())
  }
}

extension FurtherDevices: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(party)
    writer.write(UInt16(bitPattern: below))
    writer.write(shownCaller)
    writer.write(nextAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      party: try reader.read(), below: Int16(bitPattern: try reader.read()),
      shownCaller: try reader.read(), nextAt: try reader.read())
  }
}
