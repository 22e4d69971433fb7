import NodeContract

// The character classes of RFC 3261 section 25.1.

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isAlphanumeric: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }

  var isSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
      || self == UInt8(ascii: "\n")
  }

  var isTokenCharacter: Bool { isAlphanumeric || "-.!%*_+`'~".utf8.contains(self) }

  /// Underscores are forbidden, and found.
  var isHostCharacter: Bool { isAlphanumeric || "-._".utf8.contains(self) }

  /// A token or a host, which may be an IPv6 address; what peers send unquoted besides.
  var isParameterValueCharacter: Bool {
    isTokenCharacter || "[]:/@&$()?{}".utf8.contains(self) || self >= 0x80
  }

  /// `unreserved`
  var isUnreserved: Bool { isAlphanumeric || "-_.!~*'()".utf8.contains(self) }

  /// What stands in a URI's user part without an escape.
  var isUserCharacter: Bool { isUnreserved || "&=+$,;?/".utf8.contains(self) }

  /// What stands in a URI parameter without an escape.
  var isURIParameterCharacter: Bool { isUnreserved || "[]/:&+$".utf8.contains(self) }

  /// What stands in the headers of a URI without an escape.
  var isURIHeaderCharacter: Bool { isUnreserved || "[]/?:+$".utf8.contains(self) }

  /// The value of a hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension String {
  var isIPv6Address: Bool {
    guard case .v6 = IPAddress(self) else { return false }
    return true
  }

  /// Whether this is a token, so that it needs no quotes.
  var isToken: Bool { !isEmpty && utf8.allSatisfy(\.isTokenCharacter) }

  /// In quotes, with backslashes where needed (RFC 3261 section 25.1, quoted-string).
  var quoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      if scalar == "\"" || scalar == "\\" { text.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  /// As a host of a URI or Via: IPv6 in brackets.
  var bracketedIfIPv6: String { utf8.contains(UInt8(ascii: ":")) ? "[\(self)]" : self }
}
