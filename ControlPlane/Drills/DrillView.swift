public import NodeContract
public import Placement

/// All that a drill is planned from. Equal views give equal plans.
public struct DrillView: Hashable, Sendable {
  /// Nodes, addresses with the calls that are up as their load, and the grants.
  public var cell: CellView
  /// What each node said of itself last.
  public var loads: [NodeName: NodeLoad]
  /// Those whose link this replica has: nobody else can be told anything.
  public var linked: Set<NodeName>
  /// Addresses that were taken from their holder within the last minute.
  public var recentlyTaken: Set<AddressName>
  /// Tenants at each address besides those that a drill is limited to. None: it is not limited.
  public var others: [AddressName: Int]
  /// A drill that has not ended.
  public var running: DrillID?
  /// Whether etcd's quorum answered lately.
  public var isQuorumFresh: Bool
  /// Members of etcd, and how many of them answer.
  public var members: Int
  public var answeringMembers: Int
  /// Whether what a lost site held is given to another.
  public var movesAcross: Bool

  public init(
    cell: CellView, loads: [NodeName: NodeLoad] = [:], linked: Set<NodeName> = [],
    recentlyTaken: Set<AddressName> = [], others: [AddressName: Int] = [:],
    running: DrillID? = nil, isQuorumFresh: Bool = true, members: Int = 1,
    answeringMembers: Int = 1, movesAcross: Bool = false
  ) {
    self.cell = cell
    self.loads = loads
    self.linked = linked
    self.recentlyTaken = recentlyTaken
    self.others = others
    self.running = running
    self.isQuorumFresh = isQuorumFresh
    self.members = members
    self.answeringMembers = answeringMembers
    self.movesAcross = movesAcross
  }

  func node(_ name: NodeName) -> CellNode? { cell.nodes.first { $0.name == name } }

  func held(by nodes: Set<NodeName>) -> [(address: CellAddress, holding: Holding)] {
    cell.addresses.compactMap { address in
      guard let holding = address.grant?.holding, nodes.contains(holding.holder) else { return nil }
      return (address, holding)
    }
  }
}
