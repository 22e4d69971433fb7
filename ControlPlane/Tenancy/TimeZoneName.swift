/// The IANA name of a time zone, `Europe/Berlin`; whether there is such a zone the operations know.
public struct TimeZoneName: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public static let utc = TimeZoneName(unchecked: "UTC")

  public init(_ text: String, field: String = "time_zone") throws(InvalidField) {
    let isName = text.utf8.allSatisfy {
      $0.isDigit || (65...90).contains($0) || (97...122).contains($0) || "/_+-".utf8.contains($0)
    }
    guard !text.isEmpty, text.utf8.count <= 64, isName else {
      throw InvalidField(field, .malformed(expected: "an IANA name, Europe/Berlin"))
    }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  public var description: String { text }
}
