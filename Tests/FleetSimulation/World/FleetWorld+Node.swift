import NodeContract
import Ownership
import Placement

extension FleetWorld {
  // MARK: - Life and death

  /// A process begins: with its machine, or because its keeper starts it again.
  func start(_ node: SimulatedNode) {
    node.life += 1
    node.isRunning = true
    node.pausedUntil = nil
    node.inbox = []
    node.roles = [:]
    node.neighbours = [:]
    node.wellSince = now
    let time = node.clock.reading(at: now)
    node.titles = NodeTitles(
      policy: policy, proofs: proofs, persisted: node.grants, unsettled: node.unsettled,
      startedAt: time)
    // What was not shared under the new process is not known to be shared with nobody.
    office.begin(office.nodes[node.index])
    schedule(node, life: node.life)
  }

  private func schedule(_ node: SimulatedNode, life: Int) {
    scheduler.at(now + .milliseconds(25)) { [unowned self] in
      guard node.life == life, node.isRunning, node.isUp else { return }
      node.hear({ [unowned self] in tick(node) }) { [unowned self] in watch(node) }
      schedule(node, life: life)
    }
  }

  /// The keeper starts the process again, at once or, when that fails, not at all: then it gives
  /// the addresses away.
  func processDies(_ node: SimulatedNode, canRestart: Bool) {
    guard node.isRunning else { return }
    node.isRunning = false
    node.life += 1
    node.store = [:]
    office.processDied(office.nodes[node.index])
    let life = node.life
    guard canRestart else { return keeperReleases(node) }
    scheduler.at(now + random.within(.milliseconds(20)...(.milliseconds(200)))) {
      [unowned self] in
      if node.isUp, node.life == life { start(node) }
    }
  }

  private func keeperReleases(_ node: SimulatedNode) {
    for held in node.titles.held {
      node.grants[held.address]?.isHeld = false
      node.release(held, wasSettled: node.titles.isSettled(held.address), at: now)
    }
    letGo(node)
    forget(node.calls.keys, node)
    node.calls = [:]
    office.memoryIsLost(office.nodes[node.index])
    repeatReleases(node)
  }

  /// Promises end with who gave them, unless another has taken them over.
  private func forget(_ numbers: some Sequence<Int>, _ node: SimulatedNode) {
    for number in numbers where promised[number] == node.index { promised[number] = nil }
  }

  private func letGo(_ node: SimulatedNode) {
    guard proof == .binding else { return }
    for (address, holder) in pointers where holder == node.index { pointers[address] = nil }
  }

  /// Until the address has a later epoch: a release that nobody hears of blocks it.
  func tellReleases(_ node: SimulatedNode) {
    node.forgetReleases(before: etcd.grants.mapValues(\.epoch), at: now)
    guard node.isUp, !node.releases.isEmpty else { return }
    for replica in replicas {
      for release in node.releases.sorted(by: { $0.epoch < $1.epoch }) {
        sendReliably(from: .node(node.index), to: .replica(replica.index)) {
          replica.detector.note(
            ReleaseProof(address: release.address, epoch: release.epoch),
            wasSettled: release.wasSettled)
        }
      }
    }
  }

  private func repeatReleases(_ node: SimulatedNode) {
    guard !node.isRunning else { return }
    tellReleases(node)
    scheduler.at(now + .milliseconds(200)) { [unowned self] in repeatReleases(node) }
  }

  func machineDies(_ node: SimulatedNode) {
    guard node.isUp else { return }
    node.isUp = false
    node.isRunning = false
    node.life += 1
    node.facts.removeSubrange(node.durable...)
    node.writes = []
    office.diskRemains(office.nodes[node.index])
    forget(node.calls.keys, node)
    (node.calls, node.byes, node.store, node.ended) = ([:], [], [:], [])
    office.memoryIsLost(office.nodes[node.index])
    letGo(node)
  }

  /// It comes back with its disk, and closes the legs that it left open.
  func machineReturns(_ node: SimulatedNode) {
    guard !node.isUp else { return }
    node.isUp = true
    node.wellSince = now
    node.boot = UUIDv7(high: node.boot.high + 1, low: node.boot.low)
    start(node)
    for fact in endsOfLostLegs(in: node.facts, node) { append(fact, by: node) }
    office.machineReturned(office.nodes[node.index])
  }

  /// - Parameter facts: all that its spool has.
  func endsOfLostLegs(in facts: [Fact], _ node: SimulatedNode) -> [Fact] {
    var open: [LegID: Fact] = [:]
    for fact in facts {
      switch fact.event {
      case .offered, .adopted: open[fact.leg] = fact
      case .ended: open[fact.leg] = nil
      default: break
      }
    }
    return open.values.sorted { $0.leg < $1.leg }.map { fact in
      let end = LegEnd(outcome: .nodeLost, evidence: .nodeLost, endedBy: .us)
      return Fact(
        tenant: fact.tenant, call: fact.call, leg: fact.leg, time: fact.time, observer: node.name,
        epoch: fact.epoch, event: .ended(end))
    }
  }

  func resume(_ node: SimulatedNode) {
    guard node.pausedUntil != nil else { return }
    node.pausedUntil = nil
    node.wellSince = now
    // Whatever it was about to send when it was stopped leaves now.
    watch(node)
    let waiting = node.inbox
    node.inbox = []
    for action in waiting where violations.isEmpty {
      action()
      watch(node)
    }
  }

  // MARK: - Ticks

  private func tick(_ node: SimulatedNode) {
    node.ticks += 1
    let time = node.clock.reading(at: now)
    node.titles.tick(at: time)
    for address in node.unsettled where node.titles.isSettled(address) {
      node.unsettled.remove(address)
    }
    office.tick(office.nodes[node.index])
    beat(node, at: time)
    if node.ticks % 4 == 0 { prove(node, at: time) }
    if node.ticks % 4 == 1 { attend(node) }
    if node.ticks % 8 == 2 { upload(node) }
    if node.ticks % 8 == 6 { tellReleases(node) }
    if node.ticks % 40 == 3 { refresh(node) }
    if node.ticks % 40 == 23 { for number in node.callNumbers { share(number, by: node) } }
  }

  private func beat(_ node: SimulatedNode, at time: BootInstant) {
    let number = node.titles.beat(at: time)
    let life = node.life
    let statements = nodes.filter { $0.site == node.site && $0 !== node }.map {
      WitnessStatement(
        node: $0.name,
        silence: node.neighbours[$0.name].map { $0.duration(to: time) } ?? .milliseconds(1))
    }
    for replica in replicas {
      send(.control, from: .node(node.index), to: .replica(replica.index)) { [unowned self] in
        hearBeat(replica, of: node, life: life, number, statements)
      }
    }
    for other in nodes where other.site == node.site && other !== node {
      send(.lan, from: .node(node.index), to: .node(other.index)) { [unowned self] in
        other.neighbours[node.name] = other.clock.reading(at: now)
      }
      if node.neighbours[other.name] == nil { node.neighbours[other.name] = time }
    }
  }

  private func prove(_ node: SimulatedNode, at time: BootInstant) {
    for address in addresses where node.titles.hasStanding(address) {
      let isAcross = node.titles.isAcross(address)
      if proof == .gatewayEcho { echo(address, isAcross: isAcross, node, at: time) }
      guard !isAcross else { continue }
      // The kernel decides who may bind: whoever is first, as long as it lives.
      if proof == .binding || node.titles.mayAnnounce(address, at: time) {
        claim(address, by: node)
      }
    }
  }

  private func echo(
    _ address: AddressName, isAcross: Bool, _ node: SimulatedNode, at time: BootInstant
  ) {
    let life = node.life
    let gateway = Host.gateway(node.site)
    send(.lan, from: .node(node.index), to: gateway) { [unowned self] in
      guard isAcross || pointers[address] == node.index else { return }
      send(.lan, from: gateway, to: .node(node.index)) { [unowned self] in
        guard node.life == life else { return }
        node.titles.prove(address, asked: time, at: node.clock.reading(at: now))
      }
    }
  }

  /// On a network by announcing it, on one machine by binding it, in a cloud by its interface.
  private func claim(_ address: AddressName, by node: SimulatedNode) {
    switch proof {
    case .binding:
      if pointers[address] == nil { pointers[address] = node.index }
    case .none:
      sendReliably(from: .node(node.index), to: .gateway(node.site)) { [unowned self] in
        pointers[address] = node.index
      }
    case .gatewayEcho:
      send(.lan, from: .node(node.index), to: .gateway(node.site)) { [unowned self] in
        pointers[address] = node.index
      }
      for other in nodes where other.site == node.site && other !== node {
        guard other.titles.hasStanding(address) else { continue }
        send(.lan, from: .node(node.index), to: .node(other.index)) { [unowned self] in
          other.titles.hearClaim(of: address, at: other.clock.reading(at: now))
        }
      }
    }
  }

  // MARK: - Orders

  func receive(
    _ order: OwnershipOrder, sentAt: Instant, from replica: SimulatedReplica, _ node: SimulatedNode
  ) {
    let wasHeld = node.grants[order.address]
    let wasSettled = node.titles.isSettled(order.address)
    let (verdict, effects) = node.titles.receive(order, at: node.clock.reading(at: now))
    node.grants = node.titles.known
    for effect in effects {
      tell("\(node.name) \(effect)")
      switch effect {
      case .adopt(let address, let epoch):
        watchAdoption(order, sentAt: sentAt, by: node)
        node.unsettled.insert(address)
        adopt(address, epoch, by: node)
        office.adopt(address, epoch, by: office.nodes[node.index])
        if !node.titles.isAcross(address) { claim(address, by: node) }
      case .freeze(let address):
        freeze(address, node)
        if let wasHeld, wasHeld.isHeld {
          node.release(
            HeldAddress(address: address, epoch: wasHeld.epoch), wasSettled: wasSettled, at: now)
          tellReleases(node)
        }
      case .yield(let address):
        note("yield")
        // What is real forgets its calls then: whoever can say so hears the new holder too.
        office.freeze(address, at: office.nodes[node.index])
      case .hangUp(let address):
        for number in node.callNumbers where node.calls[number]?.address == address {
          hangUp(number, isLosers: true, by: node)
        }
        freeze(address, node)
      }
    }
    guard verdict != nil else { return }
    let life = node.life
    sendReliably(from: .node(node.index), to: .replica(replica.index)) { [unowned self] in
      guard replica.knownLives[node.index] == life else { return }
      let known = replica.knownEpochs[node.index]?[order.address] ?? .none
      replica.knownEpochs[node.index, default: [:]][order.address] = max(known, order.epoch)
      guard order.verb == .adopt else { return }
      office.memories[replica.index].handOver(order.address, to: node.index)
    }
  }

  private func freeze(_ address: AddressName, _ node: SimulatedNode) {
    office.freeze(address, at: office.nodes[node.index])
    node.unsettled.remove(address)
    if proof == .binding, pointers[address] == node.index { pointers[address] = nil }
    for number in node.callNumbers where node.calls[number]?.address == address {
      forget([number], node)
      node.calls[number] = nil
    }
    node.byes = node.byes.filter { $0.address != address || $0.isLosers }
  }

  /// What may leave now: nothing that has no socket.
  func permission(_ node: SimulatedNode, _ address: AddressName) -> Permission {
    let permission = node.titles.permission(for: address, at: node.clock.reading(at: now))
    if proof == .binding, permission > .closed, !node.titles.isAcross(address),
      pointers[address] != node.index
    {
      return .closed
    }
    return permission
  }

  // MARK: - Facts

  func time(at node: SimulatedNode) -> FactTime {
    FactTime(
      boot: node.boot, instant: node.clock.reading(at: now),
      wall: WallTime(milliseconds: 1_700_000_000_000 + now / 1_000_000 + node.wallOffset))
  }

  func append(_ fact: Fact, by node: SimulatedNode, then: @escaping () -> Void = {}) {
    node.facts.append(fact)
    node.writes.append((node.facts.count, then))
    let life = node.life
    let boot = node.boot
    let delay = node.diskDelay + random.within(.milliseconds(1)...(.milliseconds(10)))
    scheduler.at(now + delay) { [unowned self] in
      guard node.isUp, node.boot == boot, let first = node.writes.first else { return }
      node.writes.removeFirst()
      node.durable = max(node.durable, first.through)
      guard node.life == life else { return }
      node.hear(first.then) { [unowned self] in watch(node) }
    }
  }

  private func upload(_ node: SimulatedNode) {
    guard node.acknowledged < node.durable else { return }
    let batch = node.acknowledged..<min(node.durable, node.acknowledged + 50)
    let records = batch.map {
      SpoolRecord(spool: node.spool, sequence: UInt64($0 + 1), fact: node.facts[$0])
    }
    let replica = random.pick(replicas)
    sendReliably(from: .node(node.index), to: .replica(replica.index)) { [unowned self] in
      guard books.isUp else { return }
      sendReliably(from: .replica(replica.index), to: .books) { [unowned self] in
        for record in records { books.commit(record) }
        sendReliably(from: .replica(replica.index), to: .node(node.index)) {
          node.acknowledged = max(node.acknowledged, batch.upperBound)
        }
      }
    }
  }
}
