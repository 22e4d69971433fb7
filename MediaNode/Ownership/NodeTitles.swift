public import NodeContract

/// A node's titles to its service addresses: which it was granted, and what may leave from each
/// now. The five rules of the node (take, hold, orphan, lose, wake) and its part of the last one
/// (across) are here; who is granted what is the replicas' business.
///
/// Everything is judged by the node's own boot clock: evidence is as old as the beat, or the echo,
/// that it answers, since nobody knows how long the answer was under way.
public struct NodeTitles: Sendable {
  /// What the node must do.
  public enum Effect: Hashable, Sendable {
    /// Add the address, announce it, carry its calls on from their checkpoints.
    case adopt(AddressName, Epoch)
    /// Freeze the address' calls; say nothing to anybody. What parties say to each other may be passed on
    /// while `permission` allows it; then remove the address.
    case freeze(AddressName)
    /// Calls that another site may adopt are relayed until their parties follow.
    case yield(AddressName)
    /// Only without the rule to lose silently.
    case hangUp(AddressName)
  }

  private enum Standing: Hashable, Sendable {
    case held(AddressTitle)
    case yielded(AddressTitle)
    /// Given up: on a network the heir's announcement draws away what parties say, and nobody is to be
    /// unheard until then.
    case parting(AddressTitle, until: BootInstant)
  }

  private static let rememberedBeats = 256

  public let policy: OwnershipPolicy
  private let proofs: [AddressName: PhysicalProof]
  private var grants: AddressGrants
  private var standings: [AddressName: Standing] = [:]
  private var lastTick: BootInstant
  /// Since when this node was never away.
  private var presentSince: BootInstant
  private var lastBeat: UInt64 = 0
  /// By number modulo the array's length.
  private var beatTimes: [BootInstant]

  /// - Parameters:
  ///   - proofs: the addresses that this node may ever serve, and how each can be proven.
  ///   - persisted: what an earlier process of this node knew; what it held needs evidence anew.
  ///   - unsettled: those among them whose predecessor's end was not yet certain.
  public init(
    policy: OwnershipPolicy, proofs: [AddressName: PhysicalProof],
    persisted: [AddressName: AddressGrants.Grant] = [:], unsettled: Set<AddressName> = [],
    startedAt now: BootInstant
  ) {
    self.policy = policy
    self.proofs = proofs
    grants = AddressGrants(addresses: proofs.keys)
    lastTick = now
    presentSince = now
    beatTimes = Array(repeating: now, count: Self.rememberedBeats)
    for held in grants.restore(persisted) {
      standings[held.address] = .held(
        AddressTitle(
          epoch: held.epoch, at: now, proof: proofs[held.address] ?? .none,
          isAcross: persisted[held.address]?.isAcross ?? false,
          isSettled: !unsettled.contains(held.address), floor: now))
    }
  }

  // MARK: - Time

  /// To be called at least four times within the policy's gap.
  public mutating func tick(at now: BootInstant) {
    noteGap(at: now)
    lastTick = max(lastTick, now)
    for address in standings.keys {
      change(address) { $0.tick(at: now, $1) }
      if case .parting(_, let end) = standings[address], end < now { standings[address] = nil }
    }
  }

  /// Whoever was away does not know what happened meanwhile.
  private mutating func noteGap(at now: BootInstant) {
    guard policy.enforces(.wake), isAway(at: now) else { return }
    presentSince = now
    lastTick = now
    for address in standings.keys {
      change(address) { title, _ in
        title.doubtEvidence(before: now)
      }
    }
  }

  private func isAway(at now: BootInstant) -> Bool {
    lastTick.duration(to: now) > policy.wakeGap
  }

  /// The number of the beat that leaves now.
  public mutating func beat(at now: BootInstant) -> UInt64 {
    lastBeat += 1
    beatTimes[Int(lastBeat % UInt64(beatTimes.count))] = now
    return lastBeat
  }

  /// When a beat left that is not too old to be remembered.
  private func sendTime(ofBeat number: UInt64) -> BootInstant? {
    guard number > 0, number <= lastBeat, lastBeat - number < UInt64(beatTimes.count) else {
      return nil
    }
    return beatTimes[Int(number % UInt64(beatTimes.count))]
  }

  private mutating func change(
    _ address: AddressName, _ body: (inout AddressTitle, OwnershipPolicy) -> Void
  ) {
    switch standings[address] {
    case .held(var title):
      body(&title, policy)
      standings[address] = .held(title)
    case .yielded(var title):
      body(&title, policy)
      standings[address] = .yielded(title)
    case .parting(var title, let end):
      body(&title, policy)
      standings[address] = .parting(title, until: end)
    case nil: break
    }
  }

  // MARK: - Evidence

  /// A replica, whose quorum was fresh then, answered a beat and named what this node holds.
  public mutating func acknowledge(
    beat number: UInt64, naming epochs: [HeldAddress], at now: BootInstant
  ) {
    noteGap(at: now)
    guard let sentAt = sendTime(ofBeat: number) else { return }
    for held in epochs {
      guard case .held(var title) = standings[held.address], title.epoch == held.epoch else {
        continue
      }
      title.acknowledge(beatSentAt: sentAt)
      title.tick(at: now, policy)
      standings[held.address] = .held(title)
    }
  }

  /// An echo that was sent from the address at `asked` has come back.
  public mutating func prove(_ address: AddressName, asked: BootInstant, at now: BootInstant) {
    noteGap(at: now)
    change(address) {
      $0.prove(asked: asked, at: now)
      $0.tick(at: now, $1)
    }
  }

  /// Another machine announced the address as its own.
  public mutating func hearClaim(of address: AddressName, at now: BootInstant) {
    change(address) { title, _ in title.doubtEvidence(before: now) }
  }

  // MARK: - Orders

  /// Judges an order. No verdict: nobody knows that it is fresh, and the replica asks again.
  public mutating func receive(
    _ order: OwnershipOrder, at now: BootInstant
  ) -> (verdict: OrderAnswer.Verdict?, effects: [Effect]) {
    noteGap(at: now)
    guard order.verb == .release || isFresh(order, at: now) else { return (nil, []) }
    let (verdict, effect) = grants.receive(order)
    switch effect {
    case .adopt(let address, let epoch): return (verdict, [adopt(address, epoch, order, at: now)])
    case .release(let address): return (verdict, release(address, order, at: now))
    case .none: return (verdict, [])
    }
  }

  private func isFresh(_ order: OwnershipOrder, at now: BootInstant) -> Bool {
    !policy.enforces(.take) || isYoung(since: order.beat, at: now)
  }

  /// Whether what names this beat of ours is younger than `orderAge`, and meant for whom we are now.
  public func isYoung(since beat: UInt64?, at now: BootInstant) -> Bool {
    guard let sentAt = beat.flatMap(sendTime) else { return false }
    return sentAt >= presentSince && sentAt.duration(to: now) <= policy.orderAge
  }

  /// The order is evidence as good as an acknowledgement of the beat that it names.
  private mutating func adopt(
    _ address: AddressName, _ epoch: Epoch, _ order: OwnershipOrder, at now: BootInstant
  ) -> Effect {
    grants.note(isAcross: order.isAcross, of: address)
    var title = AddressTitle(
      epoch: epoch, at: now, proof: proofs[address] ?? .none, isAcross: order.isAcross,
      isPredecessorGone: order.isPredecessorGone, floor: presentSince)
    let sentAt = policy.enforces(.take) ? order.beat.flatMap(sendTime) : now
    if let sentAt { title.acknowledge(beatSentAt: sentAt) }
    title.tick(at: now, policy)
    standings[address] = .held(title)
    return .adopt(address, epoch)
  }

  private mutating func release(
    _ address: AddressName, _ order: OwnershipOrder, at now: BootInstant
  ) -> [Effect] {
    guard policy.enforces(.lose) else {
      standings[address] = nil
      return [.hangUp(address)]
    }
    guard case .held(let title) = standings[address], !title.isAcross else {
      standings[address] = nil
      return [.freeze(address)]
    }
    if order.isAcross {
      standings[address] = .yielded(title)
      return [.yield(address)]
    }
    // Where nothing but the socket shows where the address leads, the heir waits for the socket.
    let isOnNetwork = proofs[address] == .gatewayEcho
    standings[address] =
      isOnNetwork ? .parting(title, until: now.advanced(by: policy.parting)) : nil
    return [.freeze(address)]
  }

  /// Nothing is left here to be relayed from an address that was yielded.
  public mutating func forgetYielded(_ address: AddressName) {
    if case .yielded = standings[address] { standings[address] = nil }
  }

  // MARK: - Reading

  /// What may leave from the address at `now`, which must have been read just before the sending:
  /// a process can be stopped between any two instructions.
  public func permission(for address: AddressName, at now: BootInstant) -> Permission {
    let now = policy.enforces(.wake) ? now : lastTick
    guard !isAway(at: now) else { return .closed }
    switch standings[address] {
    case .held(let title): return title.permission(at: now, policy)
    case .yielded(let title): return title.permissionAfterYielding(at: now, policy)
    case .parting(let title, let end):
      return now <= end ? min(title.permission(at: now, policy), .relaying) : .closed
    case nil: return .closed
    }
  }

  /// Until when `permission` allows to relay, and to begin something, if neither evidence nor a tick
  /// comes: for those who send without asking here.
  public func deadlines(for address: AddressName, at now: BootInstant) -> GateDeadlines {
    guard policy.enforces(.hold), policy.enforces(.wake) else {
      let never = standings[address].map { _ in BootInstant(nanoseconds: .max) }
      return GateDeadlines(relays: never, begins: never, known: never)
    }
    guard !isAway(at: now) else { return GateDeadlines() }
    let ends: GateDeadlines
    switch standings[address] {
    case .held(let title): ends = title.deadlines(policy)
    case .yielded(let title): ends = GateDeadlines(relays: title.deadlineAfterYielding(policy))
    case .parting(let title, let end):
      ends = GateDeadlines(relays: title.deadlines(policy).relays.map { min($0, end) })
    case nil: return GateDeadlines()
    }
    return ends.ahead(of: now, atMost: lastTick.advanced(by: policy.wakeGap))
  }

  /// Whether a request of ours may be sent in a call, or a fact of it be written that costs money.
  /// - Parameter isSharedAcross: whether another site ever got the call's checkpoint.
  public func mayBegin(
    at address: AddressName, inCallSharedAcross isSharedAcross: Bool, at now: BootInstant
  ) -> Bool {
    permission(for: address, at: now).mayBegin(
      inCallSharedAcross: isSharedAcross && policy.enforces(.across))
  }

  /// Whether the address may be announced, or a question for it be answered that was not put to
  /// this node alone. An orphan keeps what leads to it and draws nothing away.
  public func mayAnnounce(_ address: AddressName, at now: BootInstant) -> Bool {
    guard policy.enforces(.hold) else { return standings[address] != nil }
    guard !isAway(at: now), case .held(let title) = standings[address], !title.isAcross else {
      return false
    }
    return title.isAcknowledged(at: now, policy)
  }

  /// Whether the predecessor's end is certain.
  public func isSettled(_ address: AddressName) -> Bool {
    guard case .held(let title) = standings[address] else { return false }
    return title.isSettled
  }

  /// Whether this node holds the address for another site than its own.
  public func isAcross(_ address: AddressName) -> Bool {
    guard case .held(let title) = standings[address] else { return false }
    return title.isAcross
  }

  /// Whether the address was given up and only what still comes is passed on.
  public func isParting(from address: AddressName) -> Bool {
    guard case .parting = standings[address] else { return false }
    return true
  }

  /// Whether there is anything at all that might leave from the address.
  public func hasStanding(_ address: AddressName) -> Bool { standings[address] != nil }

  /// What this node was granted and did not lose, by name.
  public var held: [HeldAddress] { grants.held }

  /// All that must outlive the process.
  public var known: [AddressName: AddressGrants.Grant] { grants.known }

  public func epoch(of address: AddressName) -> Epoch? { grants.epoch(of: address) }
}
