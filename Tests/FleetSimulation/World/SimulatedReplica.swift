import NodeContract
import Ownership
import Placement

/// A replica's machine and process.
final class SimulatedReplica {
  let index: Int
  let name: ReplicaName
  let clock: BootClock
  var detector: TakeoverDetector
  var life = 0
  var isRunning = false
  var pausedUntil: Instant?
  /// A starved process' loop comes round only so often.
  var starvedTurn: Instant?
  var inbox: [() -> Void] = []
  var ticks = 0
  /// What each node answered, by the life of its process.
  var knownEpochs: [Int: [AddressName: Epoch]] = [:]
  var knownLives: [Int: Int] = [:]
  var lastBeats: [Int: UInt64] = [:]
  var writing: Set<AddressName> = []

  init(index: Int, name: ReplicaName, clock: BootClock, detector: TakeoverDetector) {
    self.index = index
    self.name = name
    self.clock = clock
    self.detector = detector
  }

  func hear(_ action: @escaping () -> Void) {
    guard isRunning else { return }
    guard pausedUntil == nil, starvedTurn == nil else {
      if inbox.count < 20_000 { inbox.append(action) }
      return
    }
    action()
  }

  func readInbox() {
    let waiting = inbox
    inbox = []
    for action in waiting { action() }
  }
}

extension FleetWorld {
  func start(_ replica: SimulatedReplica) {
    replica.life += 1
    replica.isRunning = true
    replica.pausedUntil = nil
    replica.inbox = []
    replica.knownEpochs = [:]
    replica.knownLives = [:]
    replica.lastBeats = [:]
    replica.writing = []
    office.memories[replica.index].forgetEverything()
    replica.detector = TakeoverDetector(
      replica: replica.name, map: map, policy: policy,
      startedAt: replica.clock.reading(at: now))
    schedule(replica, life: replica.life, after: random.within(0...25_000_000))
  }

  private func schedule(_ replica: SimulatedReplica, life: Int, after delay: Instant) {
    scheduler.at(now + delay) { [unowned self] in
      guard replica.life == life, replica.isRunning else { return }
      if replica.pausedUntil == nil { turn(replica) }
      let next = replica.starvedTurn.map { random.within(0...$0) } ?? .milliseconds(25)
      schedule(replica, life: life, after: max(next, .milliseconds(25)))
    }
  }

  private func turn(_ replica: SimulatedReplica) {
    if replica.starvedTurn != nil || !replica.inbox.isEmpty { replica.readInbox() }
    replica.ticks += 1
    let time = replica.clock.reading(at: now)
    replica.detector.tick(at: time)
    for step in replica.detector.takeovers(at: time) { carryOut(step, replica) }
    if replica.ticks % 2 == 0 { testify(replica, at: time) }
    if replica.ticks % 4 == 0 {
      read(replica, at: time)
      orderAll(replica, at: time)
    }
  }

  // MARK: - Other replicas

  private func testify(_ replica: SimulatedReplica, at time: BootInstant) {
    let testimony = replica.detector.testimony(at: time)
    for other in replicas where other !== replica {
      send(.control, from: .replica(replica.index), to: .replica(other.index)) { [unowned self] in
        other.detector.hear(testimony, at: other.clock.reading(at: now))
      }
    }
  }

  // MARK: - etcd

  /// Sends a transaction by way of any member that can pass it on; it happens once, if at all.
  private func transact<Answer>(
    _ replica: SimulatedReplica, _ body: @escaping (FleetWorld) -> Answer,
    answered: @escaping (Answer) -> Void
  ) {
    let life = replica.life
    let me = Host.replica(replica.index)
    guard let leader = etcd.leader, let way = way(from: me, to: leader) else { return }
    scheduler.at(now + way + .milliseconds(10) + etcd.slowness) { [unowned self] in
      guard etcdLeader() == leader else { return }
      let answer = body(self)
      guard let back = self.way(from: me, to: leader) else { return }
      scheduler.at(now + back) {
        replica.hear { if replica.life == life { answered(answer) } }
      }
    }
  }

  private func way(from me: Host, to leader: Int) -> Instant? {
    for member in etcd.isUp.indices where etcd.isUp[member] {
      let entry = Host.member(member)
      guard !network.isCut(.control, me, entry, at: now),
        !network.isCut(.control, entry, me, at: now),
        member == leader || !network.isCut(.control, entry, .member(leader), at: now),
        let delay = network.delay(.control, me, .member(leader), at: now, &random)
          ?? network.delay(.control, me, entry, at: now, &random)
      else { continue }
      return delay
    }
    return nil
  }

  private func read(_ replica: SimulatedReplica, at time: BootInstant) {
    transact(
      replica, { $0.etcd.grants },
      answered: { [unowned self] grants in
        replica.detector.confirm(
          grants, readBegunAt: time, at: replica.clock.reading(at: now))
      })
    for member in etcd.isUp.indices where etcd.isUp[member] {
      let me = Host.replica(replica.index)
      send(.control, from: me, to: .member(member)) { [unowned self] in
        send(.control, from: .member(member), to: me) { [unowned self] in
          replica.detector.hearMember(
            in: Self.siteNames[member], at: replica.clock.reading(at: now))
        }
      }
    }
  }

  private func carryOut(_ step: TakeoverStep, _ replica: SimulatedReplica) {
    guard case .take(let grant) = step else {
      if case .hold(_, let doubt) = step { note("hold \(doubt.word)") }
      return
    }
    guard replica.writing.insert(grant.address).inserted else { return }
    note("take")
    watchJudgement(grant, by: replica)
    let comparing = policy.enforces(.grant)
    scheduler.at(now + .milliseconds(1_000)) { replica.writing.remove(grant.address) }
    transact(replica, { $0.write(grant, comparing: comparing) }, answered: { _ in })
  }

  private func write(_ step: GrantStep, comparing: Bool) -> Int64? {
    let former = etcd.grants[step.address]
    guard let revision = etcd.compareAndSet(step, comparing: comparing) else { return nil }
    note("taken over")
    tell(
      "etcd: \(step.address) from \(former!.holding.holder) to \(step.holding.holder) \(revision)")
    watchWrite(step, over: former)
    return revision
  }

  // MARK: - Nodes

  private func orderAll(_ replica: SimulatedReplica, at time: BootInstant) {
    for node in nodes {
      guard let life = replica.knownLives[node.index] else { continue }
      let known = replica.knownEpochs[node.index] ?? [:]
      for order in replica.detector.orders(for: node.name, knowing: known, at: time) {
        let sentAt = now
        let full = order.order(OrderID(UUIDv7(high: 5, low: UInt64(replica.ticks))))
        let left = office.memories[replica.index].inheritance(
          of: order.address, for: node.index, at: time)
        sendReliably(from: .replica(replica.index), to: .node(node.index)) { [unowned self] in
          guard node.life == life else { return }
          if order.verb == .adopt {
            office.keep(
              left.calls, left.bindings, of: order.address, at: office.nodes[node.index])
          }
          receive(full, sentAt: sentAt, from: replica, node)
        }
      }
      tellRoles(replica, node, life)
    }
  }

  private func tellRoles(_ replica: SimulatedReplica, _ node: SimulatedNode, _ life: Int) {
    guard replica.ticks % 8 == 0 else { return }
    let held = replica.detector.grantsHeld(by: node.name)
    guard !held.isEmpty else { return }
    sendReliably(from: .replica(replica.index), to: .node(node.index)) { [unowned self] in
      guard node.life == life else { return }
      for (address, grant) in held where grant.revision >= node.roles[address]?.revision ?? 0 {
        node.roles[address] = (
          grant.revision, grant.holding.heir.map { self.index(of: $0) },
          grant.holding.standby.map { self.index(of: $0) }
        )
      }
    }
  }

  func hearBeat(
    _ replica: SimulatedReplica, of node: SimulatedNode, life: Int, _ number: UInt64,
    _ statements: [WitnessStatement]
  ) {
    if replica.knownLives[node.index] ?? 0 < life {
      replica.knownLives[node.index] = life
      replica.knownEpochs[node.index] = node.titles.known.mapValues(\.epoch).filter {
        $0.value > .none
      }
      replica.lastBeats[node.index] = nil
    }
    guard replica.knownLives[node.index] == life,
      number > replica.lastBeats[node.index] ?? 0
    else { return }
    replica.lastBeats[node.index] = number
    let time = replica.clock.reading(at: now)
    replica.detector.hear(node.name, beat: number, saying: statements, at: time)
    guard let held = replica.detector.holdings(of: node.name, at: time) else { return }
    send(.control, from: .replica(replica.index), to: .node(node.index)) { [unowned self] in
      guard node.life == life else { return }
      node.titles.acknowledge(beat: number, naming: held, at: node.clock.reading(at: now))
    }
  }
}

extension Doubt {
  /// Its kind alone.
  var word: String {
    switch self {
    case .justBegun: "justBegun"
    case .quorumStale: "quorumStale"
    case .ownLoopLate: "ownLoopLate"
    case .justReconnected: "justReconnected"
    case .alone: "alone"
    case .silenceAcrossSites: "silenceAcrossSites"
    case .heardByWitness: "heardByWitness"
    case .noWitness: "noWitness"
    case .noLivingHeir: "noLivingHeir"
    case .tooManyMoves: "tooManyMoves"
    }
  }
}
