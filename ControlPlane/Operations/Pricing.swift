internal import NodeContract
internal import Persistence
internal import Postgres
internal import Rating

/// What some legs cost, with every price list row that might apply read beforehand.
struct Pricing {
  private let resellers: [TenantID: ResellerID]
  private let terms: [TrunkID: TrunkTerms]
  private let tables: [PriceListID: RateTable]

  init(
    for legs: [LegRecord], resellers: [TenantID: ResellerID],
    in transaction: borrowing Transaction
  ) throws {
    let charged = legs.filter { $0.chargedTrunk != nil }
    let terms = try transaction.terms(ofTrunks: Array(Set(charged.compactMap(\.chargedTrunk))))
    var prefixes: [PriceListID: Set<DialPrefix>] = [:]
    for leg in charged {
      guard let list = leg.chargedTrunk.flatMap({ terms[$0]?.priceList }) else { continue }
      prefixes[list.id, default: []].formUnion(
        DialPrefix.candidates(for: leg.offered?.event.to ?? ""))
    }
    var tables: [PriceListID: RateTable] = [:]
    for (list, prefixes) in prefixes {
      tables[list] = try transaction.rates(of: list, prefixes: Array(prefixes))
    }
    self.resellers = resellers
    self.terms = terms
    self.tables = tables
  }

  /// `nil`: the leg costs nothing. The trunk must be the tenant's own reseller's.
  func charge(for leg: LegRecord) throws(UnratedReason) -> Charge? {
    guard let trunk = leg.chargedTrunk else { return nil }
    guard let terms = terms[trunk], terms.reseller == resellers[leg.identity.tenant] else {
      throw .unknownTrunk
    }
    guard let list = terms.priceList, let rates = tables[list.id] else { throw .noPriceList }
    return try Charge(for: leg, list: list, rates: rates)
  }
}
