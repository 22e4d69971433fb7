import NodeContract

extension AnsweringSwitches.Kind: Checkpointed {}

extension SwitchWish: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(kind)
    writer.write(isOn)
    writer.write(target)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      kind: try reader.read(AnsweringSwitches.Kind.self), isOn: try reader.read(Bool.self),
      target: try reader.read(String?.self))
  }
}
