import DatabaseSupport
import NodeContract
import Operations
import Persistence
import Postgres
@_spi(Authorization) import Tenancy
import Testing

@Suite(
  .enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"),
  .timeLimit(.minutes(5)))
struct TenantSnapshotsTests {
  @Test func whoFollowsTheNoticesSeesEveryTenantAsItIsInTheEnd() async throws {
    try await ScratchDatabase.with { scratch in
      let listener = Listener(scratch.server, channels: [SnapshotRepository.channel])
      defer { listener.close() }
      let snapshots = TenantSnapshots(store: scratch.store, listener: listener)
      var notices = snapshots.changes { $0 }.makeAsyncIterator()
      let mine = try await DemoCustomer.make(in: scratch.store)
      var entry = mine.extensions[0]
      entry.displayName = try DisplayName("the last change")
      try await scratch.store.extensions.update(entry, in: .platform)

      var known: [TenantID: TenantSnapshot] = [:]
      while known[mine.tenant.id]?.extensions.first?.displayName != "the last change" {
        switch await notices.next(isolation: nil) {
        case .changed(let id): known[id] = try await snapshots.tenant(id)
        case .mailbox: break
        case .resynchronize:
          let all = try await snapshots.tenants(homedAt: [DemoSite.phones.name])
          known = Dictionary(all.map { ($0.tenant, $0) }) { $1 }
        case nil:
          Issue.record("the notices ended")
          return
        }
      }
      #expect(known.count == 1)
    }
  }
}
