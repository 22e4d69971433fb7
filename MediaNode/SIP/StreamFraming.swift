/// Cuts a stream of bytes into SIP messages (RFC 3261 section 18.3), whatever pieces they come in.
public struct StreamFraming: Sendable {
  /// What a stream brings.
  public enum Frame: Hashable, Sendable {
    /// Start line, header fields and as many bytes of body as Content-Length says.
    case message([UInt8])
    /// A double line end between messages: to be answered with a single one
    /// (RFC 5626 section 4.4.1).
    case ping
  }

  /// Why nothing more can be read from the stream: nobody knows where its next message begins.
  public enum Failure: Error, Hashable, Sendable {
    /// No empty line within the limit.
    case endlessHeader
    /// Content-Length is missing, repeated with another value, or no number. The head may be
    /// answered.
    case unknownLength(head: [UInt8])
    /// The message would be larger than the limit. The head may be answered.
    case tooLarge(head: [UInt8])
  }

  private let limit: Int
  private var bytes: [UInt8] = []
  /// Where the first byte that is not dealt with stands.
  private var start = 0
  /// Up to here no end of the head was found.
  private var searched = 0
  /// Of the message whose head is complete: where its body begins and ends.
  private var body: Range<Int>?

  /// - Parameter limit: bytes of the largest message.
  public init(limit: Int) { self.limit = limit }

  /// Bytes that wait for the rest of their message.
  public var waiting: Int { bytes.count - start }

  public mutating func append(_ more: some Collection<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      searched -= start
      body = body.map { $0.lowerBound - start..<$0.upperBound - start }
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next complete frame; nil while there is none.
  public mutating func next() throws(Failure) -> Frame? {
    if body == nil {
      if skipsLineEnds() { return .ping }
      guard let headEnd = try endOfHead() else { return nil }
      body = try bodyRange(after: headEnd)
    }
    guard let range = body, range.upperBound <= bytes.count else { return nil }
    defer {
      start = range.upperBound
      searched = start
      body = nil
    }
    return .message(Array(bytes[start..<range.upperBound]))
  }

  /// Line ends between messages mean nothing (RFC 3261 section 7.5), but two of them are a ping:
  /// then true.
  private mutating func skipsLineEnds() -> Bool {
    while start < bytes.count {
      let rest = bytes[start...]
      if rest.starts(with: [13, 10, 13, 10]) {
        advance(by: 4)
        return true
      }
      if rest.count < 4, [13, 10, 13, 10].starts(with: rest) {
        // The rest of a ping may be on its way; a single line end is skipped with what follows it.
        return false
      }
      if rest.starts(with: [13, 10]) {
        advance(by: 2)
      } else if rest.first == 10 {
        advance(by: 1)
      } else {
        return false
      }
    }
    return false
  }

  private mutating func advance(by count: Int) {
    start += count
    searched = start
  }

  /// Where the empty line behind the header fields ends.
  private mutating func endOfHead() throws(Failure) -> Int? {
    var index = max(start, searched)
    while let newline = bytes[index...].firstIndex(of: 10) {
      let next = newline + 1
      if next < bytes.count, bytes[next] == 10 { return next + 1 }
      if next + 1 < bytes.count, bytes[next] == 13, bytes[next + 1] == 10 { return next + 2 }
      if next + 1 >= bytes.count {
        searched = newline
        return try withinLimit()
      }
      index = next
    }
    searched = bytes.count
    return try withinLimit()
  }

  private func withinLimit() throws(Failure) -> Int? {
    guard waiting <= limit else { throw .endlessHeader }
    return nil
  }

  private func bodyRange(after headEnd: Int) throws(Failure) -> Range<Int> {
    let head = bytes[start..<headEnd]
    guard headEnd - start <= limit else { throw .endlessHeader }
    guard let length = contentLength(in: head) else { throw .unknownLength(head: Array(head)) }
    guard length <= limit - head.count else { throw .tooLarge(head: Array(head)) }
    return headEnd..<headEnd + length
  }

  /// Nil when it is missing, contradicts itself, or is no number. Of a number that is too long the
  /// largest there is.
  private func contentLength(in head: ArraySlice<UInt8>) -> Int? {
    var found: Int?
    for line in head.split(separator: 10).dropFirst() {
      guard let digits = lengthText(in: line) else { continue }
      guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
      let length = digits.count > 15 ? Int.max : digits.reduce(0) { $0 * 10 + Int($1 - 48) }
      guard found == nil || found == length else { return nil }
      found = length
    }
    return found
  }

  /// The value of a Content-Length line, in full or compact form; nil for other lines.
  private func lengthText(in line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = line[..<colon].trimmingSpace
    guard name.isWord("l") || name.isWord("content-length") else { return nil }
    return line[(colon + 1)...].trimmingSpace
  }
}

extension ArraySlice<UInt8> {
  fileprivate var trimmingSpace: ArraySlice<UInt8> {
    var (start, end) = (startIndex, endIndex)
    while start < end, self[start].isSpace { start += 1 }
    while start < end, self[end - 1].isSpace { end -= 1 }
    return self[start..<end]
  }

  /// Whether these are the letters of the word, which is in lower case.
  fileprivate func isWord(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount
      && word.withUTF8Buffer { zip(self, $0).allSatisfy { $0 == $1 || $0 | 0x20 == $1 } }
  }
}
