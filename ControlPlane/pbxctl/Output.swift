/// What a command shows: the API's answer, and which of it people want to see.
struct Output: Sendable {
  private let answer: JSON
  private let columns: [Column]
  /// People read all of it, as it is.
  private let isDocument: Bool
  /// What people read instead of a table.
  private let text: String?

  /// One column of a table.
  struct Column: Sendable {
    let title: String
    /// A member of the object, or of an object within it: `charge.amount`.
    let path: String

    init(_ title: String, _ path: String) {
      self.title = title
      self.path = path
    }
  }

  init(_ answer: JSON, columns: [Column]) {
    self.answer = answer
    self.columns = columns
    (isDocument, text) = (false, nil)
  }

  /// An answer that is more than a table.
  init(_ answer: JSON, text: String) {
    self.answer = answer
    columns = []
    (isDocument, self.text) = (false, text)
  }

  /// Something that people write themselves.
  init(document: JSON) {
    answer = document
    columns = []
    (isDocument, text) = (true, nil)
  }

  var json: String { answer.text }

  /// Rows under their titles for a list, `title: value` lines for one thing.
  var table: String {
    if isDocument { return json }
    if let text { return text }
    if let items = answer["items"]?.array {
      return items.isEmpty ? "Nothing there." : rows(of: items)
    }
    return columns.map { ($0.title, value(of: $0, in: answer)) }.filter { !$0.1.isEmpty }
      .map { "\($0.0): \($0.1)" }.joined(separator: "\n")
  }

  private func rows(of items: [JSON]) -> String {
    let cells =
      [columns.map(\.title)] + items.map { item in columns.map { value(of: $0, in: item) } }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ").trimmedAtEnd
    }.joined(separator: "\n")
  }

  private func value(of column: Column, in item: JSON) -> String {
    column.path.split(separator: ".").reduce(Optional(item)) { $0?[String($1)] }?.plain ?? ""
  }
}

extension String {
  fileprivate var trimmedAtEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
