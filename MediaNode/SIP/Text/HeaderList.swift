/// Splits a header field's value at the commas between its elements: not those within quotes or
/// angle brackets (RFC 3261 section 7.3.1).
///
/// - Returns: the elements without white space round them; empty ones are kept, as a parser of
///   elements must refuse them.
public func headerElements(of value: some StringProtocol) -> [String] {
  var elements: [String] = []
  var current: [UInt8] = []
  var (isQuoted, isEscaped, isBracketed) = (false, false, false)
  for byte in value.utf8 {
    if byte == UInt8(ascii: ","), !isQuoted, !isBracketed {
      elements.append(trimmed(current))
      current = []
      continue
    }
    current.append(byte)
    if isEscaped {
      isEscaped = false
    } else if isQuoted {
      isEscaped = byte == UInt8(ascii: "\\")
      if byte == UInt8(ascii: "\"") { isQuoted = false }
    } else if byte == UInt8(ascii: "\"") {
      isQuoted = true
    } else if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
      isBracketed = byte == UInt8(ascii: "<")
    }
  }
  return elements + [trimmed(current)]
}

private func trimmed(_ bytes: [UInt8]) -> String {
  let start = bytes.firstIndex { !$0.isSpace } ?? bytes.endIndex
  let end = bytes.lastIndex { !$0.isSpace } ?? start - 1
  return String(decoding: bytes[start..<end + 1], as: UTF8.self)
}

/// A quoted string without its quotes and backslashes; other text, and a string without an end,
/// unchanged (RFC 3261 section 25.1).
public func unquoted(_ text: String) -> String {
  var reader = TextReader(text)
  guard let content = reader.quotedString(), reader.isAtEnd else { return text }
  return content
}
