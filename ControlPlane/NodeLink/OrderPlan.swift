import NodeContract
import Placement

/// Which service addresses concern a node: from the grants as they are and the epochs that the node
/// knows, pure.
enum OrderPlan {
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
