public import Postgres
public import Tenancy

/// All that is kept in Postgres. Every transaction has a scope, and row-level security lets only
/// the rows within it through.
public struct Store: Sendable {
  public let database: Database

  /// The database is reached as `tandem_server`: neither the schema's owner nor exempt from its
  /// policies.
  public init(_ database: Database) { self.database = database }

  /// Runs `body` in a transaction that reaches as far as `scope`. Throws `StoreError`,
  /// `InvalidField`, `CancellationError` and what `body` throws. `body` may be run again after a
  /// deadlock.
  public func transaction<Value: Sendable>(
    in scope: AccessScope, isolation: TransactionOptions.Isolation = .readCommitted,
    isReadOnly: Bool = false,
    _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
  ) async throws -> Value {
    let options = TransactionOptions(
      isolation: isolation, isReadOnly: isReadOnly,
      settings: [.init("tandem.scope", scope.description)])
    do {
      return try await database.transaction(options, body)
    } catch let error as PostgresError {
      throw StoreError.meaning(of: error)
    }
  }

  /// Reads within `scope`.
  func read<Value: Sendable>(
    in scope: AccessScope, _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
  ) async throws -> Value {
    try await transaction(in: scope, isReadOnly: true, body)
  }

  /// Throws unless the database takes writes and has every migration: for `/readyz`.
  public func checkReadiness() async throws {
    do {
      try await database.checkReadiness()
      let applied = try await database.transaction { transaction in
        try transaction.query("SELECT migration || '/' || step AS step FROM schema_migrations")
          .map { try $0.value("step", as: String.self) }
      }
      let known = migrations.flatMap { migration in
        migration.steps.map { "\(migration.name)/\($0.name)" }
      }
      let missing = Set(known).subtracting(applied)
      guard missing.isEmpty else {
        throw StoreError.unavailable("migrations are missing: \(missing.sorted())")
      }
    } catch let error as PostgresError {
      throw StoreError.meaning(of: error)
    }
  }
}

extension Store {
  public var sites: SiteRepository { SiteRepository(store: self) }
  public var ringGroups: RingGroupRepository { RingGroupRepository(store: self) }
  public var pagingGroups: PagingGroupRepository { PagingGroupRepository(store: self) }
  public var followMe: FollowMeRepository { FollowMeRepository(store: self) }
  public var mailboxes: MailboxRepository { MailboxRepository(store: self) }
  public var mailboxPINs: MailboxPINRepository { MailboxPINRepository(store: self) }
  public var sounds: SoundRepository { SoundRepository(store: self) }
  public var contacts: ContactRepository { ContactRepository(store: self) }
  public var screening: ScreeningRepository { ScreeningRepository(store: self) }
  public var recordings: RecordingRepository { RecordingRepository(store: self) }
  public var recordingRules: RecordingRuleRepository { RecordingRuleRepository(store: self) }
  public var tenantSounds: TenantSoundRepository { TenantSoundRepository(store: self) }
  public var menus: MenuRepository { MenuRepository(store: self) }
  public var queues: QueueRepository { QueueRepository(store: self) }
  public var flows: CallFlowRepository { CallFlowRepository(store: self) }
  public var answeringRules: AnsweringRuleRepository { AnsweringRuleRepository(store: self) }
  public var answeringSwitches: AnsweringSwitchRepository {
    AnsweringSwitchRepository(store: self)
  }
  public var featureCodes: FeatureCodeRepository { FeatureCodeRepository(store: self) }
  public var nodes: NodeRepository { NodeRepository(store: self) }
  public var addresses: AddressRepository { AddressRepository(store: self) }
  public var resellers: ResellerRepository { ResellerRepository(store: self) }
  public var keys: KeyRepository { KeyRepository(store: self) }
  public var tenants: TenantRepository { TenantRepository(store: self) }
  public var extensions: ExtensionRepository { ExtensionRepository(store: self) }
  public var numbers: NumberRepository { NumberRepository(store: self) }
  public var trunks: TrunkRepository { TrunkRepository(store: self) }
  public var priceLists: PriceListRepository { PriceListRepository(store: self) }
  public var calls: CallRepository { CallRepository(store: self) }
  public var cdrs: CDRRepository { CDRRepository(store: self) }
  public var ledger: LedgerRepository { LedgerRepository(store: self) }
  public var idempotencyKeys: IdempotencyKeyRepository { IdempotencyKeyRepository(store: self) }
  public var drills: DrillRepository { DrillRepository(store: self) }
  public var quarantine: QuarantineRepository { QuarantineRepository(store: self) }
  public var snapshots: SnapshotRepository { SnapshotRepository(store: self) }
}

extension PageRequest {
  /// The key after which the page begins; `nil` for the first page.
  func key<Key>(_ parse: (String) -> Key?) throws(StoreError) -> Key? {
    guard let after else { return nil }
    guard let key = parse(after.text) else { throw .unknownCursor }
    return key
  }

  /// One row more than asked for shows whether there is a next page.
  var rowLimit: Int { limit + 1 }
}
