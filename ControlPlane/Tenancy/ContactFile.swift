/// People in a file: CSV (RFC 4180) with a line of names first, or vCards (RFC 6350, and 2.1 and 3.0 as
/// telephones write them).
public struct ContactFile: Hashable, Sendable {
  public static let mostBytes = 4 << 20

  /// A person as the file has it.
  public struct Line: Hashable, Sendable {
    /// Where in the file it begins, 1 first.
    public var place: Int
    public var name = ""
    public var numbers: [String] = []
    public var groups: [String] = []
    public var isVIP = false
  }

  public let lines: [Line]

  /// Throws `InvalidField` for `file`.
  public init(_ bytes: [UInt8]) throws(InvalidField) {
    guard bytes.count <= Self.mostBytes else {
      throw InvalidField("file", .malformed(expected: "of 4 MiB at most"))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InvalidField("file", .malformed(expected: "text in UTF-8"))
    }
    // A mark that some programs put before it.
    let contents = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    let isCards = contents.prefix { !$0.isNewline }.lowercased().hasPrefix("begin:vcard")
    lines = isCards ? try Self.cards(contents) : try Self.table(contents)
    guard !lines.isEmpty else { throw InvalidField("file", .malformed(expected: "of somebody")) }
    guard lines.count <= Contact.mostContacts else {
      throw InvalidField("file", .malformed(expected: "of \(Contact.mostContacts) people at most"))
    }
  }

  // MARK: - CSV

  fileprivate enum Column {
    case name, number, group, vip

    /// As people and programs call it; nil: nothing of ours.
    init?(_ text: String) {
      switch text.trimmed.lowercased() {
      case "name", "full name", "display name": self = .name
      case "numbers", "number", "phone", "telephone", "tel", "mobile", "work", "home":
        self = .number
      case "groups", "group", "categories", "category": self = .group
      case "vip": self = .vip
      default: return nil
      }
    }
  }

  private static func table(_ text: String) throws(InvalidField) -> [Line] {
    let separator: Character = text.prefix { !$0.isNewline }.contains(";") ? ";" : ","
    var rows = CSVRows(text, separator: separator)
    let columns = (try rows.next()?.cells ?? []).map { Column($0) }
    guard columns.contains(.name), columns.contains(.number) else {
      throw InvalidField(
        "file",
        .malformed(expected: "vCards, or CSV whose first line names the columns: name,numbers"))
    }
    var lines: [Line] = []
    while let (place, cells) = try rows.next() {
      guard cells.contains(where: { !$0.trimmed.isEmpty }) else { continue }
      var line = Line(place: place)
      for case (let column?, let cell) in zip(columns, cells) { line.take(cell, as: column) }
      lines.append(line)
    }
    return lines
  }

  /// As `init` reads it, in UTF-8, with lines that end as RFC 4180 says.
  public static func csv(_ contacts: [Contact]) -> String {
    func cell(_ text: String) -> String {
      let isQuoted = text.contains { "\",;\n\r".contains($0) }
      return isQuoted ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    let lines = contacts.map { contact in
      [
        contact.name.text, contact.numbers.map(\.description).joined(separator: "|"),
        contact.groups.map(\.text).joined(separator: "|"), contact.isVIP ? "yes" : "no",
      ].map(cell).joined(separator: ",")
    }
    return (["name,numbers,groups,vip"] + lines).joined(separator: "\r\n") + "\r\n"
  }

  // MARK: - vCards

  private static func cards(_ text: String) throws(InvalidField) -> [Line] {
    var lines: [Line] = []
    var card: Line?
    for (place, property) in VCardProperty.list(of: text) {
      switch property.name {
      case "BEGIN": card = Line(place: place)
      case "END":
        if let card { lines.append(card) }
        card = nil
      case "FN": card?.name = property.value
      case "N" where card?.name.isEmpty == true: card?.name = property.structuredName
      case "TEL": card?.numbers.append(property.number)
      case "CATEGORIES": card?.groups += property.values
      default: break
      }
    }
    guard card == nil else {
      throw InvalidField("file", .malformed(expected: "vCards that all end with END:VCARD"))
    }
    // Programs write cards of people without a telephone, who cannot call.
    return lines.filter { !$0.numbers.isEmpty }
  }
}

extension ContactFile.Line {
  fileprivate mutating func take(_ cell: String, as column: ContactFile.Column) {
    switch column {
    case .name: if name.isEmpty { name = cell.trimmed }
    case .number: numbers += cell.parts
    case .group: groups += cell.parts
    case .vip: isVIP = ["yes", "true", "1", "x", "vip"].contains(cell.trimmed.lowercased())
    }
  }
}

extension StringProtocol {
  var trimmed: String {
    let inner = drop(while: \.isWhitespace)
    guard let last = inner.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(inner[...last])
  }

  /// Several in one cell.
  fileprivate var parts: [String] {
    split { "|;,".contains($0) || $0.isNewline }.map(\.trimmed).filter { !$0.isEmpty }
  }
}
