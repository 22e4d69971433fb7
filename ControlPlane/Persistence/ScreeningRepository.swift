public import NodeContract
internal import Postgres
public import Tenancy

/// Whose calls tenants and their users do not want.
public struct ScreeningRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `from` (there is a line for the same callers), `tenant` and `extension`
  /// (unknown), and `TenantQuota`.
  public func insert(_ line: ScreeningLine, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      try transaction.waitForOthers(adding: .screening, to: line.tenant)
      _ = try transaction.execute(
        """
        INSERT INTO screening (tenant_id, screening_id, extension_id, callers, verdict, note, created_at)
        SELECT t.tenant_id, \(line.entry.id)::uuid, \(line.entry.extension)::uuid,
          \(line.entry.callers)::text, \(line.entry.verdict)::text, \(line.note)::text,
          \(line.createdAt)::timestamptz
        FROM tenants t WHERE t.tenant_id = \(line.tenant) AND t.deleted_at IS NULL
        """
      ).orThrow(InvalidField("tenant", .unknownReference))
      try transaction.checkQuota(.screening, of: line.tenant, limit: ScreeningLine.mostLines)
    }
  }

  public func find(
    _ id: ScreeningID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> ScreeningLine? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(ScreeningLine.selection) WHERE tenant_id = \(tenant) AND screening_id = \(id)"
      ).first(ScreeningLine.init(row:))
    }
  }

  /// The line of a user, or of the tenant, for these callers.
  public func find(
    _ callers: ScreeningEntry.Callers, to owner: ExtensionID?, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> ScreeningLine? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(ScreeningLine.selection) WHERE tenant_id = \(tenant)
          AND extension_id IS NOT DISTINCT FROM \(owner)::uuid AND callers = \(callers)
        """
      ).first(ScreeningLine.init(row:))
    }
  }

  /// Oldest first: those of one user; nil: all, the tenant's own among them. Those whose callers or
  /// note have `text` in them.
  public func list(
    _ page: PageRequest, to owner: ExtensionID?, searching text: String?, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> Page<ScreeningLine> {
    let last = try page.key(ScreeningID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(ScreeningLine.selection) WHERE tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR screening_id > \(last)::uuid)
          AND (\(owner)::uuid IS NULL OR extension_id = \(owner)::uuid)
          AND (\(text)::text IS NULL OR strpos(callers, \(text)::text) > 0
            OR strpos(lower(note), lower(\(text)::text)) > 0)
        ORDER BY screening_id LIMIT \(page.rowLimit)
        """
      ).map(ScreeningLine.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.entry.id.description }
  }

  /// `false` when there is no such line.
  @discardableResult
  public func remove(
    _ id: ScreeningID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM screening WHERE tenant_id = \(tenant) AND screening_id = \(id)") > 0
    }
  }
}

extension Transaction {
  /// By tenant, as nodes need them.
  func screening(of tenants: [TenantID]) throws -> [TenantID: [ScreeningEntry]] {
    Dictionary(
      grouping: try query(
        "\(ScreeningLine.selection) WHERE tenant_id = ANY(\(tenants)::uuid[]) ORDER BY screening_id"
      ).map(ScreeningLine.init(row:)), by: \.tenant
    ).mapValues { $0.map(\.entry) }
  }
}

extension ScreeningLine {
  static let selection: Query =
    "SELECT screening_id, tenant_id, extension_id, callers, verdict, note, created_at FROM screening"

  init(row: borrowing Row) throws {
    self.init(
      tenant: try row.value("tenant_id"),
      entry: ScreeningEntry(
        id: try row.value("screening_id"), extension: try row.optional("extension_id"),
        callers: try row.value("callers"), verdict: try row.value("verdict")),
      note: try row.value("note"), createdAt: try row.value("created_at"))
  }
}
