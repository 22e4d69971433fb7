public import NodeContract

/// What the planner weighs and how carefully it moves.
public struct PlacementPolicy: Hashable, Sendable {
  /// Of a node's capacity, so much may be in use after any one node was lost, in a hundred.
  public var fullness: Int = 85
  /// Planned moves of one round: people notice many at once.
  public var movesPerRound: Int = 4
  /// A node that carries so much more than the site's mean, in a hundred, is relieved.
  public var imbalance: Int = 40
  /// A node must have been well for so long before anything is moved to it by plan.
  public var settledFor: Duration = .seconds(60)

  public init() {}
}

/// A node as the planner sees it.
public struct CellNode: Hashable, Sendable {
  public enum Condition: Hashable, Sendable {
    /// Heard, for so long without a break.
    case well(for: Duration)
    /// Heard, and to be emptied.
    case draining
    /// Not heard for a moment: it keeps what it has, and is chosen for nothing.
    case quiet
    /// Not heard: nothing goes there.
    case silent
  }

  public var name: NodeName
  public var site: SiteName
  /// Nodes of one machine die together. Nil: a machine of its own.
  public var machine: String?
  /// What it can carry, in the unit of the addresses' loads.
  public var capacity: Int64
  public var condition: Condition

  public init(
    name: NodeName, site: SiteName, machine: String? = nil, capacity: Int64,
    condition: Condition = .well(for: .seconds(3600))
  ) {
    self.name = name
    self.site = site
    self.machine = machine
    self.capacity = capacity
    self.condition = condition
  }
}

/// A service address as the planner sees it.
public struct CellAddress: Hashable, Sendable {
  public var name: AddressName
  public var site: SiteName
  /// Who should hold it first, and again when it may choose.
  public var preferred: NodeName?
  /// Addresses of one group have different holders: the two that a carrier knows in a site.
  public var group: String?
  /// Where it may be served from when its site is lost; nil: anywhere.
  public var standbySites: Set<SiteName>?
  /// What its tenants bring, calls at the busy hour for instance.
  public var load: Int64
  public var tenants: Int
  public var grant: AddressGrant?

  public init(
    name: AddressName, site: SiteName, preferred: NodeName? = nil, group: String? = nil,
    standbySites: Set<SiteName>? = nil, load: Int64 = 0, tenants: Int = 0,
    grant: AddressGrant? = nil
  ) {
    self.name = name
    self.site = site
    self.preferred = preferred
    self.group = group
    self.standbySites = standbySites
    self.load = load
    self.tenants = tenants
    self.grant = grant
  }
}

/// Where a million tenants are at home, and what each brings: two numbers per tenant.
public struct TenantLoads: Hashable, Sendable {
  /// The place of the tenant's home in the view's addresses.
  public var homes: [Int32] = []
  public var loads: [Int32] = []

  public init() {}

  public mutating func add(home: Int, load: Int32) {
    homes.append(Int32(truncatingIfNeeded: home))
    loads.append(load)
  }

  /// Puts every address' sums into `addresses`.
  public func distribute(over addresses: inout [CellAddress]) {
    var sums = [Int64](repeating: 0, count: addresses.count)
    var counts = [Int](repeating: 0, count: addresses.count)
    for (home, load) in zip(homes, loads) where sums.indices.contains(Int(home)) {
      sums[Int(home)] += Int64(load)
      counts[Int(home)] += 1
    }
    for index in addresses.indices {
      addresses[index].load = sums[index]
      addresses[index].tenants = counts[index]
    }
  }
}

/// All that planned moves are made from. Equal views give equal plans.
public struct CellView: Hashable, Sendable {
  public var generation: UInt32
  public var nodes: [CellNode]
  public var addresses: [CellAddress]
  public var policy: PlacementPolicy

  public init(
    generation: UInt32, nodes: [CellNode], addresses: [CellAddress],
    policy: PlacementPolicy = PlacementPolicy()
  ) {
    self.generation = generation
    self.nodes = nodes.sorted { $0.name < $1.name }
    self.addresses = addresses.sorted { $0.name < $1.name }
    self.policy = policy
  }
}
