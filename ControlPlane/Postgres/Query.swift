/// A statement in full. Whatever is interpolated into it becomes a bind and never part of the
/// text; only another `Query` is taken in as text.
///
///     "SELECT name FROM sites WHERE name > \(last) ORDER BY name LIMIT \(limit)"
public struct Query: ExpressibleByStringInterpolation, Sendable {
  enum Part: Sendable {
    case text(String)
    case bind(String?)
  }

  var parts: [Part]

  public init(stringLiteral value: String) { parts = [.text(value)] }
  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  public struct StringInterpolation: StringInterpolationProtocol {
    var parts: [Part] = []

    public init(literalCapacity: Int, interpolationCount: Int) {
      parts.reserveCapacity(2 * interpolationCount + 1)
    }

    public mutating func appendLiteral(_ literal: String) { parts.append(.text(literal)) }

    /// A value: sent beside the text, so it cannot change what the statement does.
    public mutating func appendInterpolation(_ value: some PostgresEncodable) {
      parts.append(.bind(value.postgresText))
    }

    /// A value or, without one, NULL.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
      parts.append(.bind(value?.postgresText))
    }

    /// A part of a statement: a list of columns, a common condition.
    public mutating func appendInterpolation(_ query: Query) { parts += query.parts }
  }

  /// The text with `$1`, `$2`, … in place of binds, and the binds.
  var rendered: (text: String, binds: [String?]) {
    var text = ""
    var binds: [String?] = []
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .bind(let value):
        binds.append(value)
        text += "$\(binds.count)"
      }
    }
    return (text, binds)
  }
}
