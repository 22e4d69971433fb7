public import NodeContract
internal import Postgres
public import Tenancy

/// A call about which facts are kept that do not count.
public struct QuarantinedCall: Hashable, Sendable {
  public let call: CallID
  /// Whose call the facts say it is; of several the first.
  public let tenant: TenantID
  /// `unknown-tenant`, `foreign-call`, `underivable`; several with commas.
  public let reason: String
  public let facts: Int
  /// When the first of them came.
  public let since: WallTime
}

/// Facts that were kept without counting.
public struct QuarantineRepository: Sendable {
  let store: Store

  /// By call, the oldest call first.
  public func list(
    _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<QuarantinedCall> {
    let last = try page.key(CallID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT call_id, min(tenant_id::text)::uuid AS tenant_id,
          string_agg(DISTINCT quarantine, ', ') AS reason, count(*) AS facts,
          min(received_at) AS since
        FROM facts
        WHERE quarantine IS NOT NULL AND (\(last)::uuid IS NULL OR call_id > \(last)::uuid)
        GROUP BY call_id ORDER BY call_id LIMIT \(page.rowLimit)
        """
      ).map(QuarantinedCall.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.call.description }
  }
}

extension QuarantinedCall {
  fileprivate init(row: borrowing Row) throws {
    self.init(
      call: try row.value("call_id"), tenant: try row.value("tenant_id"),
      reason: try row.value("reason"), facts: Int(try row.value("facts", as: Int64.self)),
      since: try row.value("since"))
  }
}
