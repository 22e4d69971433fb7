public import NodeContract
internal import Postgres
public import Tenancy

/// Keys to the API, found by the hash of their secret.
public struct KeyRepository: Sendable {
  let store: Store

  /// Throws `InvalidField("reseller" or "tenant", .unknownReference)`.
  public func insert(_ key: ApiKey, secretHash: [UInt8], in scope: AccessScope) async throws {
    let (reseller, tenant) = key.role.owners
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO api_keys (key_id, name, role, reseller_id, tenant_id, secret_hash, created_at)
        VALUES (\(key.id), \(key.name), \(key.role.name), \(reseller), \(tenant),
          \(ByteString(secretHash)), \(key.createdAt))
        """)
    }
  }

  /// The key that a secret belongs to, unless it was revoked or its tenant is gone. Authorization
  /// asks this before it knows any scope but the platform's.
  public func find(secretHash: [UInt8], in scope: AccessScope) async throws -> ApiKey? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(ApiKey.selection) WHERE secret_hash = \(ByteString(secretHash)) AND revoked_at IS NULL
          AND NOT EXISTS (SELECT FROM tenants t
            WHERE t.tenant_id = api_keys.tenant_id AND t.deleted_at IS NOT NULL)
        """
      ).first(ApiKey.init(row:))
    }
  }

  /// Oldest first; revoked ones too.
  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<ApiKey> {
    let last = try page.key(KeyID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(ApiKey.selection) WHERE \(last)::uuid IS NULL OR key_id > \(last)::uuid
        ORDER BY key_id LIMIT \(page.rowLimit)
        """
      ).map(ApiKey.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// From then on it opens nothing; `false` when there is no such key. A revoked key keeps the
  /// time at which it was first revoked.
  @discardableResult
  public func revoke(_ id: KeyID, at time: WallTime, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, \(time)::timestamptz)
        WHERE key_id = \(id)
        """) > 0
    }
  }
}

extension KeyRole {
  fileprivate var owners: (ResellerID?, TenantID?) {
    switch self {
    case .operator: (nil, nil)
    case .reseller(let id): (id, nil)
    case .tenant(let id): (nil, id)
    }
  }
}

extension ApiKey {
  static let selection: Query =
    "SELECT key_id, name, reseller_id, tenant_id, created_at, revoked_at FROM api_keys"

  init(row: borrowing Row) throws {
    let role: KeyRole
    if let tenant = try row.optional("tenant_id", as: TenantID.self) {
      role = .tenant(tenant)
    } else if let reseller = try row.optional("reseller_id", as: ResellerID.self) {
      role = .reseller(reseller)
    } else {
      role = .operator
    }
    self.init(
      id: try row.value("key_id"), name: try row.value("name"), role: role,
      createdAt: try row.value("created_at"), revokedAt: try row.optional("revoked_at"))
  }
}
