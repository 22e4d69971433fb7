import DatabaseSupport
import NodeContract
import Persistence
import Rating
@_spi(Authorization) import Tenancy
import Testing

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct RepositoryTests {
  @Test func whatIsStoredIsFoundAsItWas() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let scope = AccessScope.tenant(mine.tenant.id)
      #expect(try await store.sites.find(DemoSite.site.name, in: scope) == DemoSite.site)
      #expect(try await store.nodes.find(DemoSite.node.name, in: scope) == DemoSite.node)
      #expect(try await store.addresses.all(in: scope) == [DemoSite.phones, DemoSite.trunks])
      #expect(try await store.resellers.find(mine.reseller.id, in: .platform) == mine.reseller)
      #expect(
        try await store.resellers.find(named: mine.reseller.name, in: .platform) == mine.reseller)
      let tenant = try #require(
        await store.tenants.find(domain: mine.tenant.domain, in: scope))
      #expect(tenant.revision > mine.tenant.revision)
      #expect(tenant.with(revision: 1) == mine.tenant)
      let entry = mine.extensions[1]
      #expect(try await store.extensions.find(entry.number, of: tenant.id, in: scope) == entry)
      #expect(try await store.numbers.find(mine.number.number, in: scope) == mine.number)
      #expect(
        try await store.trunks.find(
          carrier: mine.trunk.carrier, of: mine.reseller.id, in: .platform) == mine.trunk)
      #expect(
        try await store.priceLists.find(
          named: "standard", of: mine.reseller.id, in: .platform) == mine.priceList)
      #expect(
        try await store.priceLists.rates(
          of: mine.priceList.id, inForceAt: DemoCustomer.beginning, .first, in: .platform
        ).items == DemoCustomer.rates)
    }
  }

  @Test func aPostedCallIsReadAsItWasWritten() async throws {
    try await ScratchDatabase.with { scratch in
      let mine = try await DemoCustomer.make(in: scratch.store)
      let scope = AccessScope.tenant(mine.tenant.id)
      let detail = try await PostedCall.insert(for: mine, into: scratch)
      #expect(
        try await scratch.store.cdrs.find(detail.leg, of: mine.tenant.id, in: scope) == detail)
      let line = try #require(
        await scratch.store.ledger.list(.first, of: mine.tenant.id, in: scope).items.first)
      #expect(line.amount == detail.charge?.amount && line.posting == .charge)
    }
  }

  /// The field that a refused operation complains about.
  private func refusal(_ operation: () async throws -> Void) async -> InvalidField? {
    do {
      try await operation()
      return nil
    } catch {
      return error as? InvalidField
    }
  }

  @Test func aTakenNameAndAnUnknownReferenceNameTheirField() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      var twin = mine.tenant
      twin.id = PostedCall.newID()
      #expect(
        await refusal { try await store.tenants.insert(twin, in: .platform) }
          == InvalidField("domain", .taken))
      twin.domain = try SIPDomain("twin.tandem.test")
      twin.homeAddress = try AddressName(checking: "nowhere", field: "home_address")
      #expect(
        await refusal { try await store.tenants.insert(twin, in: .platform) }
          == InvalidField("home_address", .unknownReference))
      var phone = mine.extensions[0]
      phone.id = PostedCall.newID()
      #expect(
        await refusal { try await store.extensions.insert(phone, in: .platform) }
          == InvalidField("number", .taken))
      phone.tenant = PostedCall.newID()
      #expect(
        await refusal { try await store.extensions.insert(phone, in: .platform) }
          == InvalidField("tenant", .unknownReference))
      var trunk = mine.trunk
      trunk.id = PostedCall.newID()
      #expect(
        await refusal { try await store.trunks.insert(trunk, in: .platform) }
          == InvalidField("carrier", .taken))
      #expect(
        await refusal { try await store.sites.insert(DemoSite.site, in: .platform) }
          == InvalidField("name", .taken))
    }
  }

  @Test func aNumberLeadsToAnExtensionOfItsOwnTenantOnly() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let other = try await DemoCustomer.make(in: store, name: "other", digits: "2079460102")
      var number = mine.number
      number.destination = .extension(other.extensions[0].id)
      #expect(
        await refusal { try await store.numbers.update(number, in: .platform) }
          == InvalidField("extension", .unknownReference))
      await #expect(throws: StoreError.inUse) {
        try await store.extensions.remove(
          mine.extensions[0].id, of: mine.tenant.id, in: .platform)
      }
      #expect(try await store.numbers.remove(number.id, of: mine.tenant.id, in: .platform))
      #expect(
        try await store.extensions.remove(
          mine.extensions[0].id, of: mine.tenant.id, in: .platform))
    }
  }

  @Test func aRemovedTenantIsFoundNoMoreAndItsKeysOpenNothing() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let hash = [UInt8](repeating: 7, count: 32)
      let key = ApiKey(
        id: PostedCall.newID(), name: try DisplayName("portal"), role: .tenant(mine.tenant.id),
        createdAt: DemoCustomer.beginning)
      try await store.keys.insert(key, secretHash: hash, in: .platform)
      #expect(try await store.keys.find(secretHash: hash, in: .platform) == key)
      #expect(
        try await store.tenants.remove(mine.tenant.id, at: DemoCustomer.beginning, in: .platform))
      #expect(try await store.tenants.find(mine.tenant.id, in: .platform) == nil)
      #expect(try await store.keys.find(secretHash: hash, in: .platform) == nil)
      #expect(try await store.snapshots.tenant(mine.tenant.id, in: .platform) == nil)
      #expect(try await store.numbers.find(mine.number.number, in: .platform) == nil)
    }
  }

  @Test func aRevokedKeyOpensNothing() async throws {
    try await ScratchDatabase.with { scratch in
      let keys = scratch.store.keys
      let hash = [UInt8](repeating: 9, count: 32)
      let key = ApiKey(
        id: PostedCall.newID(), name: try DisplayName("operator"), role: .operator,
        createdAt: DemoCustomer.beginning)
      try await keys.insert(key, secretHash: hash, in: .platform)
      #expect(try await keys.revoke(key.id, at: DemoCustomer.beginning, in: .platform))
      #expect(try await keys.find(secretHash: hash, in: .platform) == nil)
      #expect(
        try await keys.list(.first, in: .platform).items.map(\.revokedAt) == [
          DemoCustomer.beginning
        ])
    }
  }

  @Test func pagesFollowEachOtherWithoutGapOrRepetition() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let scope = AccessScope.tenant(mine.tenant.id)
      for number in 200..<205 {
        var entry = mine.extensions[0]
        entry.id = PostedCall.newID()
        entry.number = try ExtensionNumber(String(number))
        try await store.extensions.insert(entry, in: scope)
      }
      var (seen, cursor): ([String], PageCursor?) = ([], nil)
      repeat {
        let page = try await store.extensions.list(
          PageRequest(limit: 3, after: cursor), of: mine.tenant.id, in: scope)
        seen += page.items.map(\.number.digits)
        cursor = page.next
      } while cursor != nil
      #expect(seen.sorted() == ["101", "102", "200", "201", "202", "203", "204"])
      await #expect(throws: StoreError.unknownCursor) {
        try await store.extensions.list(
          PageRequest(after: PageCursor("ten_1")), of: mine.tenant.id, in: scope)
      }
    }
  }

  @Test func thousandsOfRatesComeInAtOnceOrNotAtAll() async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store)
      let row = try DemoCustomer.rates[0]
      let rows = try (5000..<9000).map { number in
        var copy = row
        copy.prefix = try #require(DialPrefix(String(number)))
        return copy
      }
      #expect(
        await refusal {
          try await store.priceLists.addRates(
            rows + [rows[0]], to: mine.priceList.id, in: .platform)
        } == InvalidField("prefix", .taken))
      try await store.priceLists.addRates(rows, to: mine.priceList.id, in: .platform)
      let page = try await store.priceLists.rates(
        of: mine.priceList.id, inForceAt: DemoCustomer.beginning,
        PageRequest(limit: 2, after: PageCursor("4999")), in: .platform)
      #expect(page.items.map(\.prefix.digits) == ["5000", "5001"])
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400_123, "2000-02-29T00:00:00.123Z"),
    (-1, "1969-12-31T23:59:59.999Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (Int64.min, "0001-01-01T00:00:00.000Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
  ])
  func timesAreWrittenInUTCWhateverAClockSays(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).postgresText == text)
    let stored = text.replacing("T", with: " ").replacing("Z", with: "+00")
    #expect(WallTime(postgresText: stored)?.postgresText == text)
  }
}

extension Tenant {
  fileprivate func with(revision: Int64) -> Tenant {
    var tenant = self
    tenant.revision = revision
    return tenant
  }
}
