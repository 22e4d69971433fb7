import NodeContract

// The character classes of RFC 3261 section 25.1.

/// A set of ASCII characters.
struct CharacterClass: Sendable {
  private let low: UInt64
  private let high: UInt64

  /// The letters, the digits and these.
  init(alphanumericAnd others: StaticString) {
    var (low, high): (UInt64, UInt64) = (0x03FF_0000_0000_0000, 0x07FF_FFFE_07FF_FFFE)
    others.withUTF8Buffer { characters in
      for character in characters {
        if character < 64 { low |= 1 << character } else { high |= 1 << (character & 63) }
      }
    }
    self.low = low
    self.high = high
  }

  func contains(_ byte: UInt8) -> Bool {
    byte < 64 ? low >> byte & 1 == 1 : byte < 128 && high >> (byte & 63) & 1 == 1
  }

  static let alphanumeric = CharacterClass(alphanumericAnd: "")
  static let token = CharacterClass(alphanumericAnd: "-.!%*_+`'~")
  static let host = CharacterClass(alphanumericAnd: "-._")
  static let parameterValue = CharacterClass(alphanumericAnd: "-.!%*_+`'~[]:/@&$()?{}")
  static let plainParameterValue = CharacterClass(alphanumericAnd: "-.!%*_+`'~[]:")
  static let unreserved = CharacterClass(alphanumericAnd: "-_.!~*'()")
  static let user = CharacterClass(alphanumericAnd: "-_.!~*'()&=+$,;?/")
  static let uriParameter = CharacterClass(alphanumericAnd: "-_.!~*'()[]/:&+$")
  static let uriHeader = CharacterClass(alphanumericAnd: "-_.!~*'()[]/?:+$")
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isAlphanumeric: Bool { CharacterClass.alphanumeric.contains(self) }

  var isSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
      || self == UInt8(ascii: "\n")
  }

  /// `token`
  public var isTokenCharacter: Bool { CharacterClass.token.contains(self) }

  /// Underscores are forbidden, and found.
  var isHostCharacter: Bool { CharacterClass.host.contains(self) }

  /// A token or a host, which may be an IPv6 address; what peers send unquoted besides.
  var isParameterValueCharacter: Bool {
    CharacterClass.parameterValue.contains(self) || self >= 0x80
  }

  /// What stands in a parameter of a header field without quotes: a token or a host.
  var isPlainInParameter: Bool { CharacterClass.plainParameterValue.contains(self) }

  /// What stands in a URI's user part without an escape.
  var isUserCharacter: Bool { CharacterClass.user.contains(self) }

  /// What stands in a URI parameter without an escape.
  var isURIParameterCharacter: Bool { CharacterClass.uriParameter.contains(self) }

  /// What stands in the headers of a URI without an escape.
  var isURIHeaderCharacter: Bool { CharacterClass.uriHeader.contains(self) }

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
    var writer = TextWriter()
    writer.writeQuoted(self)
    return writer.text
  }
}
