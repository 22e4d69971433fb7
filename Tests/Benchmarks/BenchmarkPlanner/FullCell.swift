import NodeContract
import Placement

/// 200 nodes in three sites, 4,000 addresses, a million tenants of very different sizes.
struct FullCell {
  static let nodes = 200
  static let addresses = 4_000
  static let tenants = 1_000_000

  let view: CellView
  let tenants: TenantLoads

  init() {
    let sites = (0..<3).map { SiteName("site-\($0)")! }
    let nodes = (0..<Self.nodes).map { index in
      CellNode(
        name: NodeName("node-\(1_000 + index)")!, site: sites[index % 3], machine: "m\(index / 6)",
        capacity: 40_000)
    }
    let addresses = (0..<Self.addresses).map { index in
      CellAddress(
        name: AddressName("address-\(10_000 + index)")!, site: sites[index % 3],
        group: index % 20 == 0 ? "carrier-\(index / 40)" : nil)
    }
    view = CellView(generation: 1, nodes: nodes, addresses: addresses)
    var tenants = TenantLoads()
    var state: UInt64 = 1
    for _ in 0..<Self.tenants {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let size = state >> 33
      tenants.add(home: Int(size % UInt64(Self.addresses)), load: size % 100 == 0 ? 40 : 3)
    }
    self.tenants = tenants
  }
}

extension CellView {
  /// What etcd makes of a plan.
  mutating func grant(_ plan: CellPlan) {
    let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.address, $0) })
    for index in addresses.indices {
      guard let step = steps[addresses[index].name] else { continue }
      addresses[index].grant = AddressGrant(
        holding: step.holding,
        epoch: Epoch(generation: step.generation, revision: Int64(index + 1)))
    }
  }
}
