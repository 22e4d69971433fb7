public import NodeContract

/// What a leg costs, and the row of the price list that says so.
public struct Charge: Hashable, Sendable {
  public var amount: Money
  public var priceList: PriceListID
  public var prefix: DialPrefix
  public var rate: Rate
  public var billedSeconds: Int64

  public init(
    amount: Money, priceList: PriceListID, prefix: DialPrefix, rate: Rate, billedSeconds: Int64
  ) {
    self.amount = amount
    self.priceList = priceList
    self.prefix = prefix
    self.rate = rate
    self.billedSeconds = billedSeconds
  }
}

/// Why a leg that should be charged is not.
public enum UnratedReason: String, Error, Hashable, Sendable, CaseIterable {
  /// No trunk of the tenant's reseller has the leg's id.
  case unknownTrunk = "unknown-trunk"
  case noPriceList = "no-price-list"
  /// No prefix of the called number was in force when the leg began.
  case noRate = "no-rate"
  /// The amount does not fit.
  case overflow
}

extension Charge {
  /// Prices a leg by the longest prefix that was in force when it began; `nil` when the leg costs
  /// nothing because it did not go out to a carrier or was not answered.
  public init?(
    for leg: LegRecord, list: PriceList, rates: RateTable
  ) throws(UnratedReason) {
    guard leg.chargedTrunk != nil, let offered = leg.offered, let talkTime = leg.talkTime else {
      return nil
    }
    guard let row = rates.row(for: offered.event.to, at: offered.time.wall) else { throw .noRate }
    let amount: Int64
    do throws(InvalidRate) {
      amount = try row.rate.charge(for: talkTime, rounding: list.rounding)
    } catch { throw .overflow }
    self.init(
      amount: Money(microUnits: amount, list.currency), priceList: list.id, prefix: row.prefix,
      rate: row.rate, billedSeconds: row.rate.billedSeconds(for: talkTime))
  }
}
