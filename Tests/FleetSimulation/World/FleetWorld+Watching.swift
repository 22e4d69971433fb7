import NodeContract
import Ownership
import Placement
import Rating

// What must never be, looked at after every step.
extension FleetWorld {
  /// After anything that happened to the node: who else does what it may do now?
  func watch(_ node: SimulatedNode) {
    guard node.acts, violations.isEmpty else { return }
    for address in addresses where node.titles.hasStanding(address) {
      watchProof(node, address)
      guard nodes.contains(where: { $0 !== node && mayAct($0, at: address) }) else {
        if overlaps[address] != nil { overlaps[address] = nil }
        continue
      }
      let acting = nodes.filter { mayAct($0, at: address) }
      watchOwners(of: address, acting.map { ($0, permission($0, address)) })
    }
  }

  private func mayAct(_ node: SimulatedNode, at address: AddressName) -> Bool {
    node.acts && node.titles.hasStanding(address)
  }

  private func watchOwners(of address: AddressName, _ nodes: [(SimulatedNode, Permission)]) {
    let home = nodes.filter { !$0.0.titles.isAcross(address) }
    let away = nodes.filter { $0.0.titles.isAcross(address) }
    // Away, each serves at addresses of its own, so only calls can be in dispute.
    let taking = home.filter { $0.1.takesNewCalls }
    if taking.count > 1 { two("take calls and charge", address, taking) }
    let full = nodes.filter { $0.1 == .full }
    if full.count > 1 { two("believe that they alone hold", address, full) }
    if home.count(where: { $0.1.relays }) > 1 {
      let begun = overlaps[address] ?? now
      overlaps[address] = begun
      if now - begun > .seconds(1) { two("emit for more than a second", address, home) }
    } else {
      overlaps[address] = nil
    }
    if !home.isEmpty, !away.isEmpty { watchCalls(of: address, nodes) }
  }

  private func watchCalls(of address: AddressName, _ nodes: [(SimulatedNode, Permission)]) {
    var owners: [Int: SimulatedNode] = [:]
    for (node, permission) in nodes where permission.takesNewCalls {
      for call in node.calls.values where call.address == address && mayBegin(call, node) {
        if let other = owners[call.number] {
          violate("\(node.name) and \(other.name) originate in call \(call.number) of \(address)")
        }
        owners[call.number] = node
      }
    }
  }

  private func two(_ what: String, _ address: AddressName, _ nodes: [(SimulatedNode, Permission)]) {
    let who = nodes.map { "\($0.0.name) (\($0.1), \($0.0.titles.epoch(of: address) ?? .none))" }
    violate("\(who.joined(separator: " and ")) \(what), \(address)")
  }

  /// Who can prove that an address leads to it keeps it, control plane or not.
  private func watchProof(_ node: SimulatedNode, _ address: AddressName) {
    guard proof != .none, isWell(node, for: .seconds(2)), network.noise[.lan] == nil,
      node.titles.isSettled(address), pointers[address] == node.index,
      etcd.grants[address]?.epoch == node.titles.epoch(of: address)
    else { return }
    if !permission(node, address).relays {
      violate("\(node.name) can prove that \(address) leads to it, and its gate is closed")
    }
  }

  func isWell(_ node: SimulatedNode, for duration: Instant) -> Bool {
    node.acts && node.troubles == 0 && now - node.wellSince > duration
  }

  /// Nobody who lives, and whom nothing hinders, is replaced.
  func watchJudgement(_ step: GrantStep, by replica: SimulatedReplica) {
    guard let grant = replica.detector.grant(of: step.address) else { return }
    let node = nodes[index(of: grant.holding.holder)]
    let isReleased = node.released.contains(
      ReleaseProof(address: step.address, epoch: grant.epoch))
    if !isReleased, isWell(node, for: .seconds(1)) {
      violate("\(replica.name) replaces \(node.name), which lives and whom nothing hinders")
    }
  }

  func watchWrite(_ step: GrantStep, over former: AddressGrant?) {
    guard let former, former.revision != step.expectedRevision else { return }
    violate("\(step.address) was taken from \(former.holding.holder), whom nobody had judged")
  }

  /// Nothing stale is acted upon.
  func watchAdoption(_ order: OwnershipOrder, sentAt: Instant, by node: SimulatedNode) {
    guard now - sentAt > .milliseconds(2_050) else { return }
    violate(
      "\(node.name) acts on an order for \(order.address) that is \((now - sentAt) / 1_000_000) ms old"
    )
  }

  // MARK: - Afterwards

  /// What must be so a while after everything was healed.
  func watchHealth() {
    for address in addresses {
      let owners = nodes.filter { $0.acts && permission($0, address) == .full }
      if owners.count == 1 { continue }
      let grant = etcd.grants[address]
      violate(
        "\(address) has \(owners.count) owners after healing; granted to "
          + "\(grant?.holding.holder.text ?? "-") \(grant?.epoch ?? .none)")
    }
    for number in legs.keys.sorted() { watchBridge(number) }
  }

  private func watchBridge(_ number: Int) {
    let pair = legs[number]!
    if promised[number] != nil, pair.contains(where: { $0.state == .ended }) {
      violate("call \(number) was lost, although its new holder had its checkpoint")
    }
    guard pair.allSatisfy({ $0.state == .talking }) else { return }
    for leg in pair where now - leg.lastHeard > .seconds(1) {
      violate("call \(number) is up, and side \(leg.side) hears nothing")
    }
  }

  /// Once everybody has hung up: every leg has one record, and the ledger is their sum.
  func watchBooks() {
    for number in legs.keys.sorted() {
      for leg in legs[number]! where leg.state != .ended && leg.state != .none {
        violate("call \(number) side \(leg.side) does not end: it is \(leg.state)")
      }
      watchRecords(of: number)
    }
    let sum = books.lines.reduce(0) { $0 + $1.amount }
    let due = books.records.values.reduce(0) { $0 + Books.amount(of: $1) }
    if sum != due { violate("the ledger says \(sum), the records \(due)") }
    for node in nodes where node.acknowledged < node.facts.count {
      violate("\(node.name) keeps \(node.facts.count - node.acknowledged) facts to itself")
    }
  }

  private func watchRecords(of number: Int) {
    guard let identity = identities[number] else { return }
    let records = identity.legs.map { books.records[$0] }
    guard records.contains(where: { $0 != nil }) else {
      if legs[number]![0].wasAnswered { violate("call \(number) was answered, and has no record") }
      return
    }
    for (side, record) in records.enumerated() {
      guard let record, record.offered != nil, record.ended != nil else {
        violate("call \(number) side \(side) has no whole record")
        continue
      }
      if legs[number]![0].wasAnswered, record.answered == nil {
        violate("call \(number) was answered, and its record does not say so")
      }
    }
  }

  /// Legs that nobody carries any more, and whose end nobody saw.
  func reconcile() {
    for (leg, record) in books.records where record.ended == nil {
      guard let offered = record.offered else { continue }
      let end = LegEnd(outcome: .nodeLost, evidence: .nodeLost, endedBy: .us)
      books.merge(
        Fact(
          tenant: record.identity.tenant, call: record.identity.call, leg: leg,
          time: offered.time, observer: offered.observer, epoch: offered.epoch,
          event: .ended(end)))
    }
  }
}
