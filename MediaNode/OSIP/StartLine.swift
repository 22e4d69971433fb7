/// The first line of a message (RFC 3261 section 7).
enum StartLine {
  case request(method: String, uri: String, version: String)
  /// Recognized as a request, but with more or fewer than three parts.
  case brokenRequest(method: String)
  case response(version: String, status: String, reason: String)

  /// Nil for a line that is none of SIP.
  init?(_ line: ArraySlice<UInt8>) {
    if line.beginsWithSIP {
      self.init(statusLine: line)
    } else {
      self.init(requestLine: line)
    }
  }

  private init?(statusLine line: ArraySlice<UInt8>) {
    let parts = line.split(
      separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    self = .response(
      version: text(of: parts[0]), status: text(of: parts[1]),
      reason: parts.count == 3 ? text(of: parts[2]) : "")
  }

  private init?(requestLine line: ArraySlice<UInt8>) {
    let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard let method = parts.first, isToken(method),
      let last = parts.dropFirst().last(where: { !$0.isEmpty }), last.beginsWithSIP
    else { return nil }
    self =
      parts.count == 3
      ? .request(method: text(of: method), uri: text(of: parts[1]), version: text(of: parts[2]))
      : .brokenRequest(method: text(of: method))
  }
}

extension ArraySlice<UInt8> {
  fileprivate var beginsWithSIP: Bool {
    count >= 4 && self[startIndex + 3] == UInt8(ascii: "/")
      && zip(prefix(3), "sip".utf8).allSatisfy { $0 | 0x20 == $1 }
  }
}
