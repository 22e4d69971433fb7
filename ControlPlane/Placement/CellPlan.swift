public import NodeContract

/// Why an address is not placed as it should be.
public enum PlacementDoubt: Hashable, Sendable, CustomStringConvertible {
  /// No node in its site is well.
  case noNode(SiteName)
  /// Nobody in the site could take it over.
  case noHeir
  /// Nobody in another site where it may be served could.
  case noStandby
  /// Whoever would take it over has no room: the loss of its holder would overload it.
  case noRoom(NodeName)
  /// It should move, but enough moves are under way.
  case afterOthers
  /// Its grant is of a generation that this replica was not configured with.
  case generationAhead(UInt32)

  public var description: String {
    switch self {
    case .noNode(let site): "no node in site \(site) is well"
    case .noHeir: "nobody in its site could take it over"
    case .noStandby: "nobody in another site could take it over"
    case .noRoom(let node): "\(node) has no room to take it over"
    case .afterOthers: "it moves after others"
    case .generationAhead(let generation):
      "its grant is of generation \(generation), which this replica does not know yet"
    }
  }
}

/// What to write, and what cannot be had.
public struct CellPlan: Hashable, Sendable {
  /// In the order of addresses' names.
  public var steps: [GrantStep] = []
  /// Those of `steps` that move an address from one living node to another.
  public var moves: [AddressName] = []
  public var holds: [AddressName: PlacementDoubt] = [:]

  public init() {}
}

/// Planned placement: who holds each address, who takes it over in the site, and who elsewhere.
///
/// Nothing is moved without a reason: nobody holds it, its node is to be emptied, it is away from
/// its site although that is well again, two of a group share a node, or a node carries far more
/// than others. Heirs are chosen so that the load of any lost node spreads over what is free in the
/// site, and a site's over the others. A silent holder is not the planner's business: that is a
/// takeover, which needs no leader.
public func planCell(_ view: CellView) -> CellPlan {
  var planner = CellPlanner(table: CellTable(view))
  planner.placeUnheld()
  planner.moveWhatMust()
  planner.relieveOne()
  planner.chooseHeirs(of: view.addresses.indices.map { $0 })
  return planner.plan()
}

struct CellPlanner {
  var table: CellTable
  var holds: [Int: PlacementDoubt] = [:]
  private var moved: Set<Int> = []
  /// What each node would get more when a given node, or site, was lost.
  private var inherited: [Int: [Int64]] = [:]
  private var inheritedBySite: [Int: [Int64]] = [:]

  init(table: CellTable) { self.table = table }

  // MARK: - Holders

  /// First grants need no patience: nobody is moved by them.
  mutating func placeUnheld() {
    for address in table.holder.indices where table.view.addresses[address].grant == nil {
      if let node = preferred(address) ?? best(for: address, settled: false) {
        table.move(address, to: node)
      } else {
        holds[address] = .noNode(table.view.addresses[address].site)
      }
    }
  }

  private func preferred(_ address: Int) -> Int? {
    let wanted = table.view.addresses[address]
    return table.nodesOfSite[table.siteOfAddress[address]].first {
      table.view.nodes[$0].name == wanted.preferred && table.isThere[$0]
        && table.view.nodes[$0].condition != .draining
    }
  }

  /// The node of the address' site that is least full with it.
  private func best(for address: Int, settled: Bool = true) -> Int? {
    let candidates = table.nodesOfSite[table.siteOfAddress[address]].filter {
      $0 != table.holder[address] && table.isThere[$0]
        && table.view.nodes[$0].condition != .draining && (!settled || table.takesMore[$0])
    }
    let apart = candidates.filter { !table.hasSibling(of: address, at: $0) }
    return (apart.isEmpty ? candidates : apart).min {
      isLessFull($0, $1, table.loadOfAddress[address])
    }
  }

  /// Whoever empties a node does not wait until others have been well for long.
  private func refuge(for address: Int) -> Int? {
    let isDraining = table.view.nodes[table.holder[address]].condition == .draining
    return isDraining ? best(for: address, settled: false) : nil
  }

  private func isLessFull(_ left: Int, _ right: Int, _ more: Int64) -> Bool {
    // Cross-multiplied, so that no fraction is rounded; ties go to the lower name.
    let (leftUse, rightUse) = (table.load[left] + more, table.load[right] + more)
    return Double(leftUse) * Double(table.capacity[right])
      < Double(rightUse) * Double(table.capacity[left])
  }

  mutating func moveWhatMust() {
    for address in table.holder.indices where mustMove(address) {
      guard moved.count < table.view.policy.movesPerRound else {
        holds[address] = .afterOthers
        continue
      }
      guard let node = best(for: address) ?? refuge(for: address) else {
        holds[address] = .noNode(table.view.addresses[address].site)
        continue
      }
      guard table.load[node] + table.loadOfAddress[address] <= table.limit[node] else {
        holds[address] = .noRoom(table.view.nodes[node].name)
        continue
      }
      table.move(address, to: node)
      moved.insert(address)
    }
  }

  private func mustMove(_ address: Int) -> Bool {
    let node = table.holder[address]
    guard node != CellTable.nobody, !moved.contains(address), table.isHeard[node] else {
      return false
    }
    if table.view.nodes[node].condition == .draining { return true }
    if table.siteOfNode[node] != table.siteOfAddress[address] {
      return table.nodesOfSite[table.siteOfAddress[address]].contains { table.takesMore[$0] }
    }
    return hasOlderSibling(address, at: node) && hasNodeApart(address)
  }

  /// Of two of a group at one node the later goes.
  private func hasOlderSibling(_ address: Int, at node: Int) -> Bool {
    table.held[node].contains {
      $0 < address && table.groupOfAddress[$0] == table.groupOfAddress[address]
    }
  }

  private func hasNodeApart(_ address: Int) -> Bool {
    table.nodesOfSite[table.siteOfAddress[address]].contains {
      table.takesMore[$0] && !table.hasSibling(of: address, at: $0)
    }
  }

  /// One address of the fullest node, if that helps and nothing else moves.
  mutating func relieveOne() {
    guard moved.isEmpty else { return }
    for site in 0..<table.siteCount {
      let nodes = table.nodesOfSite[site].filter { table.takesMore[$0] }
      guard let fullest = nodes.max(by: { isLessFull($0, $1, 0) }) else { continue }
      let mean = nodes.reduce(0) { $0 + table.load[$1] } / Int64(nodes.count)
      let excess = table.load[fullest] - mean
      guard excess * 100 > mean * Int64(table.view.policy.imbalance) else { continue }
      relieve(fullest, of: excess)
    }
  }

  /// The largest address that does not make its new holder the fullest.
  private mutating func relieve(_ node: Int, of excess: Int64) {
    let fitting = table.held[node].filter {
      table.loadOfAddress[$0] > 0 && table.loadOfAddress[$0] <= excess
        && table.siteOfAddress[$0] == table.siteOfNode[node]
    }
    let largest = fitting.max {
      (table.loadOfAddress[$0], $1) < (table.loadOfAddress[$1], $0)
    }
    guard let address = largest, let target = best(for: address),
      table.load[target] + table.loadOfAddress[address] < table.load[node],
      !table.hasSibling(of: address, at: target)
    else { return }
    table.move(address, to: target)
    moved.insert(address)
  }

  // MARK: - Heirs

  /// Chooses heirs and standbys, the largest addresses first; keeps those that still serve.
  mutating func chooseHeirs(of addresses: [Int]) {
    let order = addresses.filter { table.holder[$0] != CellTable.nobody }.sorted {
      (table.loadOfAddress[$1], $0) < (table.loadOfAddress[$0], $1)
    }
    var open: [Int] = []
    for address in order where !keepHeir(of: address) { open.append(address) }
    for address in open { findHeir(of: address) }
    open = []
    for address in order where !keepStandby(of: address) { open.append(address) }
    for address in open { findStandby(of: address) }
  }

  /// An heir that is heard, apart and has room stays: each change is a write.
  private mutating func keepHeir(of address: Int) -> Bool {
    let (node, heir) = (table.holder[address], table.heir[address])
    guard heir != CellTable.nobody, mayInherit(heir, from: node, address), fits(address, at: heir)
    else { return false }
    inherit(address, by: heir)
    return true
  }

  private func mayInherit(_ heir: Int, from node: Int, _ address: Int) -> Bool {
    table.siteOfNode[heir] == table.siteOfNode[node] && table.isHeard[heir]
      && table.view.nodes[heir].condition != .draining && !table.sharesMachine(heir, node)
  }

  private func fits(_ address: Int, at heir: Int) -> Bool {
    let more = inherited[table.holder[address]]?[heir] ?? 0
    return table.load[heir] + more + table.loadOfAddress[address] <= table.limit[heir]
  }

  private mutating func inherit(_ address: Int, by heir: Int) {
    let empty = [Int64](repeating: 0, count: table.load.count)
    inherited[table.holder[address], default: empty][heir] += table.loadOfAddress[address]
  }

  private mutating func findHeir(of address: Int) {
    let node = table.holder[address]
    let extra = inherited[node]
    let chosen = leastLoaded(
      table.nodesOfSite[table.siteOfNode[node]], avoiding: address,
      after: { extra?[$0] ?? 0 },
      where: { table.isThere[$0] && mayInherit($0, from: node, address) })
    table.heir[address] = chosen ?? CellTable.nobody
    guard let chosen else {
      note(.noHeir, address)
      return
    }
    if !fits(address, at: chosen) { note(.noRoom(table.view.nodes[chosen].name), address) }
    inherit(address, by: chosen)
  }

  private mutating func keepStandby(of address: Int) -> Bool {
    let standby = table.standby[address]
    guard standby != CellTable.nobody, mayStandBy(standby, for: address),
      fits(address, standingBy: standby)
    else { return false }
    inherit(address, standingBy: standby)
    return true
  }

  private func mayStandBy(_ node: Int, for address: Int) -> Bool {
    let site = table.siteOfNode[node]
    return site != table.siteOfNode[table.holder[address]] && table.isHeard[node]
      && table.view.nodes[node].condition != .draining
      && table.standbySites[address] & (1 << UInt64(min(site, 63))) != 0
  }

  private func fits(_ address: Int, standingBy node: Int) -> Bool {
    let more = inheritedBySite[table.siteOfNode[table.holder[address]]]?[node] ?? 0
    return table.load[node] + more + table.loadOfAddress[address] <= table.capacity[node]
  }

  private mutating func inherit(_ address: Int, standingBy node: Int) {
    let empty = [Int64](repeating: 0, count: table.load.count)
    let site = table.siteOfNode[table.holder[address]]
    inheritedBySite[site, default: empty][node] += table.loadOfAddress[address]
  }

  private mutating func findStandby(of address: Int) {
    let extra = inheritedBySite[table.siteOfNode[table.holder[address]]]
    let chosen = leastLoaded(
      Array(table.load.indices), avoiding: address, after: { extra?[$0] ?? 0 },
      where: { table.isThere[$0] && mayStandBy($0, for: address) })
    table.standby[address] = chosen ?? CellTable.nobody
    guard let chosen else { return note(.noStandby, address) }
    if !fits(address, standingBy: chosen) {
      note(.noRoom(table.view.nodes[chosen].name), address)
    }
    inherit(address, standingBy: chosen)
  }

  /// Who would be least full, a group's other holders last.
  private func leastLoaded(
    _ nodes: [Int], avoiding address: Int, after extra: (Int) -> Int64, where isFit: (Int) -> Bool
  ) -> Int? {
    var best: (hasSibling: Bool, fullness: Double, node: Int)?
    for node in nodes where isFit(node) {
      let use = table.load[node] + extra(node) + table.loadOfAddress[address]
      let fullness = Double(use) / Double(max(table.capacity[node], 1))
      if let best, (best.hasSibling ? 1 : 0, best.fullness) <= (0, fullness) { continue }
      let candidate = (table.hasSibling(of: address, at: node), fullness, node)
      guard let known = best else {
        best = candidate
        continue
      }
      let isBetter =
        (candidate.0 ? 1 : 0, candidate.1) < (known.hasSibling ? 1 : 0, known.fullness)
      if isBetter { best = candidate }
    }
    return best?.node
  }

  private mutating func note(_ doubt: PlacementDoubt, _ address: Int) {
    if holds[address] == nil { holds[address] = doubt }
  }

  // MARK: - The plan

  func plan() -> CellPlan {
    var plan = CellPlan()
    for address in table.holder.indices {
      let wanted = table.view.addresses[address]
      if let grant = wanted.grant, grant.epoch.generation > table.view.generation {
        plan.holds[wanted.name] = .generationAhead(grant.epoch.generation)
        continue
      }
      if let doubt = holds[address] { plan.holds[wanted.name] = doubt }
      guard let holding = table.holding(of: address) else { continue }
      if holding == wanted.grant?.holding, isOfThisGeneration(wanted) { continue }
      plan.steps.append(step(to: holding, for: wanted))
      if moved.contains(address) { plan.moves.append(wanted.name) }
    }
    return plan
  }

  private func isOfThisGeneration(_ address: CellAddress) -> Bool {
    address.grant?.epoch.generation == table.view.generation
  }

  private func step(to holding: Holding, for address: CellAddress) -> GrantStep {
    GrantStep(
      address: address.name, holding: holding, generation: table.view.generation,
      expectedRevision: address.grant?.revision ?? 0, predecessor: address.grant?.epoch)
  }
}
