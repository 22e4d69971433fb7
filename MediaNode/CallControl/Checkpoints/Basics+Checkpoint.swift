import NodeContract

extension Checkpointed where Self: FixedWidthInteger {
  func write(to writer: inout CheckpointWriter) { writer.writeInteger(self) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self = try reader.readInteger()
  }
}

extension UInt8: Checkpointed {}
extension UInt16: Checkpointed {}
extension UInt32: Checkpointed {}
extension UInt64: Checkpointed {}
extension Int64: Checkpointed {}

extension Bool: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(UInt8(self ? 1 : 0)) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 0: self = false
    case 1: self = true
    default: throw .malformed("truth value")
    }
  }
}

extension String: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.writeText(self) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let text = String(validating: try reader.readData(), as: UTF8.self) else {
      throw .malformed("text")
    }
    self = text
  }
}

extension Array: Checkpointed where Element: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(UInt32(clamping: count))
    for element in self { writer.write(element) }
  }

  /// Each element takes a byte at least, so a false count cannot ask for more than is there.
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let count = Int(try reader.read(UInt32.self))
    guard count <= reader.left else { throw .truncated }
    self = []
    for _ in 0..<count { append(try reader.read()) }
  }
}

extension Optional: Checkpointed where Wrapped: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(self != nil)
    if let self { writer.write(self) }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self = try reader.read(Bool.self) ? .some(try reader.read()) : .none
  }
}

extension BootInstant: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(duration(to: writer.now).nanoseconds)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let elapsed = try reader.read(Int64.self)
    let (instant, overflow) = reader.now.nanoseconds.subtractingReportingOverflow(elapsed)
    // Far from the clock's ends: deadlines are added to later.
    guard !overflow, abs(instant / 4) < Int64.max / 8 else { throw .malformed("instant") }
    self.init(nanoseconds: instant)
  }
}

/// An enumeration of words is its word.
extension Checkpointed where Self: RawRepresentable, RawValue == String {
  func write(to writer: inout CheckpointWriter) { writer.write(rawValue) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let text = try reader.read(String.self)
    guard let value = Self(rawValue: text) else { throw .malformed("\(Self.self)") }
    self = value
  }
}
