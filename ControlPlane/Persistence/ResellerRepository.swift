public import NodeContract
internal import Postgres
public import Tenancy

/// Resellers.
public struct ResellerRepository: Sendable {
  let store: Store

  /// Throws `InvalidField("name", .taken)`.
  public func insert(_ reseller: Reseller, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO resellers (reseller_id, name, created_at)
        VALUES (\(reseller.id), \(reseller.name), \(reseller.createdAt))
        """)
    }
  }

  public func find(_ id: ResellerID, in scope: AccessScope) async throws -> Reseller? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(Reseller.selection) WHERE reseller_id = \(id)")
        .first(Reseller.init(row:))
    }
  }

  public func find(named name: DisplayName, in scope: AccessScope) async throws -> Reseller? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(Reseller.selection) WHERE name = \(name)")
        .first(Reseller.init(row:))
    }
  }

  /// Oldest first.
  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Reseller> {
    let last = try page.key(ResellerID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Reseller.selection) WHERE \(last)::uuid IS NULL OR reseller_id > \(last)::uuid
        ORDER BY reseller_id LIMIT \(page.rowLimit)
        """
      ).map(Reseller.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }
}

extension Reseller {
  static let selection: Query = "SELECT reseller_id, name, created_at FROM resellers"

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("reseller_id"), name: try row.value("name"),
      createdAt: try row.value("created_at"))
  }
}
