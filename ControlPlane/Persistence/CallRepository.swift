public import NodeContract
internal import Postgres
public import Rating
public import Tenancy

/// Calls of a tenant, each one row.
public struct CallRepository: Sendable {
  let store: Store

  public func find(
    _ id: CallID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallRecord? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(CallRecord.selection)
        WHERE tenant_id = \(tenant) AND call_id = \(id) AND started_at IS NOT NULL
        """
      ).first(CallRecord.init(row:))
    }
  }

  /// Newest first; those that are up too.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<CallRecord> {
    let last = try page.key(CallID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(CallRecord.selection) WHERE tenant_id = \(tenant) AND started_at IS NOT NULL
          AND (\(last)::uuid IS NULL OR call_id < \(last)::uuid)
        ORDER BY call_id DESC LIMIT \(page.rowLimit)
        """
      ).map(CallRecord.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.call.description }
  }
}

extension CallRecord {
  static let selection: Query = """
    SELECT call_id, tenant_id, direction, from_number, to_number, started_at, answered_at, ended_at,
      outcome
    FROM calls
    """

  init(row: borrowing Row) throws {
    self.init(
      call: try row.value("call_id"), tenant: try row.value("tenant_id"),
      direction: try row.value("direction"), from: try row.value("from_number"),
      to: try row.value("to_number"), startedAt: try row.value("started_at"),
      answeredAt: try row.optional("answered_at"), endedAt: try row.optional("ended_at"),
      outcome: try row.optional("outcome"))
  }
}
