public import NodeContract
internal import Postgres
public import Tenancy

/// Extensions of a tenant.
public struct ExtensionRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `number` (taken) and `tenant` (unknown).
  public func insert(_ entry: Extension, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.lockTenant(entry.tenant)
      try transaction.checkIsNoFeatureCode(entry.number, of: entry.tenant)
      _ = try transaction.execute(
        """
        INSERT INTO extensions (extension_id, tenant_id, number, display_name, outside_number,
          ha1_sha256, ha1_md5, may_supervise, created_at)
        SELECT \(entry.id)::uuid, t.tenant_id, \(entry.number), \(entry.displayName),
          \(entry.outsideNumber), \(entry.ha1(.sha256)), \(entry.ha1(.md5)),
          \(entry.maySupervise), \(entry.createdAt)::timestamptz
        FROM tenants t WHERE t.tenant_id = \(entry.tenant) AND t.deleted_at IS NULL
        """
      ).orThrow(InvalidField("tenant", .unknownReference))
    }
  }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Extension? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Extension.selection) WHERE tenant_id = \(tenant) AND extension_id = \(id)"
      ).first(Extension.init(row:))
    }
  }

  public func find(
    _ number: ExtensionNumber, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Extension? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Extension.selection) WHERE tenant_id = \(tenant) AND number = \(number)"
      ).first(Extension.init(row:))
    }
  }

  /// Oldest first.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<Extension> {
    let last = try page.key(ExtensionID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Extension.selection) WHERE tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR extension_id > \(last)::uuid)
        ORDER BY extension_id LIMIT \(page.rowLimit)
        """
      ).map(Extension.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// Stores everything but the tenant; `false` when there is no such extension.
  @discardableResult
  public func update(_ entry: Extension, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE extensions SET number = \(entry.number), display_name = \(entry.displayName),
          outside_number = \(entry.outsideNumber), ha1_sha256 = \(entry.ha1(.sha256)),
          ha1_md5 = \(entry.ha1(.md5)), may_supervise = \(entry.maySupervise)
        WHERE tenant_id = \(entry.tenant) AND extension_id = \(entry.id)
        """) > 0
    }
  }

  /// `false` when there is no such extension; throws `StoreError.inUse` while a number leads to it.
  @discardableResult
  public func remove(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM extensions WHERE tenant_id = \(tenant) AND extension_id = \(id)") > 0
    }
  }
}

extension Transaction {
  /// Two who replace what belongs to the same extension wait for one another; `false` when there is no
  /// such extension.
  func lockExtension(_ id: ExtensionID, of tenant: TenantID) throws -> Bool {
    try query(
      """
      SELECT extension_id FROM extensions
      WHERE tenant_id = \(tenant) AND extension_id = \(id) FOR NO KEY UPDATE
      """
    ).map { try $0.value("extension_id", as: ExtensionID.self) }.isEmpty == false
  }
}

extension Int {
  /// Throws when a statement that must touch a row touched none.
  func orThrow(_ error: some Error) throws { if self == 0 { throw error } }
}

extension Extension {
  static let selection: Query = """
    SELECT extension_id, tenant_id, number, display_name, outside_number, ha1_sha256, ha1_md5,
      may_supervise, created_at
    FROM extensions
    """

  fileprivate func ha1(_ algorithm: DigestAlgorithm) -> String? {
    credentials.first { $0.algorithm == algorithm }?.ha1
  }

  init(row: borrowing Row) throws {
    let sha256 = try row.optional("ha1_sha256", as: String.self)
    let md5 = try row.optional("ha1_md5", as: String.self)
    self.init(
      id: try row.value("extension_id"), tenant: try row.value("tenant_id"),
      number: try row.value("number"), displayName: try row.value("display_name"),
      outsideNumber: try row.optional("outside_number"),
      credentials: [
        sha256.map { DigestCredential(algorithm: .sha256, ha1: $0) },
        md5.map { DigestCredential(algorithm: .md5, ha1: $0) },
      ].compactMap { $0 },
      maySupervise: try row.value("may_supervise"),
      createdAt: try row.value("created_at"))
  }
}
