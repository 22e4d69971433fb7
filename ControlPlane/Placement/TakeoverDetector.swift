public import NodeContract

/// One replica's judgement of who lives: fed with what it hears, asked at every tick what should
/// be taken over. It doubts itself first.
///
/// Life is believed from anybody: a node that one replica hears is alive. Silence must be seen by
/// this replica and by all that it hears of, and by a witness in the node's own site, which hears
/// it by another network. A whole site's silence has no witness left and must be whole: nodes,
/// replica and member of etcd.
public struct TakeoverDetector: Sendable {
  public let replica: ReplicaName
  public let policy: OwnershipPolicy
  /// Who is where, as it is known now. Whoever is new here was silent since this replica began.
  public var map: CellMap
  let startedAt: BootInstant

  private var lastTick: BootInstant
  /// Until then what was not heard proves nothing.
  private var lateUntil: BootInstant
  /// Until then somebody who was silent has just come back.
  private var reconnectedUntil: BootInstant
  /// When this replica heard each node last.
  private(set) var heard: [NodeName: BootInstant] = [:]
  private(set) var lastBeats: [NodeName: UInt64] = [:]
  /// When anybody heard it last, as far as is known here.
  private var alive: [NodeName: BootInstant] = [:]
  /// By suspect and witness: when the witness heard it last, and when it said so.
  private var witnessed: [NodeName: [NodeName: (heard: BootInstant, said: BootInstant)]] = [:]
  private(set) var testimonies: [ReplicaName: (said: BootInstant, isQuorumFresh: Bool)] = [:]
  private var members: [SiteName: BootInstant] = [:]

  /// As a quorum had them last.
  public private(set) var grants: [AddressName: AddressGrant] = [:]
  private(set) var quorumReadAt: BootInstant?
  private(set) var released: Set<ReleaseProof> = []
  /// Those of them that say that everybody before had ended, too.
  private(set) var finalReleases: Set<ReleaseProof> = []
  private var forcedMoves: [AddressName: [BootInstant]] = [:]

  public init(
    replica: ReplicaName, map: CellMap, policy: OwnershipPolicy, startedAt now: BootInstant
  ) {
    self.replica = replica
    self.map = map
    self.policy = policy
    startedAt = now
    lastTick = now
    lateUntil = now
    reconnectedUntil = now
  }

  // MARK: - What is heard

  /// To be called as often as nodes beat.
  public mutating func tick(at now: BootInstant) {
    if lastTick.duration(to: now) > policy.loopLateness {
      lateUntil = now.advanced(by: policy.suspicion)
    }
    lastTick = now
  }

  /// A beat of the node's present process that is newer than those before.
  public mutating func hear(
    _ node: NodeName, beat number: UInt64, saying statements: [WitnessStatement] = [],
    at now: BootInstant
  ) {
    noteReturn(after: heard[node], at: now)
    heard[node] = now
    alive[node] = now
    lastBeats[node] = number
    for statement in statements where map.nodes[statement.node] == map.nodes[node] {
      witnessed[statement.node, default: [:]][node] = (
        now.advanced(by: .zero - statement.silence), now
      )
    }
  }

  /// The number of the latest beat that was heard of the node's present process here.
  public func lastBeat(of node: NodeName) -> UInt64? { lastBeats[node] }

  /// A node's process began anew: its beats count from one again.
  public mutating func greet(_ node: NodeName) { lastBeats[node] = nil }

  /// When a network heals, what is near is heard first, and what is far seems dead for a moment.
  private mutating func noteReturn(after last: BootInstant?, at now: BootInstant) {
    guard (last ?? startedAt).duration(to: now) >= policy.suspicion else { return }
    reconnectedUntil = now.advanced(by: policy.suspicion)
  }

  public mutating func hear(_ testimony: ReplicaTestimony, at now: BootInstant) {
    noteReturn(after: testimonies[testimony.replica]?.said, at: now)
    testimonies[testimony.replica] = (
      now, testimony.quorumAge.map { $0 <= policy.quorumFreshness } ?? false
    )
    for (node, silence) in testimony.silences {
      let instant = now.advanced(by: .zero - silence)
      if instant > alive[node] ?? startedAt { alive[node] = instant }
    }
  }

  /// The member of etcd in the site answered.
  public mutating func hearMember(in site: SiteName, at now: BootInstant) {
    noteReturn(after: members[site], at: now)
    members[site] = now
  }

  /// A quorum answered a read of all grants.
  public mutating func confirm(
    _ current: [AddressName: AddressGrant], readBegunAt begun: BootInstant, at now: BootInstant
  ) {
    guard begun >= quorumReadAt ?? begun else { return }
    for (address, grant) in current { noteForcedMoves(of: address, grant, at: now) }
    grants = current
    quorumReadAt = begun
  }

  /// Moves that were made before this replica began count as made when it first hears of them.
  private mutating func noteForcedMoves(
    of address: AddressName, _ grant: AddressGrant, at now: BootInstant
  ) {
    let known = grants[address]?.forcedMoves ?? 0
    let more = min(grant.forcedMoves - known, policy.forcedMoves)
    if more > 0 { forcedMoves[address, default: []] += Array(repeating: now, count: more) }
    if forcedMoves[address] != nil {
      forcedMoves[address]?.removeAll { $0.duration(to: now) > policy.forcedMoveWindow }
    }
  }

  /// Nothing leaves from the address under that epoch any more.
  /// - Parameter wasSettled: whether the holder had been certain of its own predecessor's end.
  public mutating func note(_ proof: ReleaseProof, wasSettled: Bool) {
    if released.count >= Self.rememberedReleases { (released, finalReleases) = ([], []) }
    released.insert(proof)
    if wasSettled { finalReleases.insert(proof) }
  }

  private static let rememberedReleases = 100_000

  // MARK: - What is said

  public func testimony(at now: BootInstant) -> ReplicaTestimony {
    ReplicaTestimony(
      replica: replica, quorumAge: quorumReadAt.map { $0.duration(to: now) },
      silences: map.nodes.keys.reduce(into: [:]) {
        $0[$1] = (heard[$1] ?? startedAt).duration(to: now)
      })
  }

  public func isQuorumFresh(at now: BootInstant) -> Bool {
    guard let quorumReadAt else { return false }
    return quorumReadAt.duration(to: now) <= policy.quorumFreshness
  }

  /// What an acknowledgement of a beat may name; nil while this replica cannot speak for a quorum.
  public func holdings(of node: NodeName, at now: BootInstant) -> [HeldAddress]? {
    guard isQuorumFresh(at: now) else { return nil }
    return grants.filter { $0.value.holding.holder == node }
      .map { HeldAddress(address: $0.key, epoch: $0.value.epoch) }
  }

  public func grant(of address: AddressName) -> AddressGrant? { grants[address] }

  public func grantsHeld(by node: NodeName) -> [AddressName: AddressGrant] {
    grants.filter { $0.value.holding.holder == node }
  }

  // MARK: - Who is silent

  /// For how long nobody has heard the node.
  public func silence(of node: NodeName, at now: BootInstant) -> Duration {
    (alive[node] ?? startedAt).duration(to: now)
  }

  func isSilent(_ node: NodeName, at now: BootInstant) -> Bool {
    silence(of: node, at: now) >= policy.suspicion
  }

  /// Heard here, lately: good enough to be given an address.
  func isHeardHere(_ node: NodeName, at now: BootInstant) -> Bool {
    guard let heard = heard[node] else { return false }
    return heard.duration(to: now) < policy.suspicion
  }

  private func isReachable(_ other: ReplicaName, at now: BootInstant) -> Bool {
    guard let testimony = testimonies[other] else { return false }
    return testimony.said.duration(to: now) <= policy.testimonyFreshness
  }

  func selfDoubt(at now: BootInstant) -> Doubt? {
    if startedAt.duration(to: now) < policy.observation { return .justBegun }
    if !isQuorumFresh(at: now) { return .quorumStale }
    if now < lateUntil || lastTick.duration(to: now) > policy.loopLateness { return .ownLoopLate }
    if now < reconnectedUntil { return .justReconnected }
    return hearsAnybody(at: now) ? nil : .alone
  }

  /// Within half the time that makes a node suspect: when this replica is cut off, whoever is far
  /// is heard a little longer than whoever is near.
  private func hearsAnybody(at now: BootInstant) -> Bool {
    heard.values.contains { $0.duration(to: now) * 2 < policy.suspicion }
      || testimonies.keys.contains { isReachable($0, at: now) }
  }

  /// Why a silent node is not believed to be dead; nil: it is.
  func doubt(about node: NodeName, at now: BootInstant) -> Doubt? {
    guard let site = map.nodes[node] else { return .noWitness(node) }
    let witnesses = (witnessed[node] ?? [:]).filter { witness, statement in
      isHeardHere(witness, at: now)
        && statement.said.duration(to: now) <= policy.testimonyFreshness
    }
    if witnesses.values.contains(where: { $0.heard.duration(to: now) < policy.suspicion }) {
      return .heardByWitness(node)
    }
    if !witnesses.isEmpty || hasLivingReplica(in: site, at: now) { return nil }
    return isLost(site, at: now) ? nil : .noWitness(node)
  }

  /// Where no neighbour lives, the site's replica is the witness.
  private func hasLivingReplica(in site: SiteName, at now: BootInstant) -> Bool {
    let hasNeighbour = map.nodes.contains { $0.value == site && !isSilent($0.key, at: now) }
    if hasNeighbour { return false }
    return map.replicas.contains { other, place in
      guard place == site else { return false }
      if other == replica { return true }
      return isReachable(other, at: now) && testimonies[other]?.isQuorumFresh == true
    }
  }

  /// Whether nothing at all is heard of the site.
  func isLost(_ site: SiteName, at now: BootInstant) -> Bool {
    if map.replicas[replica] == site { return false }
    let isQuiet = map.nodes.allSatisfy { $0.value != site || isSilent($0.key, at: now) }
    let isReplicaQuiet = map.replicas.allSatisfy { other, place in
      place != site
        || (testimonies[other]?.said ?? startedAt).duration(to: now) >= policy.suspicion
    }
    let isMemberQuiet =
      !map.members.contains(site)
      || (members[site] ?? startedAt).duration(to: now) >= policy.suspicion
    return isQuiet && isReplicaQuiet && isMemberQuiet
  }

  /// Whether the address was taken from its holder lately.
  public func wasTaken(_ address: AddressName, at now: BootInstant) -> Bool {
    forcedMoves[address]?.contains { $0.duration(to: now) <= policy.forcedMoveWindow } ?? false
  }

  func wasMovedTooOften(_ address: AddressName, at now: BootInstant) -> Bool {
    let recent = (forcedMoves[address] ?? []).count {
      $0.duration(to: now) <= policy.forcedMoveWindow
    }
    return recent >= policy.forcedMoves
  }
}
