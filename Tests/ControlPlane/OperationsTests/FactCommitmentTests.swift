import DatabaseSupport
import Logging
import NodeContract
import Persistence
import Postgres
import Rating
import SeededRandom
@_spi(Authorization) import Tenancy
import Testing

@testable import Operations

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct FactCommitmentTests {
  private func with(
    _ body: (Bill, FactCommitment) async throws -> Void
  ) async throws {
    try await ScratchDatabase.with { scratch in
      let customer = try await DemoCustomer.make(in: scratch.store)
      let commitment = FactCommitment(store: scratch.store, logger: .silent)
      try await body(Bill(scratch: scratch, customer: customer), commitment)
    }
  }

  @Test(arguments: [
    // number, seconds of talk, prefix, charge: 10⁻⁶ pounds, half to the even neighbour.
    ("+442079460000", 61.0, "44", "0.001932"),  // 0.0019 × 61 / 60 = 0.00193166…
    ("+447800900123", 60.0, "447", "0.0051"),
    ("+447400900123", 60.0, "4474", "0.0223"),
    ("+447400900123", 1.2, "4474", "0.01041"),  // two begun seconds
  ])
  func anAnsweredCallToACarrierCostsWhatTheLongestPrefixSays(
    number: String, talk: Double, prefix: String, amount: String
  ) async throws {
    try await with { bill, commitment in
      let (story, caller, callee) = CallStory.toCarrier(
        of: bill.customer, number: number, talking: talk)
      try await commitment.commit(story.records)
      let priced = try #require(await bill.detail(callee))
      #expect(priced.charge?.prefix.digits == prefix)
      #expect(priced.charge?.amount.description == "\(amount) GBP")
      #expect(priced.talkTime == .milliseconds(Int64(talk * 1000)))
      let free = try #require(await bill.detail(caller))
      #expect(free.charge == nil && free.unrated == nil)
      #expect(try await bill.balance() == ["\(amount) GBP"])
    }
  }

  @Test func whatWasMeasuredComesAfterTheBillAndLeavesItAsItIs() async throws {
    try await with { bill, commitment in
      var (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447400900123", talking: 61)
      try await commitment.commit(story.records)
      let before = try #require(await bill.detail(callee))
      let media = LegMedia(packets: 3_000, lost: 4, jitter: 900, opinion: 438)
      story.tell(.measured(media), of: callee, at: 64)
      try await commitment.commit(Array(story.records.suffix(1)))
      let after = try #require(await bill.detail(callee))
      #expect(before.media == nil && after.media == media)
      #expect(after.charge == before.charge)
      #expect(try await bill.balance().count == 1)
    }
  }

  @Test func aCallBetweenColleaguesIsFree() async throws {
    try await with { bill, commitment in
      let story = CallStory.toColleague(of: bill.customer, talking: 30)
      try await commitment.commit(story.records)
      let call = try #require(await bill.call(story.call))
      #expect(call.direction == .internal && call.outcome == .answered)
      #expect(call.endedAt == WallTime(milliseconds: CallStory.noon + 32_000))
      #expect(try await bill.details(of: story.call).map(\.billedSeconds) == [30, 30])
      #expect(try await bill.balance() == [])
    }
  }

  @Test func aCallThatIsUpHasARowAndNoCDRs() async throws {
    try await with { bill, commitment in
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+442079460000", talking: 5)
      try await commitment.commit(Array(story.records.prefix(5)))
      let call = try #require(await bill.call(story.call))
      #expect(call.direction == .outgoing && call.endedAt == nil && call.outcome == nil)
      #expect(try await bill.details(of: story.call).isEmpty)
    }
  }

  @Test(arguments: UInt64(1)...12)
  func factsInAnyOrderAndRepetitionMakeTheSameBill(seed: UInt64) async throws {
    try await with { bill, commitment in
      var random = SeededGenerator(seed: seed)
      let (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447400900123", talking: 42)
      var told = story.records + story.records
      told.shuffle(using: &random)
      while !told.isEmpty {
        let count = Int.random(in: 1...min(4, told.count), using: &random)
        try await commitment.commit(Array(told.prefix(count)))
        told.removeFirst(count)
      }
      #expect(try await bill.details(of: story.call).count == 2)
      #expect(try await bill.detail(callee)?.charge?.amount.amount == "0.01861")
      #expect(try await bill.call(story.call)?.outcome == .answered)
      #expect(try await bill.balance() == ["0.01861 GBP"])
    }
  }

  @Test func theSameRecordsCommittedBySeveralReplicasAtOnceCountOnce() async throws {
    try await with { bill, commitment in
      let stories = (0..<10).map { _ in
        CallStory.toCarrier(of: bill.customer, number: "+447800900123", talking: 60).0
      }
      let records = stories.flatMap(\.records)
      try await withThrowingTaskGroup { group in
        for seed in UInt64(1)...8 {
          group.addTask {
            var random = SeededGenerator(seed: seed)
            var mine = records
            mine.shuffle(using: &random)
            for start in stride(from: 0, to: mine.count, by: 7) {
              try await commitment.commit(Array(mine[start..<min(start + 7, mine.count)]))
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await bill.count("facts") == records.count)
      #expect(try await bill.count("charges") == 10)
      #expect(try await bill.count("ledger_entries") == 10)
      #expect(try await bill.balance() == ["0.051 GBP"])
    }
  }

  @Test func recordsWhoseAcknowledgementWasLostAreTakenAgainWithoutEffect() async throws {
    try await with { bill, commitment in
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      try await commitment.commit(story.records)
      let before = try await bill.details(of: story.call)
      let restarted = FactCommitment(store: Store(Database(bill.scratch.server)), logger: .silent)
      try await restarted.commit(story.records)
      #expect(try await bill.details(of: story.call) == before)
      #expect(try await bill.count("ledger_entries") == 1)
    }
  }

  @Test func aBetterFactTakesTheOldChargeBackAndPostsANewOne() async throws {
    try await with { bill, commitment in
      let (full, caller, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      var story = full
      let lost = FactEvent.ended(LegEnd(outcome: .nodeLost, evidence: .nodeLost, endedBy: .us))
      for leg in [caller, callee] { story.tell(lost, of: leg, at: 32) }
      let early = story.records.filter { $0.fact.event != CallStory.hungUp }
      try await commitment.commit(early)
      #expect(try await bill.detail(callee)?.charge?.amount.amount == "0.00255")
      #expect(try await bill.detail(callee)?.end.evidence == .nodeLost)

      try await commitment.commit(story.records)
      #expect(try await bill.detail(callee)?.charge?.amount.amount == "0.0051")
      #expect(try await bill.detail(callee)?.end.evidence == .signalled)
      #expect(
        try await bill.ledger() == ["charge 0.00255", "reversal -0.00255", "charge 0.0051"])
      #expect(try await bill.balance() == ["0.0051 GBP"])
    }
  }

  @Test func aPostedChargeStaysWhenPricesAreEditedLater() async throws {
    try await with { bill, commitment in
      let (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      try await commitment.commit(story.records)
      let dearer = RateRow(
        prefix: try #require(DialPrefix("4478")), destination: "dearer",
        rate: try Rate(perMinute: try Price("1")), validFrom: DemoCustomer.beginning)
      try await bill.scratch.store.priceLists.addRates(
        [dearer], to: bill.customer.priceList.id, in: .platform)
      try await commitment.commit(story.records)
      #expect(try await bill.detail(callee)?.charge?.amount.amount == "0.0051")
    }
  }

  @Test func aRateAppliesFromItsFirstMomentUntilItsLast() async throws {
    try await with { bill, commitment in
      let lists = bill.scratch.store.priceLists
      let later = RateRow(
        prefix: try #require(DialPrefix("44")), destination: "all of it",
        rate: try Rate(perMinute: try Price("0.6")),
        validFrom: WallTime(milliseconds: CallStory.noon))
      try await lists.replaceRates(
        of: bill.customer.priceList.id, with: [later],
        from: WallTime(milliseconds: CallStory.noon), in: .platform)
      let (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447400900123", talking: 60)
      try await commitment.commit(story.records)
      #expect(try await bill.detail(callee)?.charge?.prefix.digits == "44")
      #expect(try await bill.detail(callee)?.charge?.amount.amount == "0.6")
    }
  }

  @Test func factsOfAnUnknownTenantAreKeptAndHoldNobodyUp() async throws {
    try await with { bill, commitment in
      var stranger = CallStory(tenant: CallStory.newID())
      stranger.tell(.answered, of: CallStory.newID(), at: 1)
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      try await commitment.commit(stranger.records + story.records)
      #expect(try await bill.count("facts WHERE quarantine = 'unknown-tenant'") == 1)
      #expect(try await bill.balance() == ["0.0051 GBP"])
    }
  }

  @Test func factsOfATenantThatBecomesKnownCountWhenTheyComeAgain() async throws {
    try await with { bill, commitment in
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      var late = bill.customer.tenant
      late.id = CallStory.newID()
      late.domain = try SIPDomain("late.tandem.test")
      let records = story.records.map { $0.told(of: late.id) }
      try await commitment.commit(records)
      #expect(try await bill.count("facts WHERE quarantine IS NOT NULL") == records.count)
      try await bill.scratch.store.tenants.insert(late, in: .platform)
      try await commitment.commit(records)
      #expect(try await bill.count("facts WHERE quarantine IS NOT NULL") == 0)
      #expect(try await bill.count("charges") == 1)
    }
  }

  @Test func aCallThroughAnUnknownTrunkHasACDRThatSaysSo() async throws {
    try await with { bill, commitment in
      var story = CallStory(tenant: bill.customer.tenant.id)
      let leg: LegID = CallStory.newID()
      let offer = CallStory.offer(.outgoing, .trunk(CallStory.newID()), to: "+447800900123")
      story.tell(.offered(offer), of: leg, at: 0)
      story.tell(.answered, of: leg, at: 1)
      story.tell(CallStory.hungUp, of: leg, at: 9)
      try await commitment.commit(story.records)
      #expect(try await bill.detail(leg)?.unrated == .unknownTrunk)
      #expect(try await bill.balance() == [])
    }
  }

  @Test func aCallToAPlaceWithoutAPriceHasACDRThatSaysSo() async throws {
    try await with { bill, commitment in
      let (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+4930123456", talking: 60)
      try await commitment.commit(story.records)
      #expect(try await bill.detail(callee)?.unrated == .noRate)
    }
  }

  @Test func nonsenseFromANodeIsKeptAndHoldsNobodyUp() async throws {
    try await with { bill, commitment in
      var odd = CallStory(tenant: bill.customer.tenant.id)
      let leg: LegID = CallStory.newID()
      let offer = CallStory.offer(
        .outgoing, .trunk(bill.customer.trunk.id), to: "+44\u{0}{\"},\\NULL")
      odd.tell(.offered(offer), of: leg, at: 0)
      odd.tell(.answered, of: leg, at: 1)
      odd.tell(CallStory.hungUp, of: leg, at: 2)
      let records = odd.records.enumerated().map { index, record in
        record.told(at: index == 2 ? .max : .min, sequence: .max - UInt64(index))
      }
      try await commitment.commit(records)
      #expect(try await bill.count("facts WHERE quarantine IS NULL") == 3)
      #expect(try await bill.detail(leg)?.unrated == .noRate)
    }
  }

  @Test func aLegThatTwoCallsClaimStaysWithTheFirst() async throws {
    try await with { bill, commitment in
      let (story, _, callee) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      var other = CallStory(tenant: bill.customer.tenant.id)
      let offer = CallStory.offer(
        .outgoing, .trunk(bill.customer.trunk.id), to: "+447400900123")
      other.tell(.offered(offer), of: callee, at: 0)
      other.tell(.answered, of: callee, at: 1)
      other.tell(CallStory.hungUp, of: callee, at: 2)
      try await commitment.commit(story.records)
      let third = CallStory.toCarrier(of: bill.customer, number: "+447800900123", talking: 60).0
      try await commitment.commit(other.records + third.records)
      #expect(try await bill.detail(callee)?.call == story.call)
      #expect(try await bill.balance() == ["0.0102 GBP"])
      #expect(try await bill.count("facts") == 7 + 3 + 7)
    }
  }

  @Test(arguments: UInt64(1)...3)
  func theLedgerIsTheSumOfTheCDRsToTheLastDigit(seed: UInt64) async throws {
    try await with { bill, commitment in
      var random = SeededGenerator(seed: seed)
      var told: [SpoolRecord] = []
      for _ in 0..<40 {
        let number = ["+442079460000", "+447800900123", "+447400900123"].randomElement(
          using: &random)
        let (full, _, callee) = CallStory.toCarrier(
          of: bill.customer, number: number ?? "",
          talking: Double(Int.random(in: 0...400_000, using: &random)) / 1000)
        var story = full
        let guess = LegEnd(outcome: .nodeLost, evidence: .mediaEnded, endedBy: .us)
        story.tell(.ended(guess), of: callee, at: 3)
        told += story.records
      }
      told.shuffle(using: &random)
      for start in stride(from: 0, to: told.count, by: 9) {
        try await commitment.commit(Array(told[start..<min(start + 9, told.count)]))
      }
      #expect(try await bill.sumOfCDRs() == bill.balance())
      #expect(try await bill.count("ledger_entries WHERE posting = 'reversal'") > 0)
    }
  }
}
