import DatabaseSupport
import Logging
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(
  "Facts that did not count",
  .enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct QuarantineTests {
  private func with(_ body: (Bill, FactCommitment, QuarantineOperations) async throws -> Void)
    async throws
  {
    try await ScratchDatabase.with { scratch in
      let customer = try await DemoCustomer.make(in: scratch.store)
      try await body(
        Bill(scratch: scratch, customer: customer),
        FactCommitment(store: scratch.store, logger: .silent),
        QuarantineOperations(scratch.store, logger: .silent))
    }
  }

  @Test("A call of a tenant that is known by now is billed when an operator says so, once")
  func aTenantThatIsKnownByNow() async throws {
    try await with { bill, commitment, quarantine in
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      var late = bill.customer.tenant
      late.id = CallStory.newID()
      late.domain = try SIPDomain("late.tandem.test")
      let records = story.records.map { $0.told(of: late.id) }
      try await commitment.commit(records)
      let listed = try await quarantine.list(.first, in: .platform).items
      #expect(listed.map(\.call) == [story.call] && listed.map(\.tenant) == [late.id])
      #expect(listed.map(\.reason) == ["unknown-tenant"])
      #expect(listed.map(\.facts) == [records.count])

      let early = try await quarantine.release(story.call, in: .platform)
      #expect(early.released == 0 && early.kept == records.count && early.reason != nil)

      try await bill.scratch.store.tenants.insert(late, in: .platform)
      let release = try await quarantine.release(story.call, in: .platform)
      #expect(release.released == records.count && release.kept == 0 && release.reason == nil)
      #expect(try await bill.count("charges") == 1)
      #expect(try await quarantine.list(.first, in: .platform).items.isEmpty)
      await #expect(throws: NotFound.self) {
        try await quarantine.release(story.call, in: .platform)
      }
      #expect(try await bill.count("charges") == 1)
    }
  }

  @Test("What another tenant's node said of somebody's call is never billed to anybody")
  func anotherTenantsCall() async throws {
    try await with { bill, commitment, quarantine in
      let (story, _, _) = CallStory.toCarrier(
        of: bill.customer, number: "+447800900123", talking: 60)
      try await commitment.commit(story.records)
      var other = bill.customer.tenant
      other.id = CallStory.newID()
      other.domain = try SIPDomain("other.tandem.test")
      try await bill.scratch.store.tenants.insert(other, in: .platform)
      var claim = CallStory(tenant: other.id)
      claim.tell(CallStory.hungUp, of: CallStory.newID(), at: 600)
      try await commitment.commit(claim.records.map { $0.told(about: story.call) })
      #expect(try await bill.count("facts WHERE quarantine = 'foreign-call'") == 1)

      let release = try await quarantine.release(story.call, in: .platform)
      #expect(release.released == 0 && release.kept == 1 && release.reason != nil)
      #expect(try await bill.balance() == ["0.0051 GBP"])
    }
  }
}

extension SpoolRecord {
  fileprivate func told(about call: CallID) -> SpoolRecord {
    SpoolRecord(
      spool: spool, sequence: sequence,
      fact: Fact(
        tenant: fact.tenant, call: call, leg: fact.leg, time: fact.time, observer: fact.observer,
        epoch: fact.epoch, event: fact.event))
  }
}
