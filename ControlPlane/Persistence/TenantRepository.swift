public import NodeContract
internal import Postgres
public import Tenancy

/// Tenants. A removed one stays in the database, because bills name it, and is found no more.
public struct TenantRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `domain` (taken), `reseller` and `home_address` (unknown).
  public func insert(_ tenant: Tenant, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO tenants (tenant_id, reseller_id, name, domain, home_address, country_code,
          national_prefix, international_prefix, emergency_numbers, ring_timeout_seconds,
          time_zone, revision, created_at)
        VALUES (\(tenant.id), \(tenant.reseller), \(tenant.name), \(tenant.domain),
          \(tenant.homeAddress), \(tenant.dialling.countryCode), \(tenant.dialling.nationalPrefix),
          \(tenant.dialling.internationalPrefix), \(tenant.dialling.emergencyNumbers),
          \(tenant.ringTimeout.components.seconds), \(tenant.timeZone),
          \(tenant.revision), \(tenant.createdAt))
        """)
    }
  }

  public func find(_ id: TenantID, in scope: AccessScope) async throws -> Tenant? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Tenant.selection) WHERE tenant_id = \(id) AND deleted_at IS NULL"
      ).first(Tenant.init(row:))
    }
  }

  /// The domains of all tenants, and the address at which each is at home.
  public func homes(in scope: AccessScope) async throws -> [SIPDomain: AddressName] {
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        "SELECT domain, home_address FROM tenants WHERE deleted_at IS NULL"
      ).map {
        (
          try $0.value("domain", as: SIPDomain.self),
          try $0.value("home_address", as: AddressName.self)
        )
      }
    }
    return Dictionary(rows) { first, _ in first }
  }

  public func find(domain: SIPDomain, in scope: AccessScope) async throws -> Tenant? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Tenant.selection) WHERE domain = \(domain) AND deleted_at IS NULL"
      ).first(Tenant.init(row:))
    }
  }

  /// Oldest first; of one reseller, or all that the scope reaches.
  public func list(
    _ page: PageRequest, of reseller: ResellerID? = nil, in scope: AccessScope
  ) async throws -> Page<Tenant> {
    let last = try page.key(TenantID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Tenant.selection) WHERE deleted_at IS NULL
          AND (\(last)::uuid IS NULL OR tenant_id > \(last)::uuid)
          AND (\(reseller)::uuid IS NULL OR reseller_id = \(reseller)::uuid)
        ORDER BY tenant_id LIMIT \(page.rowLimit)
        """
      ).map(Tenant.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// Stores everything but the reseller, which a tenant keeps. Returns the tenant with its new
  /// revision, `nil` when there is none.
  public func update(_ tenant: Tenant, in scope: AccessScope) async throws -> Tenant? {
    try await store.transaction(in: scope) { transaction in
      try transaction.query(
        """
        UPDATE tenants SET name = \(tenant.name), domain = \(tenant.domain),
          home_address = \(tenant.homeAddress), country_code = \(tenant.dialling.countryCode),
          national_prefix = \(tenant.dialling.nationalPrefix),
          international_prefix = \(tenant.dialling.internationalPrefix),
          emergency_numbers = \(tenant.dialling.emergencyNumbers),
          ring_timeout_seconds = \(tenant.ringTimeout.components.seconds),
          time_zone = \(tenant.timeZone)
        WHERE tenant_id = \(tenant.id) AND deleted_at IS NULL
        RETURNING \(Tenant.columns)
        """
      ).first(Tenant.init(row:))
    }
  }

  /// Its phones are refused from now on; its bills stay. `false` when there is no such tenant.
  @discardableResult
  public func remove(_ id: TenantID, at time: WallTime, in scope: AccessScope) async throws -> Bool
  {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute("DELETE FROM numbers WHERE tenant_id = \(id)")
      return try transaction.execute(
        """
        UPDATE tenants SET deleted_at = \(time) WHERE tenant_id = \(id) AND deleted_at IS NULL
        """) > 0
    }
  }
}

extension Tenant {
  static let columns: Query = """
    tenant_id, reseller_id, name, domain, home_address, country_code, national_prefix,
    international_prefix, emergency_numbers, ring_timeout_seconds, time_zone, revision, created_at
    """
  static let selection: Query = "SELECT \(columns) FROM tenants"

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("tenant_id"), reseller: try row.value("reseller_id"),
      name: try row.value("name"), domain: try row.value("domain"),
      homeAddress: try row.value("home_address"),
      dialling: DiallingRules(
        countryCode: try row.value("country_code"),
        nationalPrefix: try row.value("national_prefix"),
        internationalPrefix: try row.value("international_prefix"),
        emergencyNumbers: try row.value("emergency_numbers")),
      ringTimeout: .seconds(try row.value("ring_timeout_seconds", as: Int64.self)),
      timeZone: try row.value("time_zone"), revision: try row.value("revision"),
      createdAt: try row.value("created_at"))
  }
}
