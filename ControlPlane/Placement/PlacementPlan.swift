public import NodeContract

/// One thing to do, or the reason to do nothing about one address.
public enum PlacementStep: Hashable, Sendable {
  case grant(GrantStep)
  case hold(AddressName, HoldReason)
}

/// Write `holding` for `address`, provided that its key still has `expectedRevision`: of two
/// replicas that act on the same view one wins and the other reads again.
public struct GrantStep: Hashable, Sendable {
  public var address: AddressName
  public var holding: Holding
  public var generation: UInt32
  /// The revision of the etcd key that the plan was made from; 0 when there is no key.
  public var expectedRevision: Int64
  /// The epoch that this one follows; nil: the first.
  public var predecessor: Epoch?
  /// What the grant's count of forced moves becomes.
  public var forcedMoves: Int

  public init(
    address: AddressName, holding: Holding, generation: UInt32, expectedRevision: Int64,
    predecessor: Epoch? = nil, forcedMoves: Int = 0
  ) {
    self.address = address
    self.holding = holding
    self.generation = generation
    self.expectedRevision = expectedRevision
    self.predecessor = predecessor
    self.forcedMoves = forcedMoves
  }
}

/// Why an address stays as it is although it is not as configured.
public enum HoldReason: Hashable, Sendable, CustomStringConvertible {
  /// The configured holder is in no inventory.
  case unknownNode(NodeName)
  /// The configured holder stands in another site than the address.
  case holderInOtherSite(NodeName, SiteName)
  /// Another node holds it; only a planned move or a takeover changes that.
  case heldElsewhere(by: NodeName)
  /// The grant is of a later generation than this replica was configured with: the replica is the
  /// one that is out of date.
  case generationAhead(UInt32)

  public var description: String {
    switch self {
    case .unknownNode(let node): "its configured holder \(node) does not exist"
    case .holderInOtherSite(let node, let site):
      "its configured holder \(node) stands in site \(site)"
    case .heldElsewhere(let node): "\(node) holds it, and only a planned move may change that"
    case .generationAhead(let generation):
      "its grant is of generation \(generation), which this replica does not know yet"
    }
  }
}

/// First grants: every address that nobody was ever given goes to its configured holder. A grant
/// of an earlier generation is renewed as it stands, since its epoch would lose against orders
/// from before the restore. Steps come in the order of their addresses' names.
public func planGrants(for view: PlacementView) -> [PlacementStep] {
  view.addresses.sorted { $0.name < $1.name }.compactMap { address in
    guard let grant = view.grants[address.name] else { return firstGrant(of: address, in: view) }
    return review(grant, of: address, in: view)
  }
}

private func firstGrant(of address: PlacedAddress, in view: PlacementView) -> PlacementStep {
  guard let node = view.nodes.first(where: { $0.name == address.holder }) else {
    return .hold(address.name, .unknownNode(address.holder))
  }
  guard node.site == address.site else {
    return .hold(address.name, .holderInOtherSite(node.name, node.site))
  }
  return .grant(
    GrantStep(
      address: address.name, holding: holding(of: address, in: view),
      generation: view.generation, expectedRevision: 0))
}

private func review(
  _ grant: AddressGrant, of address: PlacedAddress, in view: PlacementView
) -> PlacementStep? {
  if grant.epoch.generation > view.generation {
    return .hold(address.name, .generationAhead(grant.epoch.generation))
  }
  if grant.epoch.generation < view.generation {
    return .grant(
      GrantStep(
        address: address.name, holding: grant.holding, generation: view.generation,
        expectedRevision: grant.epoch.revision))
  }
  guard grant.holding.holder == address.holder else {
    return .hold(address.name, .heldElsewhere(by: grant.holding.holder))
  }
  return nil
}

/// Heirs are chosen round robin over a site's addresses, so that a lost node's load spreads. They
/// are chosen with the grant and not again when nodes come and go: each write is a new epoch.
private func holding(of address: PlacedAddress, in view: PlacementView) -> Holding {
  let others = view.nodes.filter { $0.name != address.holder }.sorted { $0.name < $1.name }
  let turn =
    view.addresses.filter { $0.holder == address.holder && $0.name < address.name }.count
  func pick(_ candidates: [PlacedNode]) -> NodeName? {
    candidates.isEmpty ? nil : candidates[turn % candidates.count].name
  }
  return Holding(
    holder: address.holder, heir: pick(others.filter { $0.site == address.site }),
    standby: pick(others.filter { $0.site != address.site }))
}
