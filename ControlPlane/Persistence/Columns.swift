public import NodeContract
public import Postgres
public import Rating
public import Tenancy

// How the project's values stand in columns.

extension TypedID: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { uuid.description }
  public init?(postgresText: String) {
    guard let uuid = UUIDv7(postgresText) else { return nil }
    self.init(uuid)
  }
}

extension UUIDv7: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension OperatorName: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension IPAddress: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }
  /// `inet` writes no mask for a whole address.
  public init?(postgresText: String) { self.init(postgresText) }
}

extension IPEndpoint: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension E164: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }
  public init?(postgresText: String) { self.init(canonical: postgresText) }
}

extension ExtensionNumber: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { digits }
  public init?(postgresText: String) { self.init(canonical: postgresText) }
}

extension ScreeningEntry.Callers: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) {
    switch postgresText {
    case "withheld": self = .withheld
    case "disproven": self = .disproven
    case _ where postgresText.hasSuffix("*"): self = .range(String(postgresText.dropLast()))
    default: self = .number(postgresText)
    }
  }
}

extension ScreeningEntry.Verdict: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { rawValue }
  public init?(postgresText: String) { self.init(rawValue: postgresText) }
}

extension CallerDisplay: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension SIPDomain: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) {
    guard let domain = try? SIPDomain(postgresText) else { return nil }
    self = domain
  }
}

extension TimeZoneName: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) {
    guard let zone = try? TimeZoneName(postgresText) else { return nil }
    self = zone
  }
}

extension DisplayName: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { text }
  public init?(postgresText: String) {
    guard let name = try? DisplayName(postgresText) else { return nil }
    self = name
  }
}

extension Price: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }
  public init?(postgresText: String) {
    guard let price = try? Price(postgresText) else { return nil }
    self = price
  }
}

extension Currency: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { code }
  public init?(postgresText: String) { self.init(postgresText) }
}

extension DialPrefix: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { digits }
  public init?(postgresText: String) { self.init(postgresText) }
}

/// An enumeration that stands in its column as its raw text.
protocol WordValue: PostgresEncodable, PostgresDecodable, RawRepresentable<String> {}

extension WordValue {
  public var postgresText: String? { rawValue }
  public init?(postgresText: String) { self.init(rawValue: postgresText) }
}

extension ServiceAddress.Role: WordValue {}
extension Rounding.Mode: WordValue {}
extension LegOffer.Direction: WordValue {}
extension CallRecord.Direction: WordValue {}
extension CallOutcome: WordValue {}
extension EndEvidence: WordValue {}
extension EndedBy: WordValue {}
extension UnratedReason: WordValue {}
