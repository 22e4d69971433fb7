/// What can be bound to a statement, in Postgres's text format.
public protocol PostgresEncodable {
  /// `nil` is SQL's NULL.
  var postgresText: String? { get }
}

/// What can be read from a column, in Postgres's text format.
public protocol PostgresDecodable {
  /// `nil` when the text is not such a value.
  init?(postgresText: String)
}

public typealias PostgresValue = PostgresEncodable & PostgresDecodable

extension String: PostgresEncodable, PostgresDecodable {
  /// Postgres has no character 0; a peer that sends one must not make a statement fail.
  public var postgresText: String? {
    utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
  }
  public init?(postgresText: String) { self = postgresText }
}

extension Int: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { String(self) }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension Int64: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { String(self) }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension Bool: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { self ? "t" : "f" }
  public init?(postgresText: String) {
    switch postgresText {
    case "t": self = true
    case "f": self = false
    default: return nil
    }
  }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  public var postgresText: String? { self?.postgresText }
}

/// An array of one dimension: `{"a","b",NULL}`.
extension Array: PostgresEncodable where Element: PostgresEncodable {
  public var postgresText: String? {
    "{" + map { $0.postgresText.map(ArrayText.quoted) ?? "NULL" }.joined(separator: ",") + "}"
  }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
  /// Arrays with a NULL inside are refused.
  public init?(postgresText: String) {
    guard let texts = ArrayText.elements(of: postgresText) else { return nil }
    var elements: [Element] = []
    for text in texts {
      guard let text, let element = Element(postgresText: text) else { return nil }
      elements.append(element)
    }
    self = elements
  }
}

/// The text form of arrays (the manual, section 8.15.6).
enum ArrayText {
  static func quoted(_ element: String) -> String {
    var text = "\""
    for character in element.unicodeScalars {
      if character == "\"" || character == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(character)
    }
    return text + "\""
  }

  /// `nil` for what is not an array of one dimension.
  static func elements(of text: String) -> [String?]? {
    guard text.hasPrefix("{"), text.hasSuffix("}"), text.utf8.count >= 2 else { return nil }
    var elements: [String?] = []
    var rest = text.unicodeScalars.dropFirst().dropLast()[...]
    while !rest.isEmpty {
      guard let element = rest.first == "\"" ? quotedElement(&rest) : bareElement(&rest) else {
        return nil
      }
      elements.append(element)
      if let separator = rest.popFirst(), separator != "," || rest.isEmpty { return nil }
    }
    return elements
  }

  /// The outer `nil`: malformed; the inner: NULL.
  private static func quotedElement(_ rest: inout Substring.UnicodeScalarView) -> String?? {
    rest.removeFirst()
    var element = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(element) }
      guard scalar == "\\" else {
        element.append(scalar)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      element.append(escaped)
    }
    return nil
  }

  private static func bareElement(_ rest: inout Substring.UnicodeScalarView) -> String?? {
    let element = rest.prefix { $0 != "," }
    rest = rest[element.endIndex...]
    guard !element.isEmpty, !element.contains("{") else { return nil }
    return .some(String(element) == "NULL" ? nil : String(element))
  }
}

/// The contents of a `bytea` column.
public struct ByteString: PostgresEncodable, PostgresDecodable, Hashable, Sendable {
  public let bytes: [UInt8]
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var postgresText: String? {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("\\x".utf8)
    text.reserveCapacity(2 + 2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  public init?(postgresText: String) {
    let digits = Array(postgresText.utf8.dropFirst(2))
    guard postgresText.hasPrefix("\\x"), digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
