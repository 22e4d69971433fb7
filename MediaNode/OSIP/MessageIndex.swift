import SIP

/// Where the parts of a datagram are: start line, header fields, body. Made before libosip2 sees
/// anything, and enough to answer what that refuses.
struct MessageIndex {
  let startLine: StartLine
  /// In their order.
  private(set) var fields: [IndexedField] = []
  /// Where the bytes behind the empty line are.
  private(set) var rest: Range<Int>
  /// What makes the message unusable; the fields found are there all the same.
  private(set) var fault: Refusal?
  /// The datagram, up to the largest size that we take, with spaces in place of the line ends
  /// between the parts of a folded field.
  private(set) var bytes: [UInt8]

  init(_ datagram: UnsafeRawBufferPointer) throws(SIPParseError) {
    bytes = Array(datagram.prefix(SIPParser.maximumSize))
    var lines = LineReader(end: bytes.count)
    lines.skipEmptyLines(of: bytes)
    guard !lines.isAtEnd else { throw .keepAlive }
    guard let first = lines.next(of: bytes), let startLine = StartLine(bytes[first]) else {
      throw .notSIP
    }
    self.startLine = startLine
    rest = 0..<0
    fields.reserveCapacity(16)
    readFields(from: &lines)
    rest = lines.position..<bytes.count
    if datagram.count > bytes.count { fault = Refusal(StatusCode.messageTooLarge) }
  }

  private mutating func readFields(from lines: inout LineReader) {
    while let line = lines.nextUnfolding(&bytes) {
      if line.isEmpty { return }
      guard line.count <= SIPParser.maximumFieldLength,
        fields.count < SIPParser.maximumFieldCount
      else { return fail("Header Too Large") }
      if let field = IndexedField(line: line, of: bytes) {
        fields.append(field)
      } else {
        fail("Malformed Header Field")
      }
    }
    fail("Header Without End")
  }

  private mutating func fail(_ reason: String) {
    fault = fault ?? Refusal(StatusCode.badRequest, reason)
  }

  /// A field's value without white space round it.
  func value(of field: IndexedField) -> ArraySlice<UInt8> { bytes[field.value] }

  /// The values of all fields of this name.
  func values(of name: FieldName) -> [String] {
    fields.filter { $0.name == name }.map { text(of: bytes[$0.value]) }
  }

  /// The value of the first field of this name.
  func first(_ name: FieldName) -> ArraySlice<UInt8>? {
    fields.first { $0.name == name }.map { bytes[$0.value] }
  }

  func count(of name: FieldName) -> Int {
    fields.reduce(0) { $1.name == name ? $0 + 1 : $0 }
  }
}

/// Where one header field is.
struct IndexedField {
  let name: FieldName
  /// Of the name as it was sent.
  let sentName: Range<Int>
  let value: Range<Int>

  /// Nil without a colon, or when the name is no token.
  fileprivate init?(line: Range<Int>, of bytes: [UInt8]) {
    guard let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = bytes[line.lowerBound..<colon].trimmed
    guard isToken(name) else { return nil }
    self.name = FieldName(name)
    sentName = name.startIndex..<name.endIndex
    let value = bytes[(colon + 1)..<line.upperBound].trimmed
    self.value = value.startIndex..<value.endIndex
  }
}

/// Splits bytes at CRLF, or LF alone.
private struct LineReader {
  private let end: Int
  private(set) var position = 0

  init(end: Int) { self.end = end }

  var isAtEnd: Bool { position >= end }

  /// Line ends before a message are to be ignored (RFC 3261 section 7.5); some phones keep their
  /// path through a NAT alive with zeros.
  mutating func skipEmptyLines(of bytes: [UInt8]) {
    while !isAtEnd, bytes[position] == 0 || bytes[position] == 10 || bytes[position] == 13 {
      position += 1
    }
  }

  /// The next line without its end; nil when there is no line end any more.
  mutating func next(of bytes: [UInt8]) -> Range<Int>? {
    guard let newline = bytes[position..<end].firstIndex(of: UInt8(ascii: "\n")) else {
      return nil
    }
    let start = position
    position = newline + 1
    let hasReturn = newline > start && bytes[newline - 1] == UInt8(ascii: "\r")
    return start..<(hasReturn ? newline - 1 : newline)
  }

  /// The next line with those that continue it; white space takes the place of the line ends
  /// (RFC 3261 section 7.3.1).
  mutating func nextUnfolding(_ bytes: inout [UInt8]) -> Range<Int>? {
    guard var line = next(of: bytes) else { return nil }
    while !line.isEmpty, !isAtEnd, bytes[position].isBlank {
      let seam = line.upperBound..<position
      guard let more = next(of: bytes) else { break }
      for index in seam { bytes[index] = UInt8(ascii: " ") }
      line = line.lowerBound..<more.upperBound
      if line.count > SIPParser.maximumFieldLength { break }
    }
    return line
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension ArraySlice<UInt8> {
  /// Without the blanks at both ends.
  var trimmed: ArraySlice<UInt8> {
    var (start, end) = (startIndex, endIndex)
    while start < end, self[start].isBlank { start += 1 }
    while start < end, self[end - 1].isBlank { end -= 1 }
    return self[start..<end]
  }
}

/// What is no UTF-8 is repaired.
func text(of bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self)
}

/// `token` of RFC 3261 section 25.1.
func isToken(_ bytes: some Collection<UInt8>) -> Bool {
  !bytes.isEmpty && bytes.allSatisfy(\.isTokenCharacter)
}

/// `token` of RFC 3261 section 25.1.
func isToken(_ text: String) -> Bool { isToken(text.utf8) }
