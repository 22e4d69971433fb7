/// The rows of a CSV file (RFC 4180), cells of which may be quoted and then hold anything.
struct CSVRows {
  private static let mostCells = 100

  private var rest: Substring
  private let separator: Character
  /// The line that is read next.
  private var line = 1

  init(_ text: String, separator: Character) {
    rest = text[...]
    self.separator = separator
  }

  /// Nil: that was all. Throws `InvalidField` for `file` where a quotation has no end.
  mutating func next() throws(InvalidField) -> (line: Int, cells: [String])? {
    guard !rest.isEmpty else { return nil }
    let first = line
    var cells: [String] = []
    while true {
      let cell = rest.first == "\"" ? try quoted(from: first) : plain()
      if cells.count < Self.mostCells { cells.append(cell) }
      guard let end = rest.popFirst(), !end.isNewline else { break }
    }
    line += 1
    return (first, cells)
  }

  private mutating func plain() -> String {
    let separator = separator
    let cell = rest.prefix { $0 != separator && !$0.isNewline }
    rest = rest[cell.endIndex...]
    return String(cell)
  }

  /// A quotation mark within is written twice.
  private mutating func quoted(from first: Int) throws(InvalidField) -> String {
    rest.removeFirst()
    var cell = ""
    while let character = rest.popFirst() {
      if character == "\"" {
        guard rest.first == "\"" else { return cell + plain() }
        rest.removeFirst()
      }
      if character.isNewline { line += 1 }
      cell.append(character)
    }
    throw InvalidField(
      "file", .malformed(expected: "CSV whose quotations end: that of line \(first) does not"))
  }
}
