public import NodeContract
internal import Postgres
public import Tenancy

/// Public numbers of a tenant.
public struct NumberRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `number` (taken, by whomever), `tenant` and `extension` (unknown).
  public func insert(_ number: Number, in scope: AccessScope) async throws {
    guard case .extension(let extensionID) = number.destination else { return }
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO numbers (number_id, tenant_id, number, extension_id, display, created_at)
        SELECT \(number.id)::uuid, t.tenant_id, \(number.number), \(extensionID)::uuid,
          \(number.display)::text, \(number.createdAt)::timestamptz
        FROM tenants t WHERE t.tenant_id = \(number.tenant) AND t.deleted_at IS NULL
        """
      ).orThrow(InvalidField("tenant", .unknownReference))
    }
  }

  public func find(
    _ id: NumberID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Number? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Number.selection) WHERE tenant_id = \(tenant) AND number_id = \(id)"
      ).first(Number.init(row:))
    }
  }

  public func find(_ number: E164, in scope: AccessScope) async throws -> Number? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(Number.selection) WHERE number = \(number)")
        .first(Number.init(row:))
    }
  }

  /// Oldest first.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<Number> {
    let last = try page.key(NumberID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Number.selection) WHERE tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR number_id > \(last)::uuid)
        ORDER BY number_id LIMIT \(page.rowLimit)
        """
      ).map(Number.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// Where its calls go and what phones show of them; `false` when there is no such number.
  @discardableResult
  public func update(_ number: Number, in scope: AccessScope) async throws -> Bool {
    guard case .extension(let extensionID) = number.destination else { return false }
    return try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE numbers SET extension_id = \(extensionID), display = \(number.display)
        WHERE tenant_id = \(number.tenant) AND number_id = \(number.id)
        """) > 0
    }
  }

  /// `false` when there is no such number.
  @discardableResult
  public func remove(
    _ id: NumberID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM numbers WHERE tenant_id = \(tenant) AND number_id = \(id)") > 0
    }
  }
}

extension Number {
  static let selection: Query =
    "SELECT number_id, tenant_id, number, extension_id, display, created_at FROM numbers"

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("number_id"), tenant: try row.value("tenant_id"),
      number: try row.value("number"), destination: .extension(try row.value("extension_id")),
      display: try row.optional("display"), createdAt: try row.value("created_at"))
  }
}
