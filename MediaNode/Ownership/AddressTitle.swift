import NodeContract

/// A node's title to one address, from its adoption to its loss, and what proves it.
struct AddressTitle: Hashable, Sendable {
  let epoch: Epoch
  let adoptedAt: BootInstant
  /// The holder stands in another site than the address.
  let isAcross: Bool
  let isPredecessorGone: Bool
  private let proof: PhysicalProof
  /// The send time of the latest of our beats whose acknowledgement named the epoch.
  private var acknowledgedAt: BootInstant?
  /// When the latest physical proof was asked for.
  private var provenAt: BootInstant?
  private var firstProofAt: BootInstant?
  /// Evidence that is not later counts for nothing.
  private var floor: BootInstant
  /// The predecessor has surely ended; for good.
  private(set) var isSettled = false

  init(
    epoch: Epoch, at now: BootInstant, proof: PhysicalProof, isAcross: Bool = false,
    isPredecessorGone: Bool = false, isSettled: Bool = false, floor: BootInstant
  ) {
    self.epoch = epoch
    adoptedAt = now
    self.isAcross = isAcross
    self.isPredecessorGone = isPredecessorGone
    self.proof = proof
    self.isSettled = isSettled
    self.floor = floor
  }

  // MARK: - Evidence

  mutating func acknowledge(beatSentAt instant: BootInstant) {
    acknowledgedAt = max(acknowledgedAt ?? instant, instant)
  }

  /// - Parameters:
  ///   - asked: when the proof was asked for: it is at least as young.
  ///   - now: when it came.
  mutating func prove(asked: BootInstant, at now: BootInstant) {
    guard proof != .none, asked > floor else { return }
    provenAt = max(provenAt ?? asked, asked)
    firstProofAt = firstProofAt ?? now
  }

  /// Somebody else claims the address, or this node was away.
  mutating func doubtEvidence(before instant: BootInstant) { floor = max(floor, instant) }

  mutating func tick(at now: BootInstant, _ policy: OwnershipPolicy) {
    if proof == .binding { prove(asked: now, at: now) }
    isSettled = isSettled || settles(at: now, policy)
  }

  /// The predecessor's acknowledgements have run out, and its proofs too: an address on a network
  /// that leads here leads to nobody else, and only who is acknowledged may draw it away.
  private func settles(at now: BootInstant, _ policy: OwnershipPolicy) -> Bool {
    guard !isPredecessorGone, policy.enforces(.hold) else { return true }
    guard adoptedAt.duration(to: now) >= policy.settling else { return false }
    guard proof == .gatewayEcho, !isAcross else { return true }
    guard let firstProofAt else { return false }
    return firstProofAt.duration(to: now) >= policy.proofValidity * 6 / 5
  }

  // MARK: - What follows

  func isAcknowledged(at now: BootInstant, _ policy: OwnershipPolicy) -> Bool {
    isYoung(acknowledgedAt, policy.acknowledgementValidity, at: now)
  }

  private func isProven(at now: BootInstant, _ policy: OwnershipPolicy) -> Bool {
    isYoung(provenAt, policy.proofValidity, at: now)
  }

  private func isYoung(_ instant: BootInstant?, _ validity: Duration, at now: BootInstant) -> Bool {
    guard let instant, instant > floor else { return false }
    return instant.duration(to: now) <= validity
  }

  func permission(at now: BootInstant, _ policy: OwnershipPolicy) -> Permission {
    guard policy.enforces(.hold) else { return .full }
    let isAcknowledged = isAcknowledged(at: now, policy)
    guard isSettled else {
      return mayRelayUnsettled(isAcknowledged, at: now, policy) ? .relaying : .closed
    }
    if isAcknowledged { return .full }
    return policy.enforces(.orphan) && isProven(at: now, policy) ? .orphan : .closed
  }

  /// Two may relay for a short time, so that calls are heard again at once; not for longer than
  /// it takes to see that the address leads here.
  private func mayRelayUnsettled(
    _ isAcknowledged: Bool, at now: BootInstant, _ policy: OwnershipPolicy
  ) -> Bool {
    guard proof == .gatewayEcho, !isAcross else { return isAcknowledged }
    return isProven(at: now, policy)
      || isAcknowledged && adoptedAt.duration(to: now) <= policy.unprovenRelaying
  }

  /// What is left to a node whose address was given to another site: the address still leads here.
  func permissionAfterYielding(at now: BootInstant, _ policy: OwnershipPolicy) -> Permission {
    isProven(at: now, policy) ? .relaying : .closed
  }

  // MARK: - Deadlines

  /// When it ends that parties' words are passed on, that requests of our own may be sent, and that a control
  /// plane's word for the address counts, should no more evidence come. May lie in the past; nil: it never
  /// began.
  func deadlines(_ policy: OwnershipPolicy) -> GateDeadlines {
    let acknowledged = end(of: acknowledgedAt, policy.acknowledgementValidity)
    let proven = end(of: provenAt, policy.proofValidity)
    guard !isSettled else {
      let end = latest(acknowledged, policy.enforces(.orphan) ? proven : nil)
      return GateDeadlines(relays: end, begins: end, known: acknowledged)
    }
    guard proof == .gatewayEcho, !isAcross else {
      return GateDeadlines(relays: acknowledged, known: acknowledged)
    }
    let unproven = acknowledged.map { min($0, adoptedAt.advanced(by: policy.unprovenRelaying)) }
    return GateDeadlines(relays: latest(proven, unproven), known: acknowledged)
  }

  func deadlineAfterYielding(_ policy: OwnershipPolicy) -> BootInstant? {
    end(of: provenAt, policy.proofValidity)
  }

  private func end(of instant: BootInstant?, _ validity: Duration) -> BootInstant? {
    guard let instant, instant > floor else { return nil }
    return instant.advanced(by: validity)
  }

  private func latest(_ left: BootInstant?, _ right: BootInstant?) -> BootInstant? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }
}
