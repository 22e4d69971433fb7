import NodeContract

/// What a checkpoint is made of.
protocol Checkpointed {
  func write(to writer: inout CheckpointWriter)
  init(from reader: inout CheckpointReader) throws(CheckpointError)
}

/// Writes a call's state: big-endian integers, lengths before texts and lists, instants as the
/// time since then, so that another machine's clock can take them over.
///
/// A call is written at each of its turns, in hundreds of small pieces: they go into memory that is
/// there already, and only the whole is copied.
struct CheckpointWriter: ~Copyable {
  private var memory: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  let now: BootInstant

  init(at now: BootInstant) {
    self.now = now
    memory = .allocate(byteCount: 8_192, alignment: 16)
  }

  deinit { memory.deallocate() }

  var bytes: [UInt8] { Array(memory[..<count]) }

  mutating func write(_ value: some Checkpointed) { value.write(to: &self) }

  mutating func writeInteger<Value: FixedWidthInteger>(_ value: Value) {
    makeRoom(for: MemoryLayout<Value>.size)
    memory.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  mutating func writeData(_ data: [UInt8]) { data.withUnsafeBytes { writeData($0) } }

  mutating func writeText(_ text: String) {
    var text = text
    text.withUTF8 { writeData(UnsafeRawBufferPointer($0)) }
  }

  private mutating func writeData(_ data: UnsafeRawBufferPointer) {
    writeInteger(UInt32(clamping: data.count))
    makeRoom(for: data.count)
    guard let source = data.baseAddress, let target = memory.baseAddress else { return }
    (target + count).copyMemory(from: source, byteCount: data.count)
    count += data.count
  }

  @inline(__always)
  private mutating func makeRoom(for further: Int) {
    if memory.count - count < further { grow(for: further) }
  }

  @inline(never)
  private mutating func grow(for further: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(memory.count * 2, count + further), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }
}
