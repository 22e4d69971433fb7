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
  /// Where it is found by IPv6 besides.
  public var ip6: String?
  /// `phones` or `trunks`.
  public var role: String
  /// The node that is to hold it first; it stands in the same site.
  public var holder: String

  public init(
    name: String, site: String, ip: String, ip6: String? = nil, role: String, holder: String
  ) {
    self.name = name
    self.site = site
    self.ip = ip
    self.ip6 = ip6
    self.role = role
    self.holder = holder
  }
}

/// Where a service address is found from now on.
public struct AddressChanges: Sendable {
  public var ip: String?
  public var ip6 = Change<String?>.keep

  public init() {}
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
    _ name: AddressName, _ changes: AddressChanges, in scope: AccessScope
  ) async throws -> ServiceAddress {
    var address = try await find(name, in: scope)
    if let ip = changes.ip { address.ip = try self.ip(ip) }
    if case .set(let ip6) = changes.ip6 { address.ip6 = try self.ip6(ip6) }
    try checkForms(of: address)
    guard try await store.addresses.move(address, in: scope) else {
      throw NotFound("address", name)
    }
    return address
  }

  private func ip(_ text: String) throws(InvalidField) -> IPAddress {
    guard let ip = IPAddress(text) else {
      throw InvalidField("ip", .malformed(expected: "an IP address: 192.0.2.1"))
    }
    return ip
  }

  private func ip6(_ text: String?) throws(InvalidField) -> IPAddress? {
    guard let text else { return nil }
    guard case .v6? = IPAddress(text) else {
      throw InvalidField("ip6", .malformed(expected: "an IPv6 address: 2001:db8::1"))
    }
    return IPAddress(text)
  }

  /// One that has an IPv6 form besides has an IPv4 form first.
  private func checkForms(of address: ServiceAddress) throws(InvalidField) {
    guard address.ip6 != nil, case .v6 = address.ip else { return }
    throw InvalidField("ip", .malformed(expected: "an IPv4 address beside ip6: 192.0.2.1"))
  }

  private func address(_ new: NewAddress) throws(InvalidField) -> ServiceAddress {
    let ip = try ip(new.ip)
    guard let role = ServiceAddress.Role(rawValue: new.role) else {
      throw InvalidField("role", .malformed(expected: "phones or trunks"))
    }
    let address = ServiceAddress(
      name: try AddressName(checking: new.name, field: "name"),
      site: try SiteName(checking: new.site, field: "site"), ip: ip, ip6: try ip6(new.ip6),
      role: role, holder: try NodeName(checking: new.holder, field: "holder"),
      createdAt: clock.now())
    try checkForms(of: address)
    return address
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
