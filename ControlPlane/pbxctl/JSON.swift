import Foundation

/// JSON as it came: the command line prints what the API says and knows no schema of its own.
indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// As written, since money and ids must not pass through binary floating point.
  case number(Decimal)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  init(parsing data: Data) throws { self = try JSONDecoder().decode(JSON.self, from: data) }

  subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var array: [JSON]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  /// One line for people: a string without quotes, nothing for null.
  var plain: String {
    switch self {
    case .null: ""
    case .bool(let flag): flag ? "yes" : "no"
    case .number(let number): "\(number)"
    case .string(let text): text
    case .array(let items): items.map(\.plain).joined(separator: " ")
    case .object: text
    }
  }

  /// The document, members in alphabetical order.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }
}

extension JSON: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Decimal.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let items = try? container.decode([JSON].self) {
      self = .array(items)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .number(let number): try container.encode(number)
    case .string(let text): try container.encode(text)
    case .array(let items): try container.encode(items)
    case .object(let members): try container.encode(members)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  init(stringLiteral text: String) { self = .string(text) }
  init(integerLiteral number: Int) { self = .number(Decimal(number)) }

  /// A string, or nothing at all.
  static func optional(_ text: String?) -> JSON? { text.map(JSON.string) }
}
