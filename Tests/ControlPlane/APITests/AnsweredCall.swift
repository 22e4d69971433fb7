import DatabaseSupport
import Logging
import NodeContract
import Operations
import Persistence
import Rating
import Tenancy

/// A call of 61 seconds from extension 101 to a mobile number, as a node would report it.
struct AnsweredCall {
  let call: CallID
  let caller: LegID
  let callee: LegID

  /// 2026-06-01T12:00:00Z
  private static let noon: Int64 = 1_780_315_200_000

  static func commit(of customer: DemoCustomer, to store: Store) async throws -> AnsweredCall {
    var story = Story(tenant: customer.tenant.id)
    let made = AnsweredCall(call: story.call, caller: id(), callee: id())
    let phone = LegParty.extension(customer.extensions[0].id, number: "101")
    let outside = "+442079460101"
    let to = "+447400900123"
    story.tell(
      .offered(LegOffer(direction: .incoming, party: phone, from: "101", to: to, sipCallID: "x")),
      of: made.caller, at: 0)
    story.tell(
      .offered(
        LegOffer(
          direction: .outgoing, party: .trunk(customer.trunk.id), from: outside, to: to,
          sipCallID: "y")), of: made.callee, at: 100)
    story.tell(.rung, of: made.callee, at: 1_000)
    for leg in [made.callee, made.caller] { story.tell(.answered, of: leg, at: 2_000) }
    let end = LegEnd(outcome: .answered, evidence: .signalled, endedBy: .party)
    for leg in [made.caller, made.callee] { story.tell(.ended(end), of: leg, at: 63_000) }
    story.tell(.measured(media), of: made.callee, at: 63_001)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try await FactCommitment(store: store, logger: logger).commit(story.records)
    return made
  }

  /// What a node says of a call of a tenant that nobody knows.
  static func commitStray(to store: Store) async throws -> CallID {
    var story = Story(tenant: id())
    story.tell(.rung, of: id(), at: 0)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try await FactCommitment(store: store, logger: logger).commit(story.records)
    return story.call
  }

  /// Of the carrier's audio.
  private static let media = LegMedia(
    packets: 3_040, lost: 10, jitter: 1_250, roundTrip: 24_000, opinion: 436)

  private static func id<Kind>() -> TypedID<Kind> {
    var random = SystemRandomNumberGenerator()
    return TypedID(at: WallTime(milliseconds: noon), using: &random)
  }

  private struct Story {
    let tenant: TenantID
    let call: CallID = AnsweredCall.id()
    let spool: SpoolID = AnsweredCall.id()
    let boot: UUIDv7 = AnsweredCall.id(SpoolKind.self).uuid
    var records: [SpoolRecord] = []

    init(tenant: TenantID) { self.tenant = tenant }

    mutating func tell(_ event: FactEvent, of leg: LegID, at milliseconds: Int64) {
      records.append(
        SpoolRecord(
          spool: spool, sequence: UInt64(records.count + 1),
          fact: Fact(
            tenant: tenant, call: call, leg: leg,
            time: FactTime(
              boot: boot, instant: BootInstant(nanoseconds: milliseconds * 1_000_000),
              wall: WallTime(milliseconds: AnsweredCall.noon + milliseconds)),
            observer: DemoSite.node.name, epoch: Epoch(generation: 1, revision: 7), event: event)))
    }
  }

  private static func id<Kind>(_: Kind.Type) -> TypedID<Kind> { id() }
}
