public import NodeContract
internal import Postgres
public import Rating
public import Tenancy

/// One line of the ledger: a charge, or the taking back of one. Lines are never changed.
public struct LedgerEntry: Hashable, Sendable {
  public enum Posting: String, Hashable, Sendable { case charge, reversal }

  public var number: Int64
  public var leg: LegID
  /// Counts the charges of the leg from 1.
  public var revision: Int
  public var posting: Posting
  /// Negative for a reversal.
  public var amount: Money
  public var postedAt: WallTime
}

/// What tenants owe, line by line.
public struct LedgerRepository: Sendable {
  let store: Store

  /// In the order of posting.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<LedgerEntry> {
    let last = try page.key { Int64($0) }
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT entry_id, leg_id, revision, posting, amount, currency, posted_at
        FROM ledger_entries
        WHERE tenant_id = \(tenant) AND entry_id > coalesce(\(last)::bigint, 0)
        ORDER BY entry_id LIMIT \(page.rowLimit)
        """
      ).map(LedgerEntry.init(row:))
    }
    return Page(rows, limit: page.limit) { String($0.number) }
  }

  /// What all lines of the tenant come to, one sum per currency.
  public func balance(of tenant: TenantID, in scope: AccessScope) async throws -> [Money] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT sum(amount) AS amount, currency FROM ledger_entries WHERE tenant_id = \(tenant)
        GROUP BY currency ORDER BY currency
        """
      ).map { try Money(try $0.value("amount", as: String.self), try $0.value("currency")) }
    }
  }
}

extension LedgerEntry.Posting: WordValue {}

extension LedgerEntry {
  init(row: borrowing Row) throws {
    self.init(
      number: try row.value("entry_id"), leg: try row.value("leg_id"),
      revision: try row.value("revision"), posting: try row.value("posting"),
      amount: try Money(try row.value("amount", as: String.self), try row.value("currency")),
      postedAt: try row.value("posted_at"))
  }
}
