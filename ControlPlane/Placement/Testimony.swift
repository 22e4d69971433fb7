public import NodeContract

/// A keeper's word, or a node's own, that nothing is begun at an address under an epoch any more. A node that
/// lives may pass on for a moment what its calls' parties say (``OwnershipPolicy/parting``).
public struct ReleaseProof: Hashable, Sendable {
  public var address: AddressName
  public var epoch: Epoch

  public init(address: AddressName, epoch: Epoch) {
    self.address = address
    self.epoch = epoch
  }
}

/// Who is where: all that detection must know beforehand.
public struct CellMap: Hashable, Sendable {
  public var nodes: [NodeName: SiteName]
  public var replicas: [ReplicaName: SiteName]
  /// Where the members of etcd stand.
  public var members: Set<SiteName>
  public var addresses: [AddressName: SiteName]
  /// Whether nodes may be told to hold addresses of other sites.
  public var movesAcross: Bool

  public init(
    nodes: [NodeName: SiteName], replicas: [ReplicaName: SiteName], members: Set<SiteName>,
    addresses: [AddressName: SiteName], movesAcross: Bool = true
  ) {
    self.nodes = nodes
    self.replicas = replicas
    self.members = members
    self.addresses = addresses
    self.movesAcross = movesAcross
  }
}

/// Why nobody is replaced although somebody is silent.
public enum Doubt: Hashable, Sendable, CustomStringConvertible {
  /// This replica began a short time ago.
  case justBegun
  case quorumStale
  /// This replica's own loop came late: what it did not hear may lie unread.
  case ownLoopLate
  /// Somebody is heard again after a silence: others may be about to.
  case justReconnected
  /// Nobody is heard, neither nodes nor other replicas: rather it is this one that is cut off.
  case alone
  /// Nodes of more than one site are silent: rather the network than they.
  case silenceAcrossSites
  /// A neighbour in its site still hears the node.
  case heardByWitness(NodeName)
  /// Nobody in the site can say whether the node lives.
  case noWitness(NodeName)
  /// Whoever should take the address over is silent too.
  case noLivingHeir
  /// The address was taken from its holder too often; somebody must look.
  case tooManyMoves

  public var description: String {
    switch self {
    case .justBegun: "this replica has just begun"
    case .quorumStale: "etcd's quorum was not heard of lately"
    case .ownLoopLate: "this replica was not on time itself"
    case .justReconnected: "somebody has just come back, and others may be about to"
    case .alone: "this replica hears nobody at all"
    case .silenceAcrossSites: "nodes of more than one site are silent"
    case .heardByWitness(let node): "\(node) is still heard in its site"
    case .noWitness(let node): "nobody in its site can say whether \(node) lives"
    case .noLivingHeir: "nobody who could take it over is heard"
    case .tooManyMoves: "it was taken over too often within a short time"
    }
  }
}
