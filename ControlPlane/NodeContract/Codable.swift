// Names, ids and times in documents that are kept as JSON: in etcd, and in columns of Postgres.

extension OperatorName: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.one("name") { Self($0) }
  }

  public func encode(to encoder: any Encoder) throws { try encoder.one(text) }
}

extension TypedID: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.one("id") { Self($0) }
  }

  public func encode(to encoder: any Encoder) throws { try encoder.one(description) }
}

extension Decoder {
  /// What is written as one text; `kind` says in an error what it is not.
  fileprivate func one<Value>(_ kind: String, reading: (String) -> Value?) throws -> Value {
    let container = try singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = reading(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no \(kind): \(text)")
    }
    return value
  }
}

extension Encoder {
  fileprivate func one(_ text: String) throws {
    var container = singleValueContainer()
    try container.encode(text)
  }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
extension WallTime: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}
