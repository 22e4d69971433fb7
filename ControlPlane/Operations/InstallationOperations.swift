public import NodeContract
public import Persistence
public import Tenancy

/// Datacenters.
public struct SiteOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ name: String, in scope: AccessScope) async throws -> Site {
    let site = Site(name: try SiteName(checking: name, field: "name"), createdAt: clock.now())
    return try await making(site) {
      try await store.sites.insert($0, in: scope)
    } find: {
      try await store.sites.find(site.name, in: scope)
    }
  }

  public func find(_ name: SiteName, in scope: AccessScope) async throws -> Site {
    try found(await store.sites.find(name, in: scope), "site", name)
  }

  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Site> {
    try await store.sites.list(page, in: scope)
  }
}

/// Media nodes.
public struct NodeOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ name: String, site: String, in scope: AccessScope) async throws -> Node {
    let node = Node(
      name: try NodeName(checking: name, field: "name"),
      site: try SiteName(checking: site, field: "site"), createdAt: clock.now())
    return try await making(node) {
      try await store.nodes.insert($0, in: scope)
    } find: {
      try await store.nodes.find(node.name, in: scope)
    }
  }

  public func find(_ name: NodeName, in scope: AccessScope) async throws -> Node {
    try found(await store.nodes.find(name, in: scope), "node", name)
  }

  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Node> {
    try await store.nodes.list(page, in: scope)
  }
}

/// What an operator says of a new service address.
public struct NewAddress: Sendable {
  public var name: String
  public var site: String
  public var ip: String
  /// `phones` or `trunks`.
  public var role: String
  /// The node that is to hold it first; it stands in the same site.
  public var holder: String

  public init(name: String, site: String, ip: String, role: String, holder: String) {
    self.name = name
    self.site = site
    self.ip = ip
    self.role = role
    self.holder = holder
  }
}

/// Service addresses.
public struct AddressOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ new: NewAddress, in scope: AccessScope) async throws -> ServiceAddress {
    let address = try address(new)
    guard let holder = try await store.nodes.find(address.holder, in: scope) else {
      throw InvalidField("holder", .unknownReference)
    }
    guard holder.site == address.site else {
      throw InvalidField("holder", .malformed(expected: "a node of site \(address.site)"))
    }
    return try await making(address) {
      try await store.addresses.insert($0, in: scope)
    } find: {
      try await store.addresses.find(address.name, in: scope)
    }
  }

  /// Where it is found from now on. Its nodes' own configuration says the same.
  public func move(
    _ name: AddressName, to ip: String, in scope: AccessScope
  ) async throws -> ServiceAddress {
    guard try await store.addresses.setIP(self.ip(ip), of: name, in: scope) else {
      throw NotFound("address", name)
    }
    return try await find(name, in: scope)
  }

  private func ip(_ text: String) throws(InvalidField) -> IPAddress {
    guard let ip = IPAddress(text) else {
      throw InvalidField("ip", .malformed(expected: "an IP address: 192.0.2.1"))
    }
    return ip
  }

  private func address(_ new: NewAddress) throws(InvalidField) -> ServiceAddress {
    let ip = try ip(new.ip)
    guard let role = ServiceAddress.Role(rawValue: new.role) else {
      throw InvalidField("role", .malformed(expected: "phones or trunks"))
    }
    return ServiceAddress(
      name: try AddressName(checking: new.name, field: "name"),
      site: try SiteName(checking: new.site, field: "site"), ip: ip, role: role,
      holder: try NodeName(checking: new.holder, field: "holder"), createdAt: clock.now())
  }

  public func find(_ name: AddressName, in scope: AccessScope) async throws -> ServiceAddress {
    try found(await store.addresses.find(name, in: scope), "address", name)
  }

  public func list(
    _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<ServiceAddress> {
    try await store.addresses.list(page, in: scope)
  }
}
