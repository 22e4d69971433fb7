import NodeContract

/// Why bytes are no checkpoint of ours.
enum CheckpointError: Error, Hashable {
  case truncated
  case unknownVersion(UInt8)
  case malformed(String)
  case leftover(Int)
}

/// Reads what `CheckpointWriter` wrote. Whatever the bytes, it throws rather than traps.
struct CheckpointReader {
  private let bytes: [UInt8]
  private var position = 0
  let now: BootInstant

  init(_ bytes: [UInt8], at now: BootInstant) {
    self.bytes = bytes
    self.now = now
  }

  var left: Int { bytes.count - position }

  mutating func read<Value: Checkpointed>(_: Value.Type = Value.self) throws(CheckpointError)
    -> Value
  {
    try Value(from: &self)
  }

  mutating func readInteger<Value: FixedWidthInteger>() throws(CheckpointError) -> Value {
    try take(Value.bitWidth / 8).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
  }

  mutating func readData() throws(CheckpointError) -> ArraySlice<UInt8> {
    let count: UInt32 = try readInteger()
    return try take(Int(count))
  }

  private mutating func take(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
    guard count <= left else { throw .truncated }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
