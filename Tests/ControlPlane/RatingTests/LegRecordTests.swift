import NodeContract
import Rating
import Testing

struct LegRecordTests {
  private static func id(_ number: UInt64) -> UUIDv7 { UUIDv7(high: 7 << 12, low: number) }
  private static let identity = LegIdentity(
    tenant: TenantID(id(1)), call: CallID(id(2)), leg: LegID(id(3)))
  private static let trunk = TrunkID(id(4))

  /// A fact `wall` milliseconds after the epoch; by default the boot clock agrees.
  private static func fact(
    _ event: FactEvent, wall: Int64, boot: UInt64 = 10, instant: Int64? = nil
  ) throws -> Fact {
    Fact(
      tenant: identity.tenant, call: identity.call, leg: identity.leg,
      time: FactTime(
        boot: id(boot), instant: BootInstant(nanoseconds: instant ?? wall * 1_000_000),
        wall: WallTime(milliseconds: wall)),
      observer: try #require(NodeName("node-\(boot)")), epoch: Epoch(generation: 1, revision: 1),
      event: event)
  }

  private static func ended(_ evidence: EndEvidence, _ outcome: CallOutcome = .answered)
    -> FactEvent
  {
    .ended(LegEnd(outcome: outcome, evidence: evidence, endedBy: .party))
  }

  private static let offered = FactEvent.offered(
    LegOffer(
      direction: .outgoing, party: .trunk(trunk), from: "101", to: "+447400900123",
      sipCallID: "a@b"))

  @Test func factsInEveryOrderAndRepetitionMakeTheSameRecord() throws {
    let facts = try [
      LegRecordTests.fact(LegRecordTests.offered, wall: 0),
      LegRecordTests.fact(.answered, wall: 1000),
      LegRecordTests.fact(.answered, wall: 1000, boot: 11),
      LegRecordTests.fact(LegRecordTests.ended(.nodeLost, .nodeLost), wall: 2000),
      LegRecordTests.fact(LegRecordTests.ended(.signalled), wall: 9000, boot: 11),
      LegRecordTests.fact(LegRecordTests.ended(.signalled, .rejected), wall: 9000, boot: 11),
      LegRecordTests.fact(LegRecordTests.ended(.signalled), wall: 9500),
    ]
    let expected = LegRecord(identity: LegRecordTests.identity, facts: facts)
    #expect(expected.ended?.time.wall.milliseconds == 9000)
    var orders = 0
    facts.forEachPermutation { order in
      orders += 1
      let record = LegRecord(
        identity: LegRecordTests.identity, facts: order + order.reversed().prefix(orders % 7))
      #expect(record == expected)
    }
    #expect(orders == 5040)
  }

  @Test func whoHeardMostOfALegTellsWhatWasMeasured() throws {
    let (short, long) = (
      LegMedia(packets: 40, lost: 9, jitter: 7), LegMedia(packets: 4_000, lost: 1, jitter: 8)
    )
    let facts = try [
      LegRecordTests.fact(.measured(short), wall: 1), LegRecordTests.fact(.measured(long), wall: 2),
    ]
    for order in [facts, facts.reversed(), facts + facts] {
      let record = LegRecord(identity: LegRecordTests.identity, facts: order)
      #expect(record.measured?.event == long)
    }
  }

  @Test(arguments: [
    // ends as (evidence, milliseconds); the one that counts
    ([(EndEvidence.nodeLost, 100), (.signalled, 900)], EndEvidence.signalled, 900),
    ([(.nodeLost, 100), (.mediaEnded, 500)], .mediaEnded, 500),
    ([(.mediaEnded, 100), (.signalled, 500)], .signalled, 500),
    ([(.signalled, 500), (.signalled, 400)], .signalled, 400),
    ([(.nodeLost, 500), (.nodeLost, 400)], .nodeLost, 400),
  ])
  func theStrongestProofOfAnEndCountsAndOfEqualOnesTheEarliest(
    ends: [(EndEvidence, Int)], evidence: EndEvidence, wall: Int
  ) throws {
    let record = LegRecord(
      identity: LegRecordTests.identity,
      facts: try ends.map { try LegRecordTests.fact(LegRecordTests.ended($0.0), wall: Int64($0.1)) }
    )
    #expect(record.ended?.event.evidence == evidence)
    #expect(record.ended?.time.wall.milliseconds == Int64(wall))
  }

  @Test(arguments: [
    // answered and ended as (boot, wall milliseconds, boot nanoseconds), talk
    ((10, 1000, 0), (10, 99_000, 2_500_999_999), 2500),  // the wall clock jumped: the boot clock
    ((10, 1000, 0), (11, 4000, 7), 3000),  // another boot: the wall clock
    ((10, 4000, 0), (11, 1000, 7), 0),  // the other machine's clock is late: never below zero
    ((10, 1000, 9), (10, 1000, 3), 0), ((10, 0, Int64.min), (10, 0, Int64.max), 3_162_240_000_000),
  ])
  func talkTimeComesFromTheBootClockOfOneBootOrElseFromTheWall(
    answered: (UInt64, Int64, Int64), ended: (UInt64, Int64, Int64), talk: Int64
  ) throws {
    let record = LegRecord(
      identity: LegRecordTests.identity,
      facts: [
        try LegRecordTests.fact(
          .answered, wall: answered.1, boot: answered.0, instant: answered.2),
        try LegRecordTests.fact(
          LegRecordTests.ended(.signalled), wall: ended.1, boot: ended.0, instant: ended.2),
      ])
    #expect(record.talkTime == .milliseconds(talk))
  }

  @Test func onlyAnAnsweredLegThatWentOutThroughATrunkIsCharged() throws {
    func charged(_ events: [FactEvent]) throws -> TrunkID? {
      LegRecord(
        identity: LegRecordTests.identity,
        facts: try events.map { try LegRecordTests.fact($0, wall: 1) }
      ).chargedTrunk
    }
    func offer(_ direction: LegOffer.Direction, _ party: LegParty) -> FactEvent {
      .offered(LegOffer(direction: direction, party: party, from: "", to: "", sipCallID: ""))
    }
    let (trunk, end) = (LegRecordTests.trunk, LegRecordTests.ended(.signalled))
    let colleague = LegParty.extension(ExtensionID(LegRecordTests.id(9)), number: "102")
    #expect(try charged([offer(.outgoing, .trunk(trunk)), .answered, end]) == trunk)
    #expect(try charged([offer(.outgoing, .trunk(trunk)), .rung, end]) == nil)
    #expect(try charged([offer(.outgoing, .trunk(trunk)), .answered]) == nil)
    #expect(try charged([offer(.incoming, .trunk(trunk)), .answered, end]) == nil)
    #expect(try charged([offer(.outgoing, colleague), .answered, end]) == nil)
    #expect(try charged([.answered, end]) == nil)
  }

  @Test func aFactAboutAnotherLegChangesNothing() throws {
    var record = LegRecord(identity: LegRecordTests.identity)
    let stranger = try LegRecordTests.fact(.answered, wall: 1)
    record.merge(
      Fact(
        tenant: TenantID(LegRecordTests.id(99)), call: stranger.call, leg: stranger.leg,
        time: stranger.time, observer: stranger.observer, epoch: stranger.epoch,
        event: stranger.event))
    #expect(record == LegRecord(identity: LegRecordTests.identity))
  }
}

extension Array {
  /// Heap's algorithm.
  fileprivate func forEachPermutation(_ body: ([Element]) throws -> Void) rethrows {
    var (items, counters, index) = (self, [Int](repeating: 0, count: count), 1)
    try body(items)
    while index < count {
      guard counters[index] < index else {
        counters[index] = 0
        index += 1
        continue
      }
      items.swapAt(index.isMultiple(of: 2) ? 0 : counters[index], index)
      counters[index] += 1
      index = 1
      try body(items)
    }
  }
}
