import DatabaseSupport
import NodeContract
import Postgres
import Rating
@_spi(Authorization) import Tenancy

@testable import Persistence

/// One finished call with its fact, CDR, charge and ledger line, and a key of the tenant.
enum PostedCall {
  static let time = DemoCustomer.beginning

  static func newID<Kind>() -> TypedID<Kind> {
    var random = SystemRandomNumberGenerator()
    return TypedID(at: time, using: &random)
  }

  @discardableResult
  static func insert(
    for customer: DemoCustomer, into scratch: ScratchDatabase
  ) async throws -> CallDetailRecord {
    var detail = self.detail(of: customer)
    let charge = try charge(of: customer)
    detail.charge = charge
    let (written, record) = (detail, fact(about: detail))
    try await scratch.store.transaction(in: .platform) { transaction in
      _ = try transaction.lockCalls([written.call: written.tenant])
      try transaction.insertFacts([record])
      _ = try transaction.write(written, chargeRevision: 1)
      try transaction.post(charge, of: written.leg, tenant: written.tenant, revision: 1)
    }
    let key = ApiKey(
      id: newID(), name: try DisplayName("key"), role: .tenant(customer.tenant.id),
      createdAt: time)
    try await scratch.store.keys.insert(key, secretHash: key.id.uuid.bytes, in: .platform)
    return detail
  }

  private static func detail(of customer: DemoCustomer) -> CallDetailRecord {
    CallDetailRecord(
      leg: newID(), call: newID(), tenant: customer.tenant.id,
      offer: LegOffer(
        direction: .outgoing, party: .trunk(customer.trunk.id), from: "101", to: "+447400900123",
        sipCallID: "a@b"),
      startedAt: time, rungAt: nil, answeredAt: time,
      endedAt: WallTime(milliseconds: time.milliseconds + 60_123), talkTime: .milliseconds(60_123),
      end: LegEnd(outcome: .answered, evidence: .signalled, endedBy: .party),
      node: DemoSite.node.name,
      media: LegMedia(packets: 3_000, lost: 2, jitter: 1_250, roundTrip: 20_000, opinion: 439))
  }

  private static func charge(of customer: DemoCustomer) throws -> Charge {
    Charge(
      amount: try Money("0.0123", customer.priceList.currency), priceList: customer.priceList.id,
      prefix: try DemoCustomer.rates[2].prefix, rate: try DemoCustomer.rates[2].rate,
      billedSeconds: 61)
  }

  private static func fact(about detail: CallDetailRecord) -> SpoolRecord {
    SpoolRecord(
      spool: newID(), sequence: 1,
      fact: Fact(
        tenant: detail.tenant, call: detail.call, leg: detail.leg,
        time: FactTime(
          boot: UUIDv7(high: 1, low: 2), instant: BootInstant(nanoseconds: 3), wall: time),
        observer: detail.node, epoch: .none, event: .offered(detail.offer)))
  }
}
