import NodeContract
import SeededRandom

/// What can go wrong.
enum Fault: CaseIterable {
  case processDies, processIsGivenUp, machineDies, nodePauses
  case nodeLosesControl, nodeLosesLAN, nodeIsAlone
  case siteLosesControl, siteIsAlone, siteDies
  case replicaDies, replicaPauses, replicaStarves, replicaIsAlone, allReplicasDie
  case memberDies, etcdLosesQuorum, etcdIsSlow
  case booksAreDown, diskIsSlow, clockSteps, noise
}

extension FleetWorld {
  /// One to four faults, sometimes the second in the middle of the recovery from the first.
  func misbehave(within duration: Instant) {
    var begins = now + random.within(0...duration / 2)
    for _ in 0..<random.within(1...4) {
      let fault = random.pick(Fault.allCases)
      let begun = begins
      scheduler.at(begun) { [unowned self] in begin(fault) }
      begins = min(
        now + duration,
        begins
          + (random.once(in: 2)
            ? random.within(0...(.milliseconds(1_500))) : random.within(0...(.seconds(4)))))
    }
  }

  func begin(_ fault: Fault, lasting duration: Instant? = nil) {
    guard !isCalm else { return }
    let lasts = duration ?? pickDuration()
    note("fault \(fault)")
    tell("\(fault) for \(lasts / 1_000_000) ms")
    switch fault {
    case .processDies: processDies(random.pick(nodes), canRestart: true)
    case .processIsGivenUp: giveUp(random.pick(nodes), for: lasts)
    case .machineDies: kill(random.pick(nodes), for: lasts)
    case .nodePauses: pause(random.pick(nodes), for: lasts)
    case .nodeLosesControl: isolate([random.pick(nodes)], [.control], for: lasts)
    case .nodeLosesLAN: isolate([random.pick(nodes)], [.lan], for: lasts)
    case .nodeIsAlone: isolate([random.pick(nodes)], [.control, .lan], for: lasts)
    case .siteLosesControl: isolate(site: Int(random.within(0...2)), [.control], for: lasts)
    case .siteIsAlone: isolate(site: Int(random.within(0...2)), [.control, .outside], for: lasts)
    case .siteDies: killSite(Int(random.within(0...2)), for: lasts)
    case .replicaDies: stop([random.pick(replicas)], for: lasts)
    case .allReplicasDie: stop(replicas, for: lasts)
    case .replicaPauses: pause(random.pick(replicas), for: lasts)
    case .replicaStarves: starve(random.pick(replicas), for: lasts)
    case .replicaIsAlone: isolate(random.pick(replicas), for: lasts)
    case .memberDies: stopMembers([Int(random.within(0...2))], for: lasts)
    case .etcdLosesQuorum: stopMembers([0, 1], for: lasts)
    case .etcdIsSlow: slowEtcd(for: lasts)
    case .booksAreDown: closeBooks(for: lasts)
    case .diskIsSlow: slowDisk(random.pick(nodes), for: lasts)
    case .clockSteps:
      random.pick(nodes).wallOffset = random.within(-3_600_000...3_600_000)
    case .noise: makeNoise(for: lasts)
    }
  }

  private func pickDuration() -> Instant {
    random.once(in: 3)
      ? random.within(.milliseconds(50)...(.milliseconds(900)))
      : random.within(.milliseconds(800)...(.milliseconds(5_000)))
  }

  private func later(_ delay: Instant, _ action: @escaping () -> Void) {
    scheduler.at(now + delay, action)
  }

  private func trouble(_ nodes: [SimulatedNode], for duration: Instant) {
    for node in nodes {
      node.troubles += 1
      later(duration) { [unowned self] in
        node.troubles -= 1
        node.wellSince = now
      }
    }
  }

  // MARK: - Nodes

  private func giveUp(_ node: SimulatedNode, for duration: Instant) {
    guard node.isRunning else { return }
    trouble([node], for: duration)
    processDies(node, canRestart: false)
    later(duration) { [unowned self] in
      if node.isUp, !node.isRunning { start(node) }
    }
  }

  private func kill(_ node: SimulatedNode, for duration: Instant) {
    machineDies(node)
    later(duration) { [unowned self] in machineReturns(node) }
  }

  private func pause(_ node: SimulatedNode, for duration: Instant) {
    guard node.acts else { return }
    node.pausedUntil = now + duration
    later(duration) { [unowned self] in
      if let until = node.pausedUntil, until <= now { resume(node) }
    }
  }

  private func isolate(_ some: [SimulatedNode], _ cables: [Cable], for duration: Instant) {
    trouble(some, for: duration)
    cut(Set(some.map { Host.node($0.index) }), cables, for: duration)
  }

  private func slowDisk(_ node: SimulatedNode, for duration: Instant) {
    node.diskDelay = random.within(.milliseconds(100)...(.milliseconds(800)))
    later(duration) { node.diskDelay = 0 }
  }

  // MARK: - Sites

  private func hosts(of site: Int) -> Set<Host> {
    Set(nodes.filter { $0.site == site }.map { .node($0.index) })
      .union([.replica(site), .member(site)]).union(site == 0 ? [.books] : [])
  }

  private func isolate(site: Int, _ cables: [Cable], for duration: Instant) {
    trouble(nodes, for: duration)
    cut(hosts(of: site), cables, for: duration)
  }

  private func killSite(_ site: Int, for duration: Instant) {
    for node in nodes where node.site == site { kill(node, for: duration) }
    stop([replicas[site]], for: duration)
    stopMembers([site], for: duration)
  }

  /// Fully, in one direction, or on and off.
  private func cut(_ inside: Set<Host>, _ cables: [Cable], for duration: Instant) {
    let way = random.next() % 4
    let turns = random.once(in: 4) ? random.within(.milliseconds(50)...(.milliseconds(900))) : nil
    for cable in cables {
      let key = Int(random.next() >> 2)
      network.cuts[key] = SimulatedNetwork.Cut(
        cable: cable,
        isCut: { from, to in
          let leaves = inside.contains(from) && !inside.contains(to)
          let enters = !inside.contains(from) && inside.contains(to)
          return way == 0 ? leaves : way == 1 ? enters : leaves || enters
        }, turns: turns, begun: now)
      later(duration) { [unowned self] in network.cuts[key] = nil }
    }
  }

  // MARK: - The control plane

  private func stop(_ some: [SimulatedReplica], for duration: Instant) {
    for replica in some where replica.isRunning {
      replica.isRunning = false
      replica.life += 1
      later(duration) { [unowned self] in
        if !replica.isRunning { start(replica) }
      }
    }
  }

  private func pause(_ replica: SimulatedReplica, for duration: Instant) {
    guard replica.pausedUntil == nil else { return }
    replica.pausedUntil = now + duration
    later(duration) { replica.pausedUntil = nil }
  }

  private func starve(_ replica: SimulatedReplica, for duration: Instant) {
    replica.starvedTurn = .milliseconds(400)
    later(max(duration, .seconds(2))) { replica.starvedTurn = nil }
  }

  private func isolate(_ replica: SimulatedReplica, for duration: Instant) {
    let away = hosts(of: 0).union(hosts(of: 1)).union(hosts(of: 2))
      .filter { if case .member = $0 { random.once(in: 2) } else { true } }
    let me = Host.replica(replica.index)
    let key = Int(random.next() >> 2)
    network.cuts[key] = SimulatedNetwork.Cut(
      cable: .control,
      isCut: { ($0 == me && away.contains($1)) || ($1 == me && away.contains($0)) },
      turns: nil, begun: now)
    later(duration) { [unowned self] in network.cuts[key] = nil }
  }

  private func stopMembers(_ members: [Int], for duration: Instant) {
    for member in members { etcd.isUp[member] = false }
    later(duration) { [unowned self] in for member in members { etcd.isUp[member] = true } }
  }

  private func slowEtcd(for duration: Instant) {
    etcd.slowness = random.within(.milliseconds(50)...(.milliseconds(1_500)))
    later(duration) { [unowned self] in etcd.slowness = 0 }
  }

  private func closeBooks(for duration: Instant) {
    books.isUp = false
    later(duration) { [unowned self] in books.isUp = true }
  }

  /// A fifth of what is sent is lost, and the rest comes up to half a second late: on one network.
  private func makeNoise(for duration: Instant) {
    let cable = random.pick(Cable.allCases)
    if !network.noise.isEmpty { trouble(nodes, for: duration) }
    network.noise[cable] = SimulatedNetwork.Noise(loss: 20, jitter: .milliseconds(500))
    later(duration) { [unowned self] in
      network.noise[cable] = nil
      if cable == .lan { for node in nodes { node.wellSince = now } }
    }
  }

  // MARK: - Healing

  func heal() {
    tell("healed")
    isCalm = true
    network.cuts = [:]
    network.noise = [:]
    etcd.isUp = [true, true, true]
    etcd.slowness = 0
    books.isUp = true
    for node in nodes {
      node.diskDelay = 0
      machineReturns(node)
      if !node.isRunning { start(node) }
      resume(node)
    }
    for replica in replicas {
      replica.pausedUntil = nil
      replica.starvedTurn = nil
      if !replica.isRunning { start(replica) }
    }
  }
}
