/// Builds text byte by byte.
struct TextWriter {
  private(set) var bytes: [UInt8] = []

  init(reserving capacity: Int = 64) { bytes.reserveCapacity(capacity) }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ byte: UInt8) { bytes.append(byte) }

  /// Text of our own.
  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  mutating func write(contentsOf more: [UInt8]) { bytes.append(contentsOf: more) }

  mutating func write(decimal number: some UnsignedInteger & FixedWidthInteger) {
    guard number >= 10 else { return write(UInt8(ascii: "0") + UInt8(number)) }
    write(decimal: number / 10)
    write(UInt8(ascii: "0") + UInt8(number % 10))
  }

  /// Text that a peer may have chosen: spaces take the place of line ends and zeros, so that
  /// nothing it sent can add a line to what we send.
  mutating func writeOnOneLine(_ text: String) {
    let start = bytes.count
    write(text)
    for index in start..<bytes.count where bytes[index].breaksLines {
      bytes[index] = UInt8(ascii: " ")
    }
  }

  /// In quotes, with backslashes where needed (RFC 3261 section 25.1, quoted-string).
  mutating func writeQuoted(_ text: String) {
    write(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { write(UInt8(ascii: "\\")) }
      write(byte.breaksLines ? UInt8(ascii: " ") : byte)
    }
    write(UInt8(ascii: "\""))
  }
}

extension UInt8 {
  fileprivate var breaksLines: Bool { self == 0 || self == 10 || self == 13 }
}
