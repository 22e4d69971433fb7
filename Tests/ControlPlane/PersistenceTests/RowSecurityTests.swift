import DatabaseSupport
import NodeContract
import Postgres
import Rating
@_spi(Authorization) import Tenancy
import Testing

@testable import Persistence

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct RowSecurityTests {
  @Test func everyTableForcesRowSecurityOnEveryoneTheOwnerIncluded() async throws {
    try await ScratchDatabase.with { scratch in
      let open = try await Catalogue(scratch).names(
        """
        SELECT relname FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
          AND NOT (relrowsecurity AND relforcerowsecurity)
        """)
      #expect(open == ["schema_migrations"])
    }
  }

  @Test func theServersRoleIsNeitherOwnerNorExempt() async throws {
    try await ScratchDatabase.with { scratch in
      let exempt = try await scratch.database.transaction { transaction in
        try transaction.query(
          """
          SELECT rolname::text AS name FROM pg_roles r WHERE rolname = current_user
            AND (rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid))
          """
        ).map { try $0.value("name", as: String.self) }
      }
      #expect(exempt.isEmpty)
    }
  }

  @Test func everyTenantsRowIsSeenWithinItsScopesAndNowhereElse() async throws {
    try await ScratchDatabase.with { scratch in
      let (mine, other) = try await twoCustomers(in: scratch)
      let tables = try await Catalogue(scratch).tenantTables()
      #expect(tables.count >= 9)
      for table in tables {
        func seen(_ scope: AccessScope?) async throws -> Int {
          try await RowSecurityTests.count(
            "\(table) WHERE tenant_id = \(RowSecurityTests.literal(mine.tenant.id))", scope, scratch
          )
        }
        #expect(try await seen(nil) == 0, "\(table) without a scope")
        #expect(try await seen(.tenant(other.tenant.id)) == 0, "\(table) as another tenant")
        #expect(try await seen(.reseller(other.reseller.id)) == 0, "\(table) as another reseller")
        #expect(try await seen(.tenant(mine.tenant.id)) > 0, "\(table) as the tenant")
        #expect(try await seen(.reseller(mine.reseller.id)) > 0, "\(table) as its reseller")
        #expect(try await seen(.platform) > 0, "\(table) as the operator")
      }
    }
  }

  @Test func nobodyWritesARowIntoAnotherTenant() async throws {
    try await ScratchDatabase.with { scratch in
      let (mine, other) = try await twoCustomers(in: scratch)
      for table in try await Catalogue(scratch).tenantTables() {
        let row = try #require(
          await Catalogue(scratch).names(
            """
            SELECT to_jsonb(t)::text FROM \(table) t
            WHERE tenant_id = \(RowSecurityTests.literal(mine.tenant.id)) LIMIT 1
            """
          ).first)
        for scope in [nil, .tenant(other.tenant.id), .reseller(other.reseller.id)] as [AccessScope?]
        {
          let error = await #expect(throws: PostgresError.self, "\(table)") {
            try await RowSecurityTests.transaction(scope, scratch) { transaction in
              let insertion: Query =
                "INSERT INTO \(Query(stringLiteral: table)) OVERRIDING SYSTEM VALUE"
              try transaction.execute(
                """
                \(insertion) SELECT * FROM jsonb_populate_record(
                  NULL::\(Query(stringLiteral: table)), \(row)::jsonb)
                """)
            }
          }
          #expect(error?.state == .insufficientPrivilege, "\(table)")
        }
      }
    }
  }

  @Test func withoutAScopeNoTableShowsAnything() async throws {
    try await ScratchDatabase.with { scratch in
      _ = try await twoCustomers(in: scratch)
      for table in try await Catalogue(scratch).tables() {
        #expect(try await RowSecurityTests.count(table, nil, scratch) == 0, "\(table)")
        #expect(try await RowSecurityTests.count(table, .platform, scratch) > 0, "\(table)")
      }
    }
  }

  @Test func aResellersPricesAndTrunksAreItsOwn() async throws {
    try await ScratchDatabase.with { scratch in
      let (mine, other) = try await twoCustomers(in: scratch)
      let (own, foreign) = (
        AccessScope.reseller(mine.reseller.id), AccessScope.reseller(other.reseller.id)
      )
      let store = scratch.store
      #expect(try await store.trunks.find(mine.trunk.id, in: own) == mine.trunk)
      #expect(try await store.trunks.find(mine.trunk.id, in: foreign) == nil)
      #expect(try await store.priceLists.find(mine.priceList.id, in: foreign) == nil)
      await #expect(throws: StoreError.outOfReach) {
        try await store.priceLists.addRates(
          try DemoCustomer.rates, to: mine.priceList.id, in: foreign)
      }
      await #expect(throws: StoreError.outOfReach) {
        try await store.sites.insert(
          Site(name: try #require(SiteName("z")), createdAt: DemoCustomer.beginning), in: own)
      }
    }
  }

  @Test func theEndOfATransactionEndsItsScope() async throws {
    try await ScratchDatabase.with { scratch in
      _ = try await twoCustomers(in: scratch)
      for _ in 0..<8 {
        #expect(try await RowSecurityTests.count("tenants", .platform, scratch) == 2)
        #expect(try await RowSecurityTests.count("tenants", nil, scratch) == 0)
      }
    }
  }

  /// Two customers of two resellers, with rows in every table.
  private func twoCustomers(
    in scratch: ScratchDatabase
  ) async throws -> (DemoCustomer, DemoCustomer) {
    let mine = try await DemoCustomer.make(in: scratch.store)
    let other = try await DemoCustomer.make(in: scratch.store, name: "other", digits: "2079460102")
    for customer in [mine, other] {
      try await PostedCall.insert(for: customer, into: scratch)
      _ = try await scratch.store.answeringRules.replace(
        [AnsweringRule(name: "", on: .busy, .decline)], of: customer.extensions[0].id,
        of: customer.tenant.id, in: .platform)
      _ = try await scratch.store.ringGroups.replace(
        RingGroup(
          strategy: .random,
          members: [
            .init(.colleague(customer.extensions[1].id)), .init(.outside("07700900123")),
          ], ringsFor: .seconds(9)),
        of: customer.extensions[0].id, of: customer.tenant.id, in: .platform)
      _ = try await scratch.store.followMe.replace(
        FollowMe(steps: [.init([.own, .outside("07700900123")], ringsFor: .seconds(9))]),
        of: customer.extensions[0].id, of: customer.tenant.id, in: .platform)
      try await Self.leaveMessage(for: customer, in: scratch)
      try await Self.recordCall(of: customer, in: scratch)
      _ = try await scratch.store.featureCodes.replace(of: customer.tenant.id, in: .platform) {
        _, _ in [.park: "*5"]
      }
      let uuid = customer.tenant.id.uuid
      try await scratch.store.contacts.insert(
        Contact(
          id: ContactID(UUIDv7(high: uuid.high, low: uuid.low ^ 2)), tenant: customer.tenant.id,
          name: try DisplayName("Ann"), numbers: [try E164("+447700900123")], groups: [],
          isVIP: false, createdAt: DemoCustomer.beginning), in: .platform)
      try await scratch.store.screening.insert(
        ScreeningLine(
          tenant: customer.tenant.id,
          entry: ScreeningEntry(
            id: ScreeningID(UUIDv7(high: uuid.high, low: uuid.low ^ 3)), callers: .withheld,
            verdict: .block), note: "", createdAt: DemoCustomer.beginning), in: .platform)
      _ = try await scratch.store.recordingRules.replace(
        [
          RecordingRuleLine(
            rule: RecordingRule(
              id: RecordingRuleID(UUIDv7(high: uuid.high, low: uuid.low ^ 7)), calls: .all),
            name: "", retention: nil)
        ], of: customer.tenant.id, in: .platform)
      _ = try await scratch.store.idempotencyKeys.claim(
        IdempotencyKey(tenant: customer.tenant.id, text: "mine", requestHash: [1]),
        toMake: UUIDv7(high: uuid.high, low: uuid.low ^ 6), at: DemoCustomer.beginning,
        in: .platform)
      let sound = SoundID(UUIDv7(high: uuid.high, low: uuid.low ^ 1))
      try await scratch.store.tenantSounds.insert(
        TenantSound(
          id: sound, tenant: customer.tenant.id, name: try DisplayName("prompt"),
          milliseconds: 1, bytes: 1, digest: Array(repeating: 1, count: 32),
          createdAt: DemoCustomer.beginning), [1], in: .platform)
      _ = try await scratch.store.menus.replace(
        VoiceMenu(
          prompt: SoundReference(id: sound, digest: []), choices: ["1": .hangUp]),
        of: customer.extensions[1].id, of: customer.tenant.id, in: .platform)
      // The third extension's: each is received in one way.
      let third = try await Self.extension("103", of: customer, in: scratch)
      _ = try await scratch.store.queues.replace(
        CallQueue(strategy: .together, agents: [.init(customer.extensions[1].id)]), of: third,
        of: customer.tenant.id, in: .platform)
      _ = try await scratch.store.queues.callOff(
        CallID(UUIDv7(high: uuid.high, low: uuid.low ^ 5)), of: third, of: customer.tenant.id,
        in: .platform)
      let pagingGroup = try await Self.extension("105", of: customer, in: scratch)
      _ = try await scratch.store.pagingGroups.replace(
        PagingGroup(
          members: [customer.extensions[1].id], pagers: [customer.extensions[0].id]),
        of: pagingGroup, of: customer.tenant.id, in: .platform)
      let fourth = try await Self.extension("104", of: customer, in: scratch)
      let flow = CallFlow(
        start: "say",
        steps: [
          "say": .init(.announcement(SoundReference(id: sound, digest: [])), then: "desk"),
          "desk": .init(.ring(customer.extensions[0].id, for: nil), otherwise: "end"),
          "end": .init(.hangUp(.busy)),
        ])
      _ = try await scratch.store.flows.publish(
        flow, saying: "", at: DemoCustomer.beginning, of: fourth, of: customer.tenant.id,
        in: .platform)
      try await scratch.store.flows.save(
        FlowDraft(flow: flow, savedAt: DemoCustomer.beginning), of: fourth, of: customer.tenant.id,
        in: .platform)
      _ = try await scratch.store.answeringSwitches.change(
        of: customer.extensions[0].id, of: customer.tenant.id, in: .platform
      ) { _ in
        let now = DemoCustomer.beginning
        return [.doNotDisturb: .init(isOn: true, target: nil, patience: nil, changedAt: now)]
      }
    }
    _ = try await KeptDrill.keep(in: scratch.store)
    return (mine, other)
  }

  private static func `extension`(
    _ number: String, of customer: DemoCustomer, in scratch: ScratchDatabase
  ) async throws -> ExtensionID {
    let uuid = customer.tenant.id.uuid
    let entry = Extension(
      id: ExtensionID(UUIDv7(high: uuid.high, low: uuid.low ^ (UInt64(number) ?? 0))),
      tenant: customer.tenant.id,
      number: try ExtensionNumber(number), displayName: try DisplayName(number),
      outsideNumber: nil, credentials: [], createdAt: DemoCustomer.beginning)
    try await scratch.store.extensions.insert(entry, in: .platform)
    return entry.id
  }

  private static func leaveMessage(
    for customer: DemoCustomer, in scratch: ScratchDatabase
  ) async throws {
    let id = customer.extensions[0].id
    _ = try await scratch.store.mailboxes.replace(
      Mailbox(longestMessage: 60, mostMessages: 10, retention: nil), of: id,
      of: customer.tenant.id, in: .platform)
    _ = try await scratch.store.mailboxPINs.replace(
      StoredPIN(salt: [1], digest: [2]), of: id, of: customer.tenant.id, in: .platform)
    let sound = StoredSound(
      id: SoundID(customer.tenant.id.uuid), tenant: customer.tenant.id,
      kind: .message(
        LeftMessage(
          mailbox: id, call: CallID(customer.tenant.id.uuid), caller: "", callerName: "",
          leftAt: WallTime(milliseconds: 0))))
    _ = try await scratch.store.sounds.keep(
      SoundPiece(sound: sound, part: 1, offset: 0, contents: [1], length: .seconds(1)),
      in: .platform)
  }

  private static func recordCall(
    of customer: DemoCustomer, in scratch: ScratchDatabase
  ) async throws {
    let uuid = customer.tenant.id.uuid
    let sound = StoredSound(
      id: SoundID(UUIDv7(high: uuid.high, low: uuid.low ^ 2)), tenant: customer.tenant.id,
      kind: .recording(
        RecordedCall(
          call: CallID(uuid), parties: .both, begunAt: WallTime(milliseconds: 0))))
    _ = try await scratch.store.sounds.keep(
      SoundPiece(sound: sound, part: 1, offset: 0, contents: [1], length: .seconds(1)),
      in: .platform)
    _ = try await scratch.store.recordings.hold(
      sound.id, of: customer.tenant.id,
      as: RecordingEvent(
        .held, at: WallTime(milliseconds: 0), by: KeyID(uuid), because: "a claim"), in: .platform)
  }

  private static func literal(_ id: TenantID) -> String { "'\(id.uuid)'" }

  private static func count(
    _ table: String, _ scope: AccessScope?, _ scratch: ScratchDatabase
  ) async throws -> Int {
    let query = Query(stringLiteral: "SELECT count(*) AS count FROM \(table)")
    return try await transaction(scope, scratch) { transaction in
      try transaction.query(query).first { try $0.value("count", as: Int.self) } ?? 0
    }
  }

  /// As the server's own role, with or without a scope.
  private static func transaction<Value: Sendable>(
    _ scope: AccessScope?, _ scratch: ScratchDatabase,
    _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
  ) async throws -> Value {
    let settings = scope.map { [TransactionOptions.Setting("tandem.scope", $0.description)] }
    return try await scratch.database.transaction(
      TransactionOptions(settings: settings ?? []), body)
  }
}

/// What the superuser finds in the database.
struct Catalogue {
  private let database: Database

  init(_ scratch: ScratchDatabase) { database = Database(scratch.superuser) }

  func names(_ sql: String) async throws -> [String] {
    let query = Query(stringLiteral: "SELECT x.name::text FROM (\(sql)) AS x (name) ORDER BY 1")
    return try await database.transaction { transaction in
      try transaction.query(query).map { try $0.value("name", as: String.self) }
    }
  }

  /// Tables with a column `tenant_id`.
  func tenantTables() async throws -> [String] {
    try await names(
      """
      SELECT table_name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'tenant_id'
      """)
  }

  /// All tables but the journal of migrations.
  func tables() async throws -> [String] {
    try await names(
      """
      SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
      """)
  }
}
