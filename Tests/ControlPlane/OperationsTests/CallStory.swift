import DatabaseSupport
import NodeContract
import Rating
import Tenancy

/// The facts that a node would observe of one call, to be told in any order.
struct CallStory {
  let tenant: TenantID
  let call: CallID
  let spool: SpoolID
  private(set) var records: [SpoolRecord] = []
  /// One boot of one machine whose clocks agree with each other.
  var boot = CallStory.newUUID()
  var observer = DemoSite.node.name

  /// 2026-06-01T12:00:00Z
  static let noon: Int64 = 1_780_315_200_000

  init(tenant: TenantID) {
    self.tenant = tenant
    call = CallStory.newID()
    spool = CallStory.newID()
  }

  static func newUUID() -> UUIDv7 {
    var random = SystemRandomNumberGenerator()
    return UUIDv7(at: WallTime(milliseconds: noon), using: &random)
  }

  static func newID<Kind>() -> TypedID<Kind> { TypedID(newUUID()) }

  /// Adds a fact, `seconds` after noon.
  mutating func tell(_ event: FactEvent, of leg: LegID, at seconds: Double) {
    let milliseconds = Int64(seconds * 1000)
    records.append(
      SpoolRecord(
        spool: spool, sequence: UInt64(records.count + 1),
        fact: Fact(
          tenant: tenant, call: call, leg: leg,
          time: FactTime(
            boot: boot, instant: BootInstant(nanoseconds: 5_000_000_000 + milliseconds * 1_000_000),
            wall: WallTime(milliseconds: CallStory.noon + milliseconds)),
          observer: observer, epoch: Epoch(generation: 1, revision: 7), event: event)))
  }

  static let hungUp = FactEvent.ended(
    LegEnd(outcome: .answered, evidence: .signalled, endedBy: .party))

  /// 101 calls `number` through the trunk; it rings for a second, then they talk for `seconds`.
  static func toCarrier(
    of customer: DemoCustomer, number: String, talking seconds: Double
  ) -> (CallStory, caller: LegID, callee: LegID) {
    var story = CallStory(tenant: customer.tenant.id)
    let (caller, callee): (LegID, LegID) = (newID(), newID())
    story.tell(.offered(offer(.incoming, phone(0, of: customer), to: number)), of: caller, at: 0)
    story.tell(
      .offered(offer(.outgoing, .trunk(customer.trunk.id), to: number)), of: callee, at: 0.1)
    story.tell(.rung, of: callee, at: 1)
    story.tell(.answered, of: callee, at: 2)
    story.tell(.answered, of: caller, at: 2)
    story.tell(hungUp, of: caller, at: 2 + seconds)
    story.tell(hungUp, of: callee, at: 2 + seconds)
    return (story, caller, callee)
  }

  /// 101 calls 102 and they talk for `seconds`.
  static func toColleague(of customer: DemoCustomer, talking seconds: Double) -> CallStory {
    var story = CallStory(tenant: customer.tenant.id)
    let (caller, callee): (LegID, LegID) = (newID(), newID())
    story.tell(.offered(offer(.incoming, phone(0, of: customer), to: "102")), of: caller, at: 0)
    story.tell(.offered(offer(.outgoing, phone(1, of: customer), to: "102")), of: callee, at: 0.1)
    for leg in [callee, caller] { story.tell(.answered, of: leg, at: 2) }
    for leg in [caller, callee] { story.tell(hungUp, of: leg, at: 2 + seconds) }
    return story
  }

  static func phone(_ index: Int, of customer: DemoCustomer) -> LegParty {
    let entry = customer.extensions[index]
    return .extension(entry.id, number: entry.number.digits)
  }

  static func offer(
    _ direction: LegOffer.Direction, _ party: LegParty, to: String
  ) -> LegOffer {
    LegOffer(
      direction: direction, party: party, from: "101", to: to, sipCallID: "\(newUUID())@test")
  }
}
