/// A public telephone number in the international form of ITU-T E.164: a plus and 2 to 15 digits,
/// the first of them not 0.
public struct E164: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The digits without the plus: what prefixes of a price list are compared with.
  public let digits: String

  /// Parses `+447700900123`. Nothing but the canonical form is taken; punctuation is for people.
  public init(_ text: some StringProtocol, field: String = "number") throws(InvalidField) {
    guard let number = E164(canonical: text) else {
      throw InvalidField(field, .malformed(expected: "a plus and 2 to 15 digits: +447700900123"))
    }
    self = number
  }

  /// As `init(_:field:)`, for text of which nobody waits to hear what is wrong.
  public init?(canonical text: some StringProtocol) {
    let digits = text.dropFirst()
    guard text.utf8.first == UInt8(ascii: "+"), (2...15).contains(digits.utf8.count),
      digits.utf8.count == text.utf8.count - 1, digits.utf8.first != UInt8(ascii: "0"),
      digits.utf8.allSatisfy(\.isDigit)
    else { return nil }
    self.digits = String(digits)
  }

  /// With the plus.
  public var description: String { "+" + digits }

  public static func < (left: E164, right: E164) -> Bool { left.digits < right.digits }
}

extension UInt8 {
  /// `0` to `9` in ASCII.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
