public import NodeContract
internal import Postgres
public import Tenancy

/// Trunks of a reseller. A removed one stays in the database, because late facts name it.
public struct TrunkRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `carrier` (taken), `reseller`, `address` and `price_list` (unknown).
  public func insert(_ trunk: Trunk, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO trunks (trunk_id, reseller_id, carrier, address, peers, price_list_id,
          created_at)
        VALUES (\(trunk.id), \(trunk.reseller), \(trunk.carrier), \(trunk.address),
          \(trunk.peers), \(trunk.priceList), \(trunk.createdAt))
        """)
    }
  }

  public func find(_ id: TrunkID, in scope: AccessScope) async throws -> Trunk? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(Trunk.selection) WHERE trunk_id = \(id) AND deleted_at IS NULL")
        .first(Trunk.init(row:))
    }
  }

  public func find(
    carrier: DisplayName, of reseller: ResellerID, in scope: AccessScope
  ) async throws -> Trunk? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Trunk.selection)
        WHERE reseller_id = \(reseller) AND carrier = \(carrier) AND deleted_at IS NULL
        """
      ).first(Trunk.init(row:))
    }
  }

  /// Oldest first; of one reseller, or all that the scope reaches.
  public func list(
    _ page: PageRequest, of reseller: ResellerID? = nil, in scope: AccessScope
  ) async throws -> Page<Trunk> {
    let last = try page.key(TrunkID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Trunk.selection) WHERE deleted_at IS NULL
          AND (\(last)::uuid IS NULL OR trunk_id > \(last)::uuid)
          AND (\(reseller)::uuid IS NULL OR reseller_id = \(reseller)::uuid)
        ORDER BY trunk_id LIMIT \(page.rowLimit)
        """
      ).map(Trunk.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// Stores everything but the reseller; `false` when there is no such trunk.
  @discardableResult
  public func update(_ trunk: Trunk, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE trunks SET carrier = \(trunk.carrier), address = \(trunk.address),
          peers = \(trunk.peers), price_list_id = \(trunk.priceList)
        WHERE trunk_id = \(trunk.id) AND deleted_at IS NULL
        """) > 0
    }
  }

  /// No more calls go through it; `false` when there is no such trunk.
  @discardableResult
  public func remove(_ id: TrunkID, at time: WallTime, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "UPDATE trunks SET deleted_at = \(time) WHERE trunk_id = \(id) AND deleted_at IS NULL") > 0
    }
  }
}

extension Trunk {
  static let selection: Query = """
    SELECT trunk_id, reseller_id, carrier, address, peers, price_list_id, created_at FROM trunks
    """

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("trunk_id"), reseller: try row.value("reseller_id"),
      carrier: try row.value("carrier"), address: try row.value("address"),
      peers: try row.value("peers"), priceList: try row.optional("price_list_id"),
      createdAt: try row.value("created_at"))
  }
}
