import NodeContract

/// What a checkpoint is made of.
protocol Checkpointed {
  func write(to writer: inout CheckpointWriter)
  init(from reader: inout CheckpointReader) throws(CheckpointError)
}

/// Writes a call's state: big-endian integers, lengths before texts and lists, instants as the
/// time since then, so that another machine's clock can take them over.
struct CheckpointWriter {
  private(set) var bytes: [UInt8] = []
  let now: BootInstant

  init(at now: BootInstant) { self.now = now }

  mutating func write(_ value: some Checkpointed) { value.write(to: &self) }

  mutating func writeInteger<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func writeData(_ data: some Collection<UInt8>) {
    writeInteger(UInt32(clamping: data.count))
    bytes += data
  }
}
