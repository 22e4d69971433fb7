public import NodeContract

/// A datacenter.
public struct Site: Hashable, Sendable {
  public var name: SiteName
  public var createdAt: WallTime

  public init(name: SiteName, createdAt: WallTime) {
    self.name = name
    self.createdAt = createdAt
  }
}

/// A media-node process and its keeper. Which addresses it holds stands in etcd.
public struct Node: Hashable, Sendable {
  public var name: NodeName
  public var site: SiteName
  public var createdAt: WallTime

  public init(name: NodeName, site: SiteName, createdAt: WallTime) {
    self.name = name
    self.site = site
    self.createdAt = createdAt
  }
}

/// An IP address that phones or carriers talk to; by IPv6 too, where it has an address of each family.
public struct ServiceAddress: Hashable, Sendable {
  /// Who talks to it.
  public enum Role: String, Hashable, Sendable, CaseIterable { case phones, trunks }

  public var name: AddressName
  public var site: SiteName
  public var ip: IPAddress
  /// Where it is found by IPv6 besides; its holder has both.
  public var ip6: IPAddress?
  public var role: Role
  /// The node that is to hold it first. Which node holds it stands in etcd.
  public var holder: NodeName
  public var createdAt: WallTime

  public init(
    name: AddressName, site: SiteName, ip: IPAddress, ip6: IPAddress? = nil, role: Role,
    holder: NodeName, createdAt: WallTime
  ) {
    self.name = name
    self.site = site
    self.ip = ip
    self.ip6 = ip6
    self.role = role
    self.holder = holder
    self.createdAt = createdAt
  }
}

extension OperatorName {
  /// A name as an operator gave it.
  public init(checking text: String, field: String) throws(InvalidField) {
    guard let name = OperatorName(text) else {
      throw InvalidField(field, .malformed(expected: "1 to 32 characters of a-z, 0-9 and -"))
    }
    self = name
  }
}
