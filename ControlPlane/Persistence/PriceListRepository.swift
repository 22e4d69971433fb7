public import NodeContract
internal import Postgres
public import Rating
public import Tenancy

/// Price lists of a reseller and their rows.
public struct PriceListRepository: Sendable {
  let store: Store

  /// The list and its first rows, or nothing. Throws `InvalidField` for `name` (taken),
  /// `reseller` (unknown) and `prefix` (two rows of one prefix begin at one time).
  public func insert(
    _ list: PriceList, rates: [RateRow] = [], in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO price_lists (price_list_id, reseller_id, name, currency, rounding, decimals,
          created_at)
        VALUES (\(list.id), \(list.reseller), \(list.name), \(list.currency),
          \(list.rounding.mode), \(list.rounding.decimals), \(list.createdAt))
        """)
      try transaction.insert(rates, into: list.id)
    }
  }

  /// Replaces all rows from `time` on: those in force end there, and `rates` begin as they say.
  /// Calls that began earlier keep their price. Throws `InvalidField` for `prefix` and
  /// `price_list`.
  public func replaceRates(
    of id: PriceListID, with rates: [RateRow], from time: WallTime, in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      let found = try transaction.query(
        "SELECT 1 FROM price_lists WHERE price_list_id = \(id) FOR NO KEY UPDATE")
      try found.count.orThrow(InvalidField("price_list", .unknownReference))
      _ = try transaction.execute(
        """
        UPDATE rates SET valid_until = greatest(valid_from, \(time)::timestamptz)
        WHERE price_list_id = \(id) AND (valid_until IS NULL OR valid_until > \(time)::timestamptz)
        """)
      try transaction.insert(rates, into: id)
    }
  }

  /// Adds rows beside those that are there; of two in force the later one counts.
  public func addRates(
    _ rates: [RateRow], to id: PriceListID, in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      try transaction.insert(rates, into: id)
    }
  }

  public func find(_ id: PriceListID, in scope: AccessScope) async throws -> PriceList? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(PriceList.selection) WHERE price_list_id = \(id)")
        .first(PriceList.init(row:))
    }
  }

  public func find(
    named name: String, of reseller: ResellerID, in scope: AccessScope
  ) async throws -> PriceList? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(PriceList.selection) WHERE reseller_id = \(reseller) AND name = \(name)"
      ).first(PriceList.init(row:))
    }
  }

  /// Oldest first; of one reseller, or all that the scope reaches.
  public func list(
    _ page: PageRequest, of reseller: ResellerID? = nil, in scope: AccessScope
  ) async throws -> Page<PriceList> {
    let last = try page.key(PriceListID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(PriceList.selection) WHERE (\(last)::uuid IS NULL OR price_list_id > \(last)::uuid)
          AND (\(reseller)::uuid IS NULL OR reseller_id = \(reseller)::uuid)
        ORDER BY price_list_id LIMIT \(page.rowLimit)
        """
      ).map(PriceList.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// The rows in force at `time`, by prefix.
  public func rates(
    of id: PriceListID, inForceAt time: WallTime, _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<RateRow> {
    let last = try page.key(DialPrefix.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT DISTINCT ON (prefix COLLATE "C") \(RateRow.columns) FROM rates
        WHERE price_list_id = \(id) AND valid_from <= \(time)
          AND (valid_until IS NULL OR valid_until > \(time))
          AND prefix COLLATE "C" > coalesce(\(last), '')
        ORDER BY prefix COLLATE "C", valid_from DESC LIMIT \(page.rowLimit)
        """
      ).map(RateRow.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.prefix.digits }
  }
}

extension Transaction {
  /// All rows in one statement: 300,000 are one round trip.
  fileprivate func insert(_ rates: [RateRow], into list: PriceListID) throws {
    guard !rates.isEmpty else { return }
    _ = try execute(
      """
      INSERT INTO rates (price_list_id, prefix, valid_from, valid_until, destination, per_minute,
        connection, initial_seconds, increment_seconds)
      SELECT \(list)::uuid, * FROM unnest(\(rates.map(\.prefix))::text[],
        \(rates.map(\.validFrom))::timestamptz[], \(rates.map(\.validUntil))::timestamptz[],
        \(rates.map(\.destination))::text[], \(rates.map(\.rate.perMinute))::numeric[],
        \(rates.map(\.rate.connection))::numeric[], \(rates.map(\.rate.initialSeconds))::int[],
        \(rates.map(\.rate.incrementSeconds))::int[])
      """)
  }
}

extension PriceList {
  static let selection: Query = """
    SELECT price_list_id, reseller_id, name, currency, rounding, decimals, created_at
    FROM price_lists
    """

  init(row: borrowing Row) throws {
    guard let rounding = Rounding(try row.value("rounding"), decimals: try row.value("decimals"))
    else { throw PostgresError.unreadable(column: "decimals", expected: "0 to 6") }
    self.init(
      id: try row.value("price_list_id"), reseller: try row.value("reseller_id"),
      name: try row.value("name"), currency: try row.value("currency"), rounding: rounding,
      createdAt: try row.value("created_at"))
  }
}

extension RateRow {
  static let columns: Query = """
    prefix, valid_from, valid_until, destination, per_minute, connection, initial_seconds,
    increment_seconds
    """

  init(row: borrowing Row) throws {
    self.init(
      prefix: try row.value("prefix"), destination: try row.value("destination"),
      rate: try Rate(row: row), validFrom: try row.value("valid_from"),
      validUntil: try row.optional("valid_until"))
  }
}

extension Rate {
  init(row: borrowing Row) throws {
    try self.init(
      perMinute: try row.value("per_minute"), connection: try row.value("connection"),
      initialSeconds: try row.value("initial_seconds"),
      incrementSeconds: try row.value("increment_seconds"))
  }
}
