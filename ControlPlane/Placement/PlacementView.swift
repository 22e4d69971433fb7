public import NodeContract

/// All that the planner may know: the inventory as the operator wrote it and the grants as etcd
/// has them. Equal views give equal plans.
public struct PlacementView: Hashable, Sendable {
  /// The cell's generation, raised by a restore from backup.
  public var generation: UInt32
  public var nodes: [PlacedNode]
  public var addresses: [PlacedAddress]
  public var grants: [AddressName: AddressGrant]

  public init(
    generation: UInt32, nodes: [PlacedNode], addresses: [PlacedAddress],
    grants: [AddressName: AddressGrant]
  ) {
    self.generation = generation
    self.nodes = nodes
    self.addresses = addresses
    self.grants = grants
  }
}

/// A node and the site it stands in.
public struct PlacedNode: Hashable, Sendable {
  public var name: NodeName
  public var site: SiteName

  public init(name: NodeName, site: SiteName) {
    self.name = name
    self.site = site
  }
}

/// A service address as the operator configured it.
public struct PlacedAddress: Hashable, Sendable {
  public var name: AddressName
  public var site: SiteName
  /// Who should hold it first.
  public var holder: NodeName

  public init(name: AddressName, site: SiteName, holder: NodeName) {
    self.name = name
    self.site = site
    self.holder = holder
  }
}

/// Who holds an address, who takes over within the site and who in another one.
public struct Holding: Hashable, Sendable {
  public var holder: NodeName
  public var heir: NodeName?
  public var standby: NodeName?

  public init(holder: NodeName, heir: NodeName? = nil, standby: NodeName? = nil) {
    self.holder = holder
    self.heir = heir
    self.standby = standby
  }
}

/// A holding that an etcd transaction made; its epoch orders it among all others.
public struct AddressGrant: Hashable, Sendable {
  public var holding: Holding
  /// The transaction that made the holder the holder.
  public var epoch: Epoch
  /// The transaction that last wrote the key, which a further one must name. Later than the epoch
  /// when only heirs were chosen anew.
  public var revision: Int64
  /// The epoch before this one; nil: nobody held the address before.
  public var predecessor: Epoch?
  /// How often the address was taken from its holder since it was last moved by plan.
  public var forcedMoves: Int

  public init(
    holding: Holding, epoch: Epoch, revision: Int64? = nil, predecessor: Epoch? = nil,
    forcedMoves: Int = 0
  ) {
    self.holding = holding
    self.epoch = epoch
    self.revision = revision ?? epoch.revision
    self.predecessor = predecessor
    self.forcedMoves = forcedMoves
  }
}
