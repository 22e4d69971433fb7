public import NodeContract
import Placement

// Who should have what: the fleet as detection, planning and the nodes' sessions ask for it.

extension Fleet {
  // MARK: - What is known of the installation

  /// The installation as the operator wrote it down.
  func use(_ inventory: Inventory) {
    guard inventory != self.inventory else { return }
    self.inventory = inventory
    redrawMap()
    somethingChanged()
  }

  /// A node is there, whether the operator's list could be read or not.
  func know(_ node: NodeName, in site: SiteName) {
    guard detector.map.nodes[node] != site else { return }
    redrawMap()
    somethingChanged()
  }

  private func redrawMap() {
    detector.map.nodes = nodes.mapValues(\.hello.site)
      .merging(inventory.nodes.map { ($0.name, $0.site) }) { greeted, _ in greeted }
    var addresses = Dictionary(inventory.addresses.map { ($0.name, $0.site) }) { first, _ in first }
    // An address that no list names is where it is held.
    for (address, grant) in detector.grants where addresses[address] == nil {
      addresses[address] = detector.map.nodes[grant.holding.holder]
    }
    detector.map.addresses = addresses
  }

  /// A quorum answered a read of all grants.
  func confirm(_ grants: [AddressName: AddressGrant], readBegunAt begun: BootInstant) {
    let former = detector.grants
    detector.confirm(grants, readBegunAt: begun, at: now)
    guard detector.grants != former || version == 0 else { return }
    for (address, grant) in detector.grants where former[address]?.epoch != grant.epoch {
      hearWhatWaits(from: grant.holding.holder)
      if isAdopted(address) { forget(address, except: grant.holding.holder) }
    }
    redrawMap()
    somethingChanged()
  }

  // MARK: - Takeovers

  /// To be asked every few milliseconds: what should be taken from whom now.
  func takeovers() -> [TakeoverStep] {
    let now = self.now
    detector.tick(at: now)
    return detector.takeovers(at: now).filter { step in
      guard case .take(let grant) = step else { return true }
      return takenOver.insert(grant.address).inserted
    }
  }

  /// What became of it, the grants tell.
  func tookOver(_ address: AddressName) { takenOver.remove(address) }

  func grant(of address: AddressName) -> AddressGrant? { detector.grant(of: address) }

  // MARK: - Planning

  /// What a node can carry, in calls; until nodes say it themselves.
  private static let capacity: Int64 = 4_000

  /// All that planned moves are made from.
  func cellView(
    of grants: [AddressName: AddressGrant], draining: Set<NodeName> = [], generation: UInt32
  ) -> CellView {
    CellView(
      generation: generation,
      nodes: inventory.nodes.map {
        CellNode(
          name: $0.name, site: $0.site, capacity: Self.capacity,
          condition: condition(of: $0.name, isDraining: draining.contains($0.name)))
      },
      addresses: inventory.addresses.map {
        CellAddress(
          name: $0.name, site: $0.site, preferred: $0.holder,
          standbySites: detector.map.movesAcross ? nil : [], grant: grants[$0.name])
      })
  }

  private func condition(of node: NodeName, isDraining: Bool) -> CellNode.Condition {
    let condition = condition(of: node)
    return isDraining && condition != .silent ? .draining : condition
  }

  private func condition(of node: NodeName) -> CellNode.Condition {
    let now = clock.now
    guard let record = nodes[node], let heard = record.lastBeatAt else {
      return begun.duration(to: now) < firstPatience ? .well(for: .zero) : .silent
    }
    let silence = heard.duration(to: now)
    guard silence < NodeRecord.longSilence else { return .silent }
    if silence >= policy.suspicion { return .quiet }
    return .well(for: record.wellSince?.duration(to: now) ?? .zero)
  }

  /// What the leader's last plan could not do, but for what it need not: nobody stands by where nothing
  /// moves to other sites.
  func note(_ doubts: [AddressName: PlacementDoubt]) -> [AddressName: PlacementDoubt] {
    placementDoubts = doubts.filter { detector.map.movesAcross || $0.value != .noStandby }
    return placementDoubts
  }

  /// Why an address is not placed as it should be, as far as this replica knows.
  public func doubt(about address: AddressName) -> String? {
    placementDoubts[address]?.description
  }

  // MARK: - Nodes

  /// What the node, which knows these epochs, should be told now, and whether more will follow by itself.
  func orders(
    for node: NodeName, knowing epochs: [AddressName: Epoch]
  ) -> (due: [PlannedOrder], isWaiting: Bool) {
    let planned = detector.orders(for: node, knowing: epochs, at: now)
    let due = planned.filter { !mustWait($0, for: node) }
    return (due, due.count < planned.count)
  }

  /// Of one message, so that it fits a frame.
  private static let inheritedBytes = 512 << 10
  private static let inheritedBindings = 500
  private static let inheritedSubscriptions = 50

  /// What other nodes left at an address that `node` is about to adopt.
  func inheritance(
    of address: AddressName, under epoch: Epoch, for node: NodeName
  ) -> [Inheritance] {
    let now = clock.now
    let empty = Inheritance(address: address, epoch: epoch)
    var parts: [Inheritance] = []
    for (other, record) in nodes.sorted(by: { $0.key < $1.key }) where other != node {
      var record = record
      let calls = record.checkpoints.values.filter { $0.envelope.address == address }.map {
        Inheritance.Call(
          checkpoint: $0.envelope, age: $0.receivedAt.duration(to: now),
          relay: record.relays[$0.envelope.call] ?? [])
      }
      parts += Self.pages(of: calls).map { page in
        var part = empty
        part.calls = page
        return part
      }
      let left = record.handOver(address, at: now)
      parts += Self.pages(of: left.bindings, by: Self.inheritedBindings).map { page in
        var part = empty
        part.bindings = page
        return part
      }
      parts += Self.pages(of: left.subscriptions, by: Self.inheritedSubscriptions).map { page in
        var part = empty
        part.subscriptions = page
        return part
      }
    }
    return parts
  }

  private static func pages(of calls: [Inheritance.Call]) -> [[Inheritance.Call]] {
    var pages: [[Inheritance.Call]] = []
    var room = 0
    for call in calls {
      let size = call.checkpoint.contents.count + call.relay.count + 500
      if size > room {
        pages.append([])
        room = inheritedBytes
      }
      pages[pages.count - 1].append(call)
      room -= size
    }
    return pages
  }

  private static func pages<Item>(of items: [Item], by size: Int) -> [[Item]] {
    stride(from: 0, to: items.count, by: size).map {
      Array(items[$0..<min($0 + size, items.count)])
    }
  }

  /// The node has adopted the address and carries on what was left there: from now on that is in its
  /// name.
  func handOver(_ address: AddressName, to node: NodeName) {
    let now = clock.now
    for other in nodes.keys where other != node {
      guard let left = nodes[other]?.handOver(address, at: now) else { continue }
      for change in left.bindings where nodes[node]?.bindings[change.key] == nil {
        nodes[node]?.keep(change, at: now)
      }
      for change in left.subscriptions { nodes[node]?.subscriptions.keep(change, at: now) }
    }
  }

  /// Whether whoever was given the address last said that it has it.
  func isAdopted(_ address: AddressName) -> Bool {
    guard let grant = detector.grant(of: address) else { return false }
    return nodes[grant.holding.holder]?.holds[address] == grant.epoch
  }

  func isAdopted(_ address: AddressName, by node: NodeName) -> Bool {
    isAdopted(address) && detector.grant(of: address)?.holding.holder == node
  }

  private func hearWhatWaits(from node: NodeName) {
    for message in nodes[node]?.takeWaiting() ?? [] { hear(message, from: node) }
  }

  /// Its holder tells what there is of it; what others told before would never end.
  func forget(_ address: AddressName, except holder: NodeName) {
    let now = clock.now
    for other in nodes.keys where other != holder { _ = nodes[other]?.handOver(address, at: now) }
  }
}
