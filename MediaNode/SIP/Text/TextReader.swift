/// Walks over the bytes of a header field's value.
struct TextReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ text: some StringProtocol) {
    bytes = ArraySlice(text.utf8)
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }
  var next: UInt8? { isAtEnd ? nil : bytes[position] }

  /// Whether `byte` stands among what is not read yet.
  func hasAhead(_ byte: UInt8) -> Bool { bytes[position...].contains(byte) }

  /// Steps over `byte` if it is next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpace() {
    while let byte = next, byte.isSpace { position += 1 }
  }

  /// Steps over `byte` with white space round it (SEMI, EQUAL, SLASH … of RFC 3261 section 25.1).
  mutating func skipSeparator(_ byte: UInt8) -> Bool {
    let start = position
    skipSpace()
    guard skip(byte) else {
      position = start
      return false
    }
    skipSpace()
    return true
  }

  /// Reads the longest run of bytes that satisfy the condition; it may be empty.
  mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = position
    while let byte = next, condition(byte) { position += 1 }
    return bytes[start..<position]
  }

  /// Reads a token; nil when there is none.
  mutating func token() -> String? {
    let run = take(while: \.isTokenCharacter)
    return run.isEmpty ? nil : String(decoding: run, as: UTF8.self)
  }

  /// Reads up to the first `byte` and steps over that; nil, without a step, when there is none.
  mutating func take(through byte: UInt8) -> ArraySlice<UInt8>? {
    guard let end = bytes[position...].firstIndex(of: byte) else { return nil }
    defer { position = end + 1 }
    return bytes[position..<end]
  }

  /// Reads all that is left.
  mutating func rest() -> ArraySlice<UInt8> {
    defer { position = bytes.endIndex }
    return bytes[position...]
  }

  /// Reads a quoted string, without its quotes and backslashes; nil when it has no end, or what no
  /// line may have.
  mutating func quotedString() -> String? {
    guard skip(UInt8(ascii: "\"")) else { return nil }
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case 0, 10, 13: return nil
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = next, ![0, 10, 13].contains(escaped) else { return nil }
        position += 1
        content.append(escaped)
      default: content.append(byte)
      }
    }
    return nil
  }

  /// Reads decimal digits that fit a port.
  mutating func port() -> UInt16? {
    UInt16(String(decoding: take(while: \.isDigit), as: UTF8.self))
  }

  /// Reads a host: a name, an IPv4 address, or an IPv6 address in brackets, which fall away.
  mutating func host() -> String? {
    if skip(UInt8(ascii: "[")) {
      guard let run = take(through: UInt8(ascii: "]")) else { return nil }
      let text = String(decoding: run, as: UTF8.self).lowercased()
      return text.isIPv6Address ? text : nil
    }
    let run = take(while: \.isHostCharacter)
    return run.isEmpty ? nil : String(decoding: run, as: UTF8.self).lowercased()
  }

  /// Reads `;name=value;name…` as header fields have them, to the end. Nil when malformed.
  mutating func headerParameters() -> SIPParameters? {
    var list: [SIPParameter] = []
    while skipSeparator(UInt8(ascii: ";")) {
      guard let name = token() else { return nil }
      guard skipSeparator(UInt8(ascii: "=")) else {
        list.append(SIPParameter(name))
        continue
      }
      guard let value = headerParameterValue() else { return nil }
      list.append(SIPParameter(name, value))
    }
    skipSpace()
    return isAtEnd ? SIPParameters(list) : nil
  }

  /// A token, host or quoted string (`gen-value`, RFC 3261 section 25.1).
  private mutating func headerParameterValue() -> String? {
    if next == UInt8(ascii: "\"") { return quotedString() }
    let run = take(while: \.isParameterValueCharacter)
    return run.isEmpty ? nil : String(decoding: run, as: UTF8.self)
  }
}
