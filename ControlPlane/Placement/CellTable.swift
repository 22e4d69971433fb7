import NodeContract

/// A view with numbers instead of names: nodes and addresses are places in arrays, in the order of
/// their names, so that ties go to the lowest name and 200 nodes with 4,000 addresses are planned
/// in milliseconds.
struct CellTable {
  static let nobody = -1

  let view: CellView
  let siteCount: Int
  let siteOfNode: [Int]
  let siteOfAddress: [Int]
  let machineOfNode: [Int]
  let groupOfAddress: [Int]
  let capacity: [Int64]
  /// What may be used of it when a neighbour was lost.
  let limit: [Int64]
  let loadOfAddress: [Int64]
  private(set) var isHeard: [Bool]
  private(set) var takesMore: [Bool]
  /// Heard until now.
  private(set) var isThere: [Bool]
  let standbySites: [UInt64]
  let nodesOfSite: [[Int]]
  let sites: [SiteName]

  // What the plan changes.
  var holder: [Int]
  var heir: [Int]
  var standby: [Int]
  var load: [Int64]
  /// Addresses by their holder.
  var held: [[Int]]

  init(_ view: CellView) {
    self.view = view
    let sites = Set(view.nodes.map(\.site) + view.addresses.map(\.site)).sorted()
    let siteNumbers = Self.numbers(sites)
    let nodeNumbers = Self.numbers(view.nodes.map(\.name))
    self.sites = sites
    siteCount = sites.count
    siteOfNode = view.nodes.map { siteNumbers[$0.site] ?? 0 }
    siteOfAddress = view.addresses.map { siteNumbers[$0.site] ?? 0 }
    machineOfNode = Self.groups(view.nodes.map(\.machine))
    groupOfAddress = Self.groups(view.addresses.map(\.group))
    capacity = view.nodes.map(\.capacity)
    limit = view.nodes.map { $0.capacity / 100 * Int64(view.policy.fullness) }
    loadOfAddress = view.addresses.map(\.load)
    isHeard = view.nodes.map { $0.condition != .silent }
    isThere = view.nodes.map { $0.condition != .silent && $0.condition != .quiet }
    takesMore = view.nodes.map { $0.takesMore(view.policy) }
    standbySites = view.addresses.map { address in
      guard let allowed = address.standbySites else { return .max }
      return allowed.reduce(0) { $0 | 1 << UInt64(siteNumbers[$1] ?? 63) }
    }
    var nodesOfSite = [[Int]](repeating: [], count: sites.count)
    for (node, site) in siteOfNode.enumerated() { nodesOfSite[site].append(node) }
    self.nodesOfSite = nodesOfSite

    func place(_ name: NodeName?) -> Int { name.flatMap { nodeNumbers[$0] } ?? Self.nobody }
    holder = view.addresses.map { place($0.grant?.holding.holder) }
    heir = view.addresses.map { place($0.grant?.holding.heir) }
    standby = view.addresses.map { place($0.grant?.holding.standby) }
    load = [Int64](repeating: 0, count: view.nodes.count)
    held = [[Int]](repeating: [], count: view.nodes.count)
    for (address, node) in holder.enumerated() where node != Self.nobody {
      load[node] += view.addresses[address].load
      held[node].append(address)
    }
  }

  private static func numbers<Name: Hashable>(_ names: [Name]) -> [Name: Int] {
    Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  /// The same number for the same text, and one of its own for each nil.
  private static func groups(_ texts: [String?]) -> [Int] {
    var known: [String: Int] = [:]
    return texts.enumerated().map { index, text in
      guard let text else { return index }
      if let number = known[text] { return number }
      known[text] = index
      return index
    }
  }

  /// Whether the two stand and fall together.
  func sharesMachine(_ left: Int, _ right: Int) -> Bool {
    left == right || machineOfNode[left] == machineOfNode[right]
  }

  mutating func move(_ address: Int, to node: Int) {
    let former = holder[address]
    if former != Self.nobody {
      load[former] -= loadOfAddress[address]
      held[former].removeAll { $0 == address }
    }
    holder[address] = node
    load[node] += loadOfAddress[address]
    held[node].append(address)
  }

  /// Whether another address of the address' group is held by the node.
  func hasSibling(of address: Int, at node: Int) -> Bool {
    guard view.addresses[address].group != nil else { return false }
    return held[node].contains { $0 != address && groupOfAddress[$0] == groupOfAddress[address] }
  }

  /// As if these nodes were silent.
  func without(_ isLost: (Int) -> Bool) -> CellTable {
    var table = self
    for node in table.isHeard.indices where isLost(node) {
      table.isHeard[node] = false
      table.isThere[node] = false
      table.takesMore[node] = false
    }
    return table
  }

  func name(_ node: Int) -> NodeName? { node == Self.nobody ? nil : view.nodes[node].name }

  func holding(of address: Int) -> Holding? {
    guard let name = name(holder[address]) else { return nil }
    return Holding(
      holder: name, heir: self.name(heir[address]), standby: self.name(standby[address]))
  }
}

extension CellNode {
  /// Whether planned moves may go there.
  func takesMore(_ policy: PlacementPolicy) -> Bool {
    guard case .well(let duration) = condition else { return false }
    return duration >= policy.settledFor
  }
}
