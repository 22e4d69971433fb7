import NodeContract
import Placement

/// What a node should be told about its service addresses: from the grants as they are and the
/// epochs that the node knows, pure.
struct OrderPlan {
  struct Step: Hashable {
    let verb: OwnershipOrder.Verb
    let address: AddressName
    let epoch: Epoch
  }

  /// Adopt what is granted to `node` and release what is granted to others, wherever the node
  /// knows an older epoch. An address that the node never spoke of needs no release.
  static func steps(
    for node: NodeName, knowing epochs: [AddressName: Epoch],
    grants: [AddressName: AddressGrant]
  ) -> [Step] {
    grants.sorted { $0.key < $1.key }.compactMap { address, grant in
      let known = epochs[address]
      guard known ?? .none < grant.epoch else { return nil }
      if grant.holding.holder == node {
        return Step(verb: .adopt, address: address, epoch: grant.epoch)
      }
      return known == nil ? nil : Step(verb: .release, address: address, epoch: grant.epoch)
    }
  }

  /// The addresses whose tenants the node should know: those it has, and those it holds or would
  /// inherit.
  static func addresses(
    of node: NodeName, knowing epochs: [AddressName: Epoch],
    grants: [AddressName: AddressGrant]
  ) -> Set<AddressName> {
    let concerned = grants.filter { _, grant in
      let holding = grant.holding
      return holding.holder == node || holding.heir == node || holding.standby == node
    }
    return Set(epochs.keys).union(concerned.keys)
  }
}
