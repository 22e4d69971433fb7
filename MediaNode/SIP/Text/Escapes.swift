// `%` escapes of URIs (RFC 3261 section 19.1.2).
//
// An escape that stands for NUL or is no UTF-8 stays as it is in the decoded text, and comes out
// of the encoder unchanged: proxies put cookies of any bytes into user parts.

extension String {
  /// Decodes the escapes once. Nil where `%` is not followed by two hexadecimal digits.
  init?(unescaping bytes: ArraySlice<UInt8>) {
    guard bytes.contains(UInt8(ascii: "%")) else {
      self.init(decoding: bytes, as: UTF8.self)
      return
    }
    guard let all = decodeEscapes(in: bytes, where: { $0 != 0 }) else { return nil }
    if let text = String(validating: all, as: UTF8.self) {
      self = text
    } else if let some = decodeEscapes(in: bytes, where: { $0 != 0 && $0 < 0x80 }) {
      self.init(decoding: some, as: UTF8.self)
    } else {
      return nil
    }
  }
}

extension TextWriter {
  /// Escapes every byte that does not satisfy the condition.
  mutating func write(_ text: String, escapingAllBut isAllowed: (UInt8) -> Bool) {
    guard !text.utf8.allSatisfy(isAllowed) else { return write(text) }
    let bytes = ArraySlice(text.utf8)
    for index in bytes.indices {
      if isAllowed(bytes[index]) || bytes.hasUndecodableEscape(at: index) {
        write(bytes[index])
      } else {
        write(UInt8(ascii: "%"))
        write(hexadecimal: bytes[index] >> 4)
        write(hexadecimal: bytes[index] & 15)
      }
    }
  }

  private mutating func write(hexadecimal digit: UInt8) {
    write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
  }
}

/// Decodes the escapes whose byte satisfies the condition, and leaves the others.
private func decodeEscapes(
  in bytes: ArraySlice<UInt8>, where condition: (UInt8) -> Bool
) -> [UInt8]? {
  var decoded: [UInt8] = []
  var index = bytes.startIndex
  while index < bytes.endIndex {
    if bytes[index] == UInt8(ascii: "%") {
      guard let value = bytes.escape(at: index) else { return nil }
      if condition(value) { decoded.append(value) } else { decoded += bytes[index..<index + 3] }
      index += 3
    } else {
      decoded.append(bytes[index])
      index += 1
    }
  }
  return decoded
}

extension ArraySlice<UInt8> {
  /// The byte that the escape at `index` stands for; nil where there is no escape.
  fileprivate func escape(at index: Int) -> UInt8? {
    guard self[index] == UInt8(ascii: "%"), index + 2 < endIndex,
      let high = self[index + 1].hexadecimalValue, let low = self[index + 2].hexadecimalValue
    else { return nil }
    return high << 4 | low
  }

  fileprivate func hasUndecodableEscape(at index: Int) -> Bool {
    guard let value = escape(at: index) else { return false }
    return value == 0 || value >= 0x80
  }
}
