/// An IP address as its bytes: 4 for IPv4, 16 for IPv6.
public enum IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  case v4(UInt32)
  case v6(UInt64, UInt64)

  /// Parses dotted decimal, or the hexadecimal form of RFC 4291 section 2.2 with or without
  /// brackets.
  public init?(_ text: some StringProtocol) {
    if let address = IPAddress.parseV4(text) {
      self = address
    } else if let address = IPAddress.parseV6(text) {
      self = address
    } else {
      return nil
    }
  }

  /// Asked for with every session description, so it makes no copies.
  private static func parseV4(_ text: some StringProtocol) -> IPAddress? {
    var (value, byte): (UInt32, UInt32) = (0, 0)
    var (dots, digits) = (0, 0)
    for character in text.utf8 {
      if character == UInt8(ascii: "."), digits > 0, dots < 3 {
        value = value << 8 | byte
        (byte, digits, dots) = (0, 0, dots + 1)
      } else {
        guard (48...57).contains(character), digits < 3 else { return nil }
        byte = byte * 10 + UInt32(character - 48)
        digits += 1
        guard byte < 256 else { return nil }
      }
    }
    return dots == 3 && digits > 0 ? .v4(value << 8 | byte) : nil
  }

  private static func parseV6(_ text: some StringProtocol) -> IPAddress? {
    var body = text[...]
    if body.hasPrefix("["), body.hasSuffix("]") { body = body.dropFirst().dropLast() }
    guard body.utf8.contains(UInt8(ascii: ":")) else { return nil }
    let (before, after): (Substring, Substring?)
    if let gap = body.firstRange(ofDoubleColon: ()) {
      before = Substring(body[..<gap])
      after = Substring(body[body.index(gap, offsetBy: 2)...])
    } else {
      (before, after) = (Substring(body), nil)
    }
    guard let head = groups(of: before), let tail = groups(of: after ?? "") else { return nil }
    let missing = 8 - head.count - tail.count
    guard after == nil ? missing == 0 : missing >= 1 else { return nil }
    let all = head + Array(repeating: 0, count: missing) + tail
    func half(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
    return .v6(half(all[0..<4]), half(all[4..<8]))
  }

  /// The 16-bit groups between colons; a last group may be dotted decimal.
  private static func groups(of text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, case .v4(let value)? = parseV4(part) {
        groups += [UInt16(value >> 16), UInt16(truncatingIfNeeded: value)]
      } else {
        guard (1...4).contains(part.utf8.count), !part.hasPrefix("+"),
          let group = UInt16(part, radix: 16)
        else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  public var description: String {
    switch self {
    case .v4(let value): return IPAddress.dotted(value)
    case .v6(let high, let low):
      return IPAddress.compressed(
        [high, low].flatMap { half in
          stride(from: 48, through: 0, by: -16).map {
            UInt16(truncatingIfNeeded: half >> UInt64($0))
          }
        })
    }
  }

  /// Asked for with every message, so it is made in one piece.
  private static func dotted(_ value: UInt32) -> String {
    String(unsafeUninitializedCapacity: 15) { text in
      var count = 0
      func put(_ character: UInt32) {
        text[count] = UInt8(character)
        count += 1
      }
      for shift in stride(from: UInt32(24), through: 0, by: -8) {
        let byte = value >> shift & 0xFF
        if byte >= 100 { put(48 + byte / 100) }
        if byte >= 10 { put(48 + byte / 10 % 10) }
        put(48 + byte % 10)
        if shift > 0 { put(46) }
      }
      return count
    }
  }

  /// The canonical text of RFC 5952: the longest run of two or more zero groups becomes `::`.
  private static func compressed(_ groups: [UInt16]) -> String {
    var longest = 0..<0
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = end + 1
    }
    func text(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !longest.isEmpty else { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
  }
}

extension StringProtocol {
  fileprivate func firstRange(ofDoubleColon _: Void) -> Index? {
    var index = startIndex
    while index < endIndex {
      let next = self.index(after: index)
      if self[index] == ":", next < endIndex, self[next] == ":" { return index }
      index = next
    }
    return nil
  }
}

/// An IP address and a UDP or TCP port.
public struct IPEndpoint: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var address: IPAddress
  public var port: UInt16

  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Parses `127.0.0.1:5060` or `[2001:db8::1]:5060`.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      let address = IPAddress(text[..<colon])
    else { return nil }
    self.init(address, port: port)
  }

  public static func < (left: IPEndpoint, right: IPEndpoint) -> Bool {
    left.address == right.address ? left.port < right.port : left.address < right.address
  }

  /// As a URI writes it: IPv6 in brackets.
  public var description: String {
    switch address {
    case .v4: "\(address):\(port)"
    case .v6: "[\(address)]:\(port)"
    }
  }
}
