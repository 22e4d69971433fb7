import NodeContract

extension Confirmation: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(answered)
    writer.write(unsaved)
    writer.write(run)
    writer.write(number)
    writer.write(ringsUntil)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      answered: try reader.read([LegID].self), unsaved: try reader.read([LegID].self),
      run: try reader.read(ProgrammeRun?.self), number: try reader.read(UInt32.self),
      ringsUntil: try reader.read(BootInstant.self))
  }
}
