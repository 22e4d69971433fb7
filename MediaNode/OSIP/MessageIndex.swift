import SIP

/// The first line of a message (RFC 3261 section 7).
enum StartLine {
  case request(method: String, uri: String, version: String)
  /// Recognized as a request, but with more or fewer than three parts.
  case brokenRequest(method: String)
  case response(version: String, status: String, reason: String)

  /// Nil for a line that is none of SIP.
  init?(_ line: String) {
    if line.uppercased().hasPrefix("SIP/") {
      let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count >= 2 else { return nil }
      self = .response(
        version: String(parts[0]), status: String(parts[1]),
        reason: parts.count == 3 ? String(parts[2]) : "")
      return
    }
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    let words = parts.filter { !$0.isEmpty }
    guard words.count >= 2, let method = parts.first, isToken(method),
      words.last?.uppercased().hasPrefix("SIP/") == true
    else { return nil }
    self =
      parts.count == 3
      ? .request(method: String(method), uri: String(parts[1]), version: String(parts[2]))
      : .brokenRequest(method: String(method))
  }
}

/// Where the parts of a datagram are: start line, header fields, body. Made before libosip2 sees
/// anything, and enough to answer what that refuses.
struct MessageIndex {
  let startLine: StartLine
  /// In their order: names canonical, values unfolded and without white space round them.
  private(set) var fields: [HeaderField] = []
  /// Where the bytes behind the empty line are in the datagram.
  private(set) var rest: Range<Int>
  /// What makes the message unusable; the fields found are there all the same.
  private(set) var fault: Refusal?

  init(_ datagram: UnsafeRawBufferPointer) throws(SIPParseError) {
    var lines = LineReader(datagram.prefix(SIPParser.maximumSize))
    lines.skipEmptyLines()
    guard !lines.isAtEnd else { throw .keepAlive }
    guard let first = lines.next(), let startLine = StartLine(text(of: first)) else {
      throw .notSIP
    }
    self.startLine = startLine
    rest = 0..<0
    readFields(from: &lines)
    rest = lines.position..<min(datagram.count, SIPParser.maximumSize)
    if datagram.count > SIPParser.maximumSize { fault = Refusal(StatusCode.messageTooLarge) }
  }

  private mutating func readFields(from lines: inout LineReader) {
    while let line = lines.nextFolded() {
      if line.isEmpty { return }
      guard line.count <= SIPParser.maximumFieldLength,
        fields.count < SIPParser.maximumFieldCount
      else { return fail("Header Too Large") }
      if let field = HeaderField(line: line) {
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

  /// The values of all fields of this canonical name.
  func values(of name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }
}

extension HeaderField {
  /// Nil without a colon, or when the name is no token.
  fileprivate init?(line: [UInt8]) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = text(of: line[..<colon].trimmed)
    guard isToken(name) else { return nil }
    self.init(canonicalName(name), text(of: line[(colon + 1)...].trimmed))
  }
}

/// Splits bytes at CRLF, or LF alone.
private struct LineReader {
  private let bytes: Slice<UnsafeRawBufferPointer>
  private(set) var position: Int

  init(_ bytes: Slice<UnsafeRawBufferPointer>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position >= bytes.endIndex }

  /// Line ends before a message are to be ignored (RFC 3261 section 7.5); some phones keep their
  /// path through a NAT alive with zeros.
  mutating func skipEmptyLines() {
    while !isAtEnd, [0, 10, 13].contains(bytes[position]) { position += 1 }
  }

  /// The next line without its end; nil when there is no line end any more.
  mutating func next() -> [UInt8]? {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { position = end + 1 }
    let line = bytes[position..<end]
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  /// The next line with those that continue it; white space takes the place of the line ends
  /// (RFC 3261 section 7.3.1).
  mutating func nextFolded() -> [UInt8]? {
    guard var line = next() else { return nil }
    while !line.isEmpty, !isAtEnd, bytes[position].isBlank, let more = next() {
      line.append(UInt8(ascii: " "))
      line += more
      if line.count > SIPParser.maximumFieldLength { break }
    }
    return line
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension BidirectionalCollection where Element == UInt8 {
  /// Without the blanks at both ends.
  fileprivate var trimmed: SubSequence {
    let head = drop(while: \.isBlank)
    return head[..<(head.lastIndex { !$0.isBlank }.map(head.index(after:)) ?? head.startIndex)]
  }
}

private func text(of bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self)
}

/// `token` of RFC 3261 section 25.1.
func isToken(_ text: some StringProtocol) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-.!%*_+`'~".utf8.contains(byte)
      }
    }
}
