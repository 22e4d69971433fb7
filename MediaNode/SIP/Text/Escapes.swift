// `%` escapes of URIs (RFC 3261 section 19.1.2).
//
// An escape that stands for NUL or is no part of UTF-8 stays as it is in the decoded text, and comes out
// of the encoder unchanged: proxies put cookies of any bytes into user parts.

extension String {
  /// Decodes the escapes once. Nil where `%` is not followed by two hexadecimal digits.
  init?(unescaping bytes: ArraySlice<UInt8>) {
    guard let decoded = bytes.unescaped else { return nil }
    self.init(decoding: decoded, as: UTF8.self)
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

extension ArraySlice<UInt8> {
  fileprivate var unescaped: [UInt8]? {
    guard contains(UInt8(ascii: "%")) else { return Array(self) }
    var decoded: [UInt8] = []
    var index = startIndex
    while index < endIndex {
      guard self[index] == UInt8(ascii: "%") else {
        decoded.append(self[index])
        index += 1
        continue
      }
      guard escape(at: index) != nil else { return nil }
      let character = escapedCharacter(at: index)
      decoded += character ?? Array(self[index..<index + 3])
      index += 3 * (character?.count ?? 1)
    }
    return decoded
  }

  /// The byte that the escape at `index` stands for; nil where there is no escape.
  fileprivate func escape(at index: Int) -> UInt8? {
    guard self[index] == UInt8(ascii: "%"), index + 2 < endIndex,
      let high = self[index + 1].hexadecimalValue, let low = self[index + 2].hexadecimalValue
    else { return nil }
    return high << 4 | low
  }

  /// The UTF-8 of the character that the escapes from `index` on stand for, one escape for each of
  /// its bytes; nil for NUL and where they are no UTF-8.
  fileprivate func escapedCharacter(at index: Int) -> [UInt8]? {
    guard let lead = escape(at: index), lead != 0 else { return nil }
    guard lead >= 0x80 else { return [lead] }
    var character = [lead]
    while character.count < 4, index + 3 * character.count < endIndex,
      let next = escape(at: index + 3 * character.count), next & 0xC0 == 0x80
    {
      character.append(next)
      if String(validating: character, as: UTF8.self) != nil { return character }
    }
    return nil
  }

  fileprivate func hasUndecodableEscape(at index: Int) -> Bool {
    escape(at: index) != nil && escapedCharacter(at: index) == nil
  }
}
