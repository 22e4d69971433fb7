/// What colleagues dial: 2 to 6 digits. Also the user name of the extension's devices.
public struct ExtensionNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let digits: String

  public init(_ text: some StringProtocol, field: String = "number") throws(InvalidField) {
    guard let number = ExtensionNumber(canonical: text) else {
      throw InvalidField(field, .malformed(expected: "2 to 6 digits"))
    }
    self = number
  }

  /// As `init(_:field:)`, for text of which nobody waits to hear what is wrong.
  public init?(canonical text: some StringProtocol) {
    guard (2...6).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else { return nil }
    digits = String(text)
  }

  public var description: String { digits }

  public static func < (left: Self, right: Self) -> Bool { left.digits < right.digits }
}
