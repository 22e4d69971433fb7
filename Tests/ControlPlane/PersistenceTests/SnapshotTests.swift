import DatabaseSupport
import NodeContract
import Persistence
import Postgres
import Rating
@_spi(Authorization) import Tenancy
import Testing

@Suite(
  .enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"),
  .timeLimit(.minutes(5)))
struct SnapshotTests {
  @Test func aSnapshotHoldsAllThatANodeNeeds() async throws {
    try await ScratchDatabase.with { scratch in
      let mine = try await DemoCustomer.make(in: scratch.store)
      let snapshots = try await scratch.store.snapshots.tenants(
        homedAt: [DemoSite.phones.name], in: .platform)
      let snapshot = try #require(snapshots.first)
      #expect(snapshots.count == 1)
      #expect(snapshot.tenant == mine.tenant.id && snapshot.domain == "demo.tandem.test")
      #expect(snapshot.extensions == mine.extensions.map { $0.entry(answering: []) })
      #expect(snapshot.numbers == [mine.number.entry])
      #expect(snapshot.trunks == [mine.trunk.entry])
      #expect(try await scratch.store.snapshots.tenant(mine.tenant.id, in: .platform) == snapshot)
      #expect(
        try await scratch.store.snapshots.tenants(homedAt: [DemoSite.trunks.name], in: .platform)
          .isEmpty)
    }
  }

  @Test func aTrunksPasswordsAndProfileReachItsNodes() async throws {
    try await ScratchDatabase.with { scratch in
      let mine = try await DemoCustomer.make(in: scratch.store)
      let hashes = [
        DigestCredential(algorithm: .sha256, ha1: String(repeating: "ab", count: 32)),
        DigestCredential(algorithm: .md5, ha1: String(repeating: "cd", count: 16)),
      ]
      var trunk = mine.trunk
      trunk.account = TrunkAccount(
        username: "tandem", realm: "carrier.example", credentials: hashes,
        registrar: "sip:carrier.example")
      trunk.visitor = TrunkVisitor(username: "carrier", credentials: [hashes[1]])
      trunk.profile = TrunkProfile(isTrusted: true, identity: .remoteParty, forwarding: .history)
      let scope = AccessScope.reseller(mine.reseller.id)
      #expect(try await scratch.store.trunks.update(trunk, in: scope))
      #expect(try await scratch.store.trunks.find(trunk.id, in: scope) == trunk)
      let snapshot = try await scratch.store.snapshots.tenant(mine.tenant.id, in: .platform)
      #expect(snapshot?.trunks == [trunk.entry])
      var another = trunk
      another.id = TrunkID(UUIDv7(high: 1, low: 99))
      another.carrier = try DisplayName("another carrier")
      try await scratch.store.trunks.insert(another, in: scope)
      #expect(try await scratch.store.trunks.find(another.id, in: scope) == another)
    }
  }

  @Test func everyChangeOfATenantRaisesItsRevisionAndIsAnnounced() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let other = try await DemoCustomer.make(in: store, name: "other", digits: "2079460102")
      let listener = Listener(scratch.server, channels: [SnapshotRepository.channel])
      defer { listener.close() }
      var heard = listener.events { $0 }.makeAsyncIterator()
      try await listen(&heard, scratch)

      let scope = AccessScope.reseller(mine.reseller.id)
      let changes: [@Sendable () async throws -> Void] = [
        {
          var entry = mine.extensions[1]
          entry.displayName = try DisplayName("renamed")
          try await store.extensions.update(entry, in: scope)
        },
        { try await store.extensions.remove(mine.extensions[1].id, of: mine.tenant.id, in: scope) },
        { try await store.extensions.insert(mine.extensions[1], in: scope) },
        {
          var number = mine.number
          number.destination = .extension(mine.extensions[1].id)
          try await store.numbers.update(number, in: scope)
        },
        { try await store.numbers.remove(mine.number.id, of: mine.tenant.id, in: scope) },
        {
          var trunk = mine.trunk
          trunk.peers = try Trunk.peers(["192.0.2.9:5060"])
          try await store.trunks.update(trunk, in: scope)
        },
        { try await store.trunks.remove(mine.trunk.id, at: DemoCustomer.beginning, in: scope) },
        {
          var tenant = mine.tenant
          tenant.ringTimeout = .seconds(10)
          _ = try await store.tenants.update(tenant, in: scope)
        },
        { try await store.tenants.remove(mine.tenant.id, at: DemoCustomer.beginning, in: scope) },
      ]
      for (index, change) in changes.enumerated() {
        try await change()
        let event = await heard.next(isolation: nil)
        #expect(event == announcement(of: mine.tenant.id), "change \(index)")
      }
      let untouched = try await store.tenants.find(other.tenant.id, in: .platform)
      #expect(untouched?.revision == 4)
    }
  }

  @Test func aNewNameIsNoNewsForNodes() async throws {
    try await ScratchDatabase.with { scratch in
      let mine = try await DemoCustomer.make(in: scratch.store)
      let before = try #require(
        await scratch.store.tenants.find(mine.tenant.id, in: .platform))
      var renamed = before
      renamed.name = try DisplayName("renamed")
      let after = try await scratch.store.tenants.update(renamed, in: .platform)
      #expect(after == renamed)
    }
  }

  @Test func manyExtensionsInOneStatementAreOneRevision() async throws {
    try await ScratchDatabase.with { scratch in
      let mine = try await DemoCustomer.make(in: scratch.store)
      let before = try #require(
        await scratch.store.tenants.find(mine.tenant.id, in: .platform)?.revision)
      let tenant = mine.tenant.id
      try await scratch.store.transaction(in: .platform) { transaction in
        _ = try transaction.execute(
          """
          INSERT INTO extensions (extension_id, tenant_id, number, display_name, created_at)
          SELECT gen_random_uuid(), \(tenant)::uuid, (1000 + n)::text, 'x', now()
          FROM generate_series(1, 1000) AS n
          """)
      }
      #expect(
        try await scratch.store.tenants.find(mine.tenant.id, in: .platform)?.revision == before + 1)
    }
  }

  /// Returns once the listener hears: what went before is of no interest.
  private func listen(
    _ heard: inout AsyncStream<ListenerEvent>.Iterator, _ scratch: ScratchDatabase
  ) async throws {
    let marker = Task {
      while !Task.isCancelled {
        try await scratch.database.transaction {
          try $0.execute("SELECT pg_notify(\(SnapshotRepository.channel), 'marker')")
        }
      }
    }
    let isMarker = { (event: ListenerEvent) in
      event == .notification(channel: SnapshotRepository.channel, payload: "marker")
    }
    while let event = await heard.next(isolation: nil), !isMarker(event) {}
    marker.cancel()
    _ = await marker.result
    try await scratch.database.transaction {
      try $0.execute("SELECT pg_notify(\(SnapshotRepository.channel), 'last')")
    }
    let last = ListenerEvent.notification(channel: SnapshotRepository.channel, payload: "last")
    while let event = await heard.next(isolation: nil), event != last {}
  }

  private func announcement(of tenant: TenantID) -> ListenerEvent {
    .notification(channel: SnapshotRepository.channel, payload: tenant.uuid.description)
  }
}
