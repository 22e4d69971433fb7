/// What phones show of somebody who calls a number with a template of its own, so that whoever answers
/// knows in whose name: `Acme Sales: {caller}`.
public struct CallerDisplay: Hashable, Sendable {
  /// What is filled in: the caller's name, or else the number; the number; nothing where it is withheld.
  public enum Field: String, Sendable, CaseIterable {
    case caller
    case number
  }

  private enum Part: Hashable {
    case text(String)
    case field(Field)
  }

  /// The template itself.
  public let text: String
  private let parts: [Part]

  /// Nil where braces enclose something else than a field's name, or do not enclose anything.
  public init?(_ template: String) {
    var parts: [Part] = []
    var rest = template[...]
    while let open = rest.firstIndex(where: { "{}".contains($0) }) {
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}"),
        let field = Field(rawValue: String(rest[rest.index(after: open)..<close]))
      else { return nil }
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      parts.append(.field(field))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    text = template
    self.parts = parts
  }

  /// - Parameters:
  ///   - name: the caller's, where it is known and may be shown.
  ///   - number: nil: withheld.
  /// - Returns: without blanks at its ends; nil: nothing is left.
  public func filled(name: String?, number: String?) -> String? {
    let filled = parts.map { part in
      switch part {
      case .text(let text): text
      case .field(.caller): name ?? number ?? ""
      case .field(.number): number ?? ""
      }
    }.joined()
    let blanks: Set<Character> = [" ", ":", "-"]
    let trimmed = filled.drop { $0 == " " }
    let end = trimmed.lastIndex { !blanks.contains($0) }
    return end.map { String(trimmed[...$0]) }
  }
}
