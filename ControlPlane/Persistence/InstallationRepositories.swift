public import NodeContract
internal import Postgres
public import Tenancy

/// Datacenters.
public struct SiteRepository: Sendable {
  let store: Store

  public func insert(_ site: Site, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        "INSERT INTO sites (name, created_at) VALUES (\(site.name), \(site.createdAt))")
    }
  }

  public func find(_ name: SiteName, in scope: AccessScope) async throws -> Site? {
    try await store.read(in: scope) { transaction in
      try transaction.query("SELECT name, created_at FROM sites WHERE name = \(name)")
        .first(Site.init(row:))
    }
  }

  /// By name.
  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Site> {
    let last = try page.key(SiteName.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT name, created_at FROM sites WHERE name > coalesce(\(last), '')
        ORDER BY name LIMIT \(page.rowLimit)
        """
      ).map(Site.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.name.text }
  }
}

/// Media nodes.
public struct NodeRepository: Sendable {
  let store: Store

  public func insert(_ node: Node, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO nodes (name, site, created_at)
        VALUES (\(node.name), \(node.site), \(node.createdAt))
        """)
    }
  }

  public func find(_ name: NodeName, in scope: AccessScope) async throws -> Node? {
    try await store.read(in: scope) { transaction in
      try transaction.query("SELECT name, site, created_at FROM nodes WHERE name = \(name)")
        .first(Node.init(row:))
    }
  }

  /// By name.
  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Node> {
    let last = try page.key(NodeName.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT name, site, created_at FROM nodes WHERE name > coalesce(\(last), '')
        ORDER BY name LIMIT \(page.rowLimit)
        """
      ).map(Node.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.name.text }
  }
}

/// Service addresses.
public struct AddressRepository: Sendable {
  let store: Store

  public func insert(_ address: ServiceAddress, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO service_addresses (name, site, ip, ip6, role, holder, created_at)
        VALUES (\(address.name), \(address.site), \(address.ip), \(address.ip6), \(address.role),
          \(address.holder), \(address.createdAt))
        """)
    }
  }

  /// Where it is found. `false` when there is no such address.
  public func move(_ address: ServiceAddress, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE service_addresses SET ip = \(address.ip), ip6 = \(address.ip6)
        WHERE name = \(address.name)
        """) > 0
    }
  }

  public func find(_ name: AddressName, in scope: AccessScope) async throws -> ServiceAddress? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(ServiceAddress.selection) WHERE name = \(name)")
        .first(ServiceAddress.init(row:))
    }
  }

  /// By name.
  public func list(
    _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<ServiceAddress> {
    let last = try page.key(AddressName.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(ServiceAddress.selection) WHERE name > coalesce(\(last), '')
        ORDER BY name LIMIT \(page.rowLimit)
        """
      ).map(ServiceAddress.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.name.text }
  }

  /// All of them: what the planner of grants reads.
  public func all(in scope: AccessScope) async throws -> [ServiceAddress] {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(ServiceAddress.selection) ORDER BY name")
        .map(ServiceAddress.init(row:))
    }
  }
}

extension Site {
  init(row: borrowing Row) throws {
    self.init(name: try row.value("name"), createdAt: try row.value("created_at"))
  }
}

extension Node {
  init(row: borrowing Row) throws {
    self.init(
      name: try row.value("name"), site: try row.value("site"),
      createdAt: try row.value("created_at"))
  }
}

extension ServiceAddress {
  static let selection: Query =
    "SELECT name, site, ip, ip6, role, holder, created_at FROM service_addresses"

  init(row: borrowing Row) throws {
    self.init(
      name: try row.value("name"), site: try row.value("site"), ip: try row.value("ip"),
      ip6: try row.optional("ip6"), role: try row.value("role"), holder: try row.value("holder"),
      createdAt: try row.value("created_at"))
  }
}
