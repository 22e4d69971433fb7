import DatabaseSupport
import Logging
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@testable import Operations

/// What people switch by phone goes up as facts.
@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct SwitchCommitmentTests {
  private func state(_ isOn: Bool, _ target: String? = nil, at time: Int64)
    -> AnsweringSwitches.State
  {
    .init(
      isOn: isOn, target: target, patience: target.map { _ in .seconds(9) },
      changedAt: WallTime(milliseconds: time))
  }

  /// The story of a call in which somebody dialled a code.
  private func story(
    of customer: DemoCustomer, by place: Int = 0, _ kind: AnsweringSwitches.Kind,
    _ state: AnsweringSwitches.State
  ) -> CallStory {
    var story = CallStory(tenant: customer.tenant.id)
    let (leg, entry): (LegID, _) = (CallStory.newID(), customer.extensions[place])
    let offer = LegOffer(
      direction: .incoming, party: .extension(entry.id, number: entry.number.digits),
      from: entry.number.digits, to: "*78", sipCallID: "x")
    story.tell(.offered(offer), of: leg, at: 0)
    story.tell(.answered, of: leg, at: 0.1)
    story.tell(.switched(.init(entry.id, kind, state)), of: leg, at: 0.1)
    story.tell(CallStory.hungUp, of: leg, at: 3)
    return story
  }

  @Test func theLastThatWasSwitchedCountsInWhateverOrderFactsCome() async throws {
    try await ScratchDatabase.with { scratch in
      let customer = try await DemoCustomer.make(in: scratch.store)
      let commitment = FactCommitment(store: scratch.store, logger: .silent)
      let (tenant, entry) = (customer.tenant.id, customer.extensions[0].id)
      func known() async throws -> AnsweringSwitches {
        try await scratch.store.answeringSwitches.switches(of: entry, of: tenant, in: .platform)
      }
      let before = try await scratch.store.snapshots.tenant(tenant, in: .platform)
      let on = story(of: customer, .doNotDisturb, state(true, at: 1_000))
      let off = story(of: customer, .doNotDisturb, state(false, at: 2_000))
      let forward = story(of: customer, .forwardNoAnswer, state(true, "102", at: 1_500))
      try await commitment.commit(off.records + forward.records)
      #expect(try await known()[.doNotDisturb]?.isOn == false)
      // What was switched before comes later, and all comes again.
      try await commitment.commit(on.records)
      try await commitment.commit(off.records)
      #expect(try await known()[.doNotDisturb] == state(false, at: 2_000))
      #expect(try await known()[.forwardNoAnswer] == state(true, "102", at: 1_500))
      let after = try await scratch.store.snapshots.tenant(tenant, in: .platform)
      #expect(after?.extensions.first { $0.id == entry }?.switches == (try await known()))
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
    }
  }

  @Test func theNextNodeReadsWhatTheFactsSaid() async throws {
    try await ScratchDatabase.with { scratch in
      let customer = try await DemoCustomer.make(in: scratch.store)
      let told = story(of: customer, .forwardBusy, state(true, "+447700900123", at: 7))
      try await FactCommitment(store: scratch.store, logger: .silent).commit(told.records)
      let facts = try await scratch.store.transaction(in: .platform) { transaction in
        try transaction.facts(ofCalls: [told.call])
      }
      #expect(Set(facts) == Set(told.records.map(\.fact)))
    }
  }

  @Test func anExtensionThatIsGoneSwitchesNothing() async throws {
    try await ScratchDatabase.with { scratch in
      let customer = try await DemoCustomer.make(in: scratch.store)
      let told = story(of: customer, by: 1, .doNotDisturb, state(true, at: 7))
      try await scratch.store.extensions.remove(
        customer.extensions[1].id, of: customer.tenant.id, in: .platform)
      try await FactCommitment(store: scratch.store, logger: .silent).commit(told.records)
      let quarantined = try await scratch.store.transaction(in: .platform) { transaction in
        try transaction.quarantinedFacts(of: told.call)
      }
      #expect(quarantined.isEmpty)
    }
  }
}
