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

  init(at now: BootInstant) {
    self.now = now
    bytes.reserveCapacity(4_096)
  }

  mutating func write(_ value: some Checkpointed) { value.write(to: &self) }

  mutating func writeInteger<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func writeData(_ data: some Collection<UInt8>) {
    writeInteger(UInt32(clamping: data.count))
    bytes += data
  }

  mutating func writeText(_ text: String) {
    var text = text
    text.withUTF8 { writeData($0) }
  }
}
