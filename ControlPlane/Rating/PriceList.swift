public import NodeContract

/// What a reseller pays or asks per destination, in one currency.
public struct PriceList: Hashable, Sendable {
  public var id: PriceListID
  public var reseller: ResellerID
  public var name: String
  public var currency: Currency
  public var rounding: Rounding
  public var createdAt: WallTime

  public init(
    id: PriceListID, reseller: ResellerID, name: String, currency: Currency,
    rounding: Rounding = .exact, createdAt: WallTime
  ) {
    self.id = id
    self.reseller = reseller
    self.name = name
    self.currency = currency
    self.rounding = rounding
    self.createdAt = createdAt
  }
}

/// The digits that a called number begins with: 1 to 15, as in `4474`.
public struct DialPrefix: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let digits: String
  public var description: String { digits }

  /// `nil` unless `digits` is 1 to 15 digits.
  public init?(_ digits: some StringProtocol) {
    let allowed = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard (1...15).contains(digits.utf8.count), digits.utf8.allSatisfy(allowed.contains) else {
      return nil
    }
    self.digits = String(digits)
  }

  /// All prefixes of an E.164 number with plus, longest first; none for any other text.
  public static func candidates(for number: String) -> [DialPrefix] {
    guard number.utf8.first == UInt8(ascii: "+"), let whole = DialPrefix(number.dropFirst()) else {
      return []
    }
    return (1...whole.digits.utf8.count).reversed()
      .compactMap { DialPrefix(whole.digits.prefix($0)) }
  }

  public static func < (left: Self, right: Self) -> Bool { left.digits < right.digits }
}

/// One row of a price list.
public struct RateRow: Hashable, Sendable {
  public var prefix: DialPrefix
  /// The destination's name for people: `United Kingdom, mobile`.
  public var destination: String
  public var rate: Rate
  /// The row is in force from this time on,
  public var validFrom: WallTime
  /// and until before this one; `nil`: until further notice.
  public var validUntil: WallTime?

  public init(
    prefix: DialPrefix, destination: String, rate: Rate, validFrom: WallTime,
    validUntil: WallTime? = nil
  ) {
    self.prefix = prefix
    self.destination = destination
    self.rate = rate
    self.validFrom = validFrom
    self.validUntil = validUntil
  }

  /// Whether the row is in force at `time`.
  public func isInForce(at time: WallTime) -> Bool {
    validFrom <= time && validUntil.map { time < $0 } ?? true
  }
}

/// Rows of one price list, found by the longest prefix that is in force.
public struct RateTable: Sendable {
  private let rows: [DialPrefix: [RateRow]]

  public init(_ rows: some Sequence<RateRow>) {
    self.rows = Dictionary(grouping: rows, by: \.prefix)
  }

  /// The row for an E.164 number with plus at the call's start. Where two rows of one prefix are
  /// in force, the one that came into force last counts.
  public func row(for number: String, at start: WallTime) -> RateRow? {
    for prefix in DialPrefix.candidates(for: number) {
      let inForce = (rows[prefix] ?? []).filter { $0.isInForce(at: start) }
      if let latest = inForce.max(by: { $0.validFrom < $1.validFrom }) { return latest }
    }
    return nil
  }
}
