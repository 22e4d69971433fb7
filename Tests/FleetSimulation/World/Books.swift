import NodeContract
import Rating

/// Postgres, as far as facts and money are concerned: each fact once, the record of each leg, and a
/// ledger whose lines are never changed, only answered by others.
struct Books {
  private(set) var records: [LegID: LegRecord] = [:]
  private var known: [SpoolID: Set<UInt64>] = [:]
  private var posted: [LegID: Int64] = [:]
  /// Lines of the ledger, in 10⁻⁶ of the unit.
  private(set) var lines: [(leg: LegID, amount: Int64)] = []
  var isUp = true

  static let list = PriceList(
    id: PriceListID(UUIDv7(high: 1, low: 1)), reseller: ResellerID(UUIDv7(high: 1, low: 2)),
    name: "list", currency: Currency("EUR")!, createdAt: WallTime(milliseconds: 0))
  static let rates = RateTable([
    RateRow(
      prefix: DialPrefix("44")!, destination: "anywhere",
      rate: try! Rate(perMinute: Price(nanoUnits: 6_000_000_000)),
      validFrom: WallTime(milliseconds: .min))
  ])

  mutating func commit(_ record: SpoolRecord) {
    guard known[record.spool, default: []].insert(record.sequence).inserted else { return }
    merge(record.fact)
  }

  mutating func merge(_ fact: Fact) {
    let identity = LegIdentity(fact)
    records[fact.leg, default: LegRecord(identity: identity)].merge(fact)
    post(fact.leg)
  }

  /// A better record answers the line that stands with another one.
  private mutating func post(_ leg: LegID) {
    guard let record = records[leg] else { return }
    let amount = Self.amount(of: record)
    let standing = posted[leg] ?? 0
    guard amount != standing else { return }
    lines.append((leg, amount - standing))
    posted[leg] = amount
  }

  static func amount(of record: LegRecord) -> Int64 {
    let charge = try? Charge(for: record, list: list, rates: rates)
    return charge?.amount.microUnits ?? 0
  }
}
