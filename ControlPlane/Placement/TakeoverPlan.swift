public import NodeContract

/// One address to be taken from its holder, or the reason why it is not.
public enum TakeoverStep: Hashable, Sendable {
  case take(GrantStep)
  case hold(AddressName, Doubt)

  public var address: AddressName {
    switch self {
    case .take(let step): step.address
    case .hold(let address, _): address
    }
  }
}

extension TakeoverDetector {
  /// What should be taken over now, by name; nothing while every holder is heard. Any replica may
  /// carry it out: the write names the revision that it was judged by, so of several one succeeds.
  public func takeovers(at now: BootInstant) -> [TakeoverStep] {
    let suspects = suspects(at: now)
    guard !suspects.isEmpty || !released.isEmpty else { return [] }
    let concerned = grants.filter { address, grant in
      suspects.contains(grant.holding.holder) || isReleased(address, grant)
    }
    guard !concerned.isEmpty else { return [] }
    let doubt = policy.enforces(.suspect) ? selfDoubt(at: now) : nil
    let scattered = isScattered(at: now)
    return concerned.sorted { $0.key < $1.key }.map { address, grant in
      if let doubt { return .hold(address, doubt) }
      return judge(address, grant, isScattered: scattered, at: now)
    }
  }

  private func isReleased(_ address: AddressName, _ grant: AddressGrant) -> Bool {
    released.contains(ReleaseProof(address: address, epoch: grant.epoch))
  }

  /// Holders that are silent.
  private func suspects(at now: BootInstant) -> Set<NodeName> {
    let silent = map.nodes.keys.filter {
      policy.enforces(.suspect) ? isSilent($0, at: now) : !isHeardHere($0, at: now)
    }
    guard !silent.isEmpty else { return [] }
    return Set(silent).intersection(grants.values.map(\.holding.holder))
  }

  /// Silence that begins in several sites at a time is rather our own trouble, until it has lasted:
  /// then what witnesses say of single nodes counts. Who has just become quiet counts here already.
  private func isScattered(at now: BootInstant) -> Bool {
    let sites = map.nodes.filter { node, _ in
      let silence = silence(of: node, at: now)
      return silence * 2 >= policy.suspicion && silence < policy.scatterPatience
    }.values
    return Set(sites).count > 1
  }

  private func judge(
    _ address: AddressName, _ grant: AddressGrant, isScattered: Bool, at now: BootInstant
  ) -> TakeoverStep {
    if policy.enforces(.suspect), !isReleased(address, grant) {
      if let doubt = doubt(about: grant.holding.holder, at: now) { return .hold(address, doubt) }
      if isScattered { return .hold(address, .silenceAcrossSites) }
      if hasTwoLostSites(at: now) { return .hold(address, .silenceAcrossSites) }
    }
    if wasMovedTooOften(address, at: now) { return .hold(address, .tooManyMoves) }
    guard let holder = successor(of: address, grant, at: now) else {
      return .hold(address, .noLivingHeir)
    }
    return .take(
      GrantStep(
        address: address, holding: holding(by: holder, after: grant, at: now),
        generation: grant.epoch.generation, expectedRevision: grant.revision,
        predecessor: grant.epoch, forcedMoves: grant.forcedMoves + 1))
  }

  private func hasTwoLostSites(at now: BootInstant) -> Bool {
    Set(map.nodes.values).count { isLost($0, at: now) } > 1
  }

  /// The heir in the site; when it is silent too, whoever stands by elsewhere; and when neither
  /// is there, the node that released the address, under a new epoch.
  private func successor(of address: AddressName, _ grant: AddressGrant, at now: BootInstant)
    -> NodeName?
  {
    let holder = grant.holding.holder
    let others = [grant.holding.heir, grant.holding.standby].compactMap { $0 }
      .filter { $0 != holder }
    return (others + (isReleased(address, grant) ? [holder] : [])).first {
      isHeardHere($0, at: now) && (map.movesAcross || map.nodes[$0] == map.addresses[address])
    }
  }

  /// The next heirs are whoever is heard, in the order of names; the planner chooses better ones.
  private func holding(
    by holder: NodeName, after grant: AddressGrant, at now: BootInstant
  ) -> Holding {
    let others = map.nodes.keys.filter {
      $0 != holder && $0 != grant.holding.holder && isHeardHere($0, at: now)
    }.sorted()
    let site = map.nodes[holder]
    return Holding(
      holder: holder, heir: others.first { map.nodes[$0] == site },
      standby: map.movesAcross ? others.first { map.nodes[$0] != site } : nil)
  }
}

/// An order that has no id yet.
public struct PlannedOrder: Hashable, Sendable {
  public var verb: OwnershipOrder.Verb
  public var address: AddressName
  public var epoch: Epoch
  public var beat: UInt64?
  public var isPredecessorGone: Bool
  public var isAcross: Bool

  public func order(_ id: OrderID) -> OwnershipOrder {
    OwnershipOrder(
      id: id, verb: verb, address: address, epoch: epoch, beat: beat,
      isPredecessorGone: isPredecessorGone, isAcross: isAcross)
  }
}

extension TakeoverDetector {
  /// What `node`, which knows these epochs, should be told about its addresses; nothing while this
  /// replica cannot speak for a quorum.
  public func orders(
    for node: NodeName, knowing epochs: [AddressName: Epoch], at now: BootInstant
  ) -> [PlannedOrder] {
    guard isQuorumFresh(at: now) else { return [] }
    return grants.sorted { $0.key < $1.key }.compactMap { address, grant in
      let known = epochs[address]
      guard known ?? .none < grant.epoch else { return nil }
      let isHolder = grant.holding.holder == node
      guard isHolder || known != nil else { return nil }
      return PlannedOrder(
        verb: isHolder ? .adopt : .release, address: address, epoch: grant.epoch,
        beat: lastBeats[node], isPredecessorGone: isHolder && isPredecessorGone(address, grant),
        isAcross: map.nodes[grant.holding.holder] != map.addresses[address])
    }
  }

  private func isPredecessorGone(_ address: AddressName, _ grant: AddressGrant) -> Bool {
    guard let predecessor = grant.predecessor else { return true }
    return finalReleases.contains(ReleaseProof(address: address, epoch: predecessor))
  }
}
