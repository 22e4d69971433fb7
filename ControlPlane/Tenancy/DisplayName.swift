/// A name that people read: 1 to 100 characters on one line.
public struct DisplayName: Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public var description: String { text }

  public init(_ text: some StringProtocol, field: String = "name") throws(InvalidField) {
    guard text.contains(where: { !$0.isWhitespace }) else { throw InvalidField(field, .empty) }
    guard text.unicodeScalars.count <= 100 else {
      throw InvalidField(field, .tooLong(limit: 100))
    }
    guard text.unicodeScalars.allSatisfy(DisplayName.isPrintable) else {
      throw InvalidField(field, .malformed(expected: "one line of printable characters"))
    }
    self.text = String(text)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}
