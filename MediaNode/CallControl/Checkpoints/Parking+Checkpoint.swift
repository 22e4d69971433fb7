import NodeContract

extension Parking: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(slot)
    writer.write(parker)
    writer.write(place)
    writer.write(returnsAt)
    writer.write(returns)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      slot: try reader.read(UInt8.self), parker: try reader.read(ExtensionID.self),
      place: try reader.read(LegID.self), returnsAt: try reader.read(BootInstant.self),
      returns: try reader.read(UInt8.self))
  }
}
