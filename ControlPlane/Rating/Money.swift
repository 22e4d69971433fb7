/// A currency by its three letters of ISO 4217.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
  public let code: String
  public var description: String { code }

  /// `nil` unless `code` is three letters `A` to `Z`.
  public init?(_ code: some StringProtocol) {
    let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
    guard code.utf8.count == 3, code.utf8.allSatisfy(letters.contains) else { return nil }
    self.code = String(code)
  }
}

/// An amount in whole 10⁻⁶ of the currency's unit.
public struct Money: Hashable, Sendable, CustomStringConvertible {
  /// Decimals that an amount keeps.
  public static let decimals = 6

  public let microUnits: Int64
  public let currency: Currency

  public init(microUnits: Int64, _ currency: Currency) {
    self.microUnits = microUnits
    self.currency = currency
  }

  /// Parses `0.0123`.
  public init(_ amount: some StringProtocol, _ currency: Currency) throws(DecimalError) {
    self.init(microUnits: try Decimal.parse(amount, decimals: Money.decimals), currency)
  }

  /// `0.0123`: the amount as the API and the database write it.
  public var amount: String { Decimal.text(microUnits, decimals: Money.decimals) }

  /// `0.0123 GBP`
  public var description: String { "\(amount) \(currency)" }

  /// The same amount the other way: what takes an entry back.
  public var reversed: Money { Money(microUnits: 0 &- microUnits, currency) }
}

/// A price in whole 10⁻⁹ of a currency's unit; the price list says which currency.
public struct Price: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Decimals that a price keeps.
  public static let decimals = 9
  public static let zero = Price(nanoUnits: 0)

  public let nanoUnits: Int64

  public init(nanoUnits: Int64) { self.nanoUnits = nanoUnits }

  /// Parses `0.0019`.
  public init(_ text: some StringProtocol) throws(DecimalError) {
    nanoUnits = try Decimal.parse(text, decimals: Price.decimals)
  }

  /// `0.0019`
  public var description: String { Decimal.text(nanoUnits, decimals: Price.decimals) }

  public static func < (left: Price, right: Price) -> Bool { left.nanoUnits < right.nanoUnits }
}
