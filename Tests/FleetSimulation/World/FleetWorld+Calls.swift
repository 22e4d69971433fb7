import NodeContract
import Ownership

// What nodes do with calls: little SIP, but all of its ownership.
extension FleetWorld {
  func source(_ node: SimulatedNode, _ address: AddressName) -> Target {
    node.titles.isAcross(address) ? .node(node.index) : .address(address)
  }

  private func tellParty(
    _ number: Int, _ side: Int, from node: SimulatedNode,
    _ action: @escaping (inout SimulatedLeg) -> Void
  ) {
    send(.outside, from: .node(node.index), to: .party(number)) { [unowned self] in
      guard legs[number] != nil else { return }
      action(&legs[number]![side])
    }
  }

  private func answer(_ number: Int, _ side: Int, from node: SimulatedNode, known: Bool) {
    tellParty(number, side, from: node) { leg in
      switch leg.state {
      case .leaving: leg.state = .ended
      case .talking, .calling: if !known { leg.state = .ended }
      case .none, .ended: break
      }
    }
  }

  // MARK: - Beginning

  func hearInvite(_ number: Int, at node: SimulatedNode, for address: AddressName) {
    if let call = node.calls[number] {
      if call.isTalking, permission(node, address).relays { tellAnswered(call, by: node) }
      return
    }
    guard permission(node, address).takesNewCalls, !node.ended.contains(number),
      let identity = identities[number], let epoch = node.titles.epoch(of: address)
    else { return }
    let call = SimulatedCall(
      id: identity.call, address: address, number: number, legs: identity.legs,
      parties: [0, 1], offeredAt: time(at: node), epoch: epoch)
    node.calls[number] = call
    record(offersOf: call, by: node)
    changed(number, by: node)
    invite(number, by: node)
  }

  private func record(offersOf call: SimulatedCall, by node: SimulatedNode) {
    for side in 0...1 {
      let offer = LegOffer(
        direction: side == 0 ? .incoming : .outgoing,
        party: side == 0
          ? .extension(Self.member, number: "101") : .trunk(Self.trunk),
        from: "101", to: "+4420000000", sipCallID: "\(call.number)-\(side)")
      append(fact(.offered(offer), call, side, call.offeredAt, by: node), by: node)
    }
  }

  private func fact(
    _ event: FactEvent, _ call: SimulatedCall, _ side: Int, _ time: FactTime,
    by node: SimulatedNode
  ) -> Fact {
    Fact(
      tenant: Self.tenant, call: call.id, leg: call.legs[side], time: time, observer: node.name,
      epoch: call.epoch, event: event)
  }

  private func invite(_ number: Int, by node: SimulatedNode) {
    guard let call = node.calls[number], mayBegin(call, node) else { return }
    let from = source(node, call.address)
    tellParty(number, 1, from: node) { [unowned self] leg in
      switch leg.state {
      case .none:
        (leg.state, leg.target, leg.lastHeard) = (.talking, from, now)
        leg.epoch = call.epoch
      case .talking: break
      case .calling, .leaving, .ended: return
      }
      sendToNode(leg) { world, node in world.hearAnswer(number, at: node) }
    }
  }

  func mayBegin(_ call: SimulatedCall, _ node: SimulatedNode) -> Bool {
    // Both, because what has no socket may begin nothing either.
    permission(node, call.address).takesNewCalls
      && node.titles.mayBegin(
        at: call.address, inCallSharedAcross: call.isSharedAcross,
        at: node.clock.reading(at: now))
  }

  /// A chargeable answer: nobody is told before it is on disk.
  private func hearAnswer(_ number: Int, at node: SimulatedNode) {
    guard var call = node.calls[number], call.answeredAt == nil, mayBegin(call, node) else {
      return
    }
    call.answeredAt = time(at: node)
    node.calls[number] = call
    changed(number, by: node)
    recordAnswer(call, by: node)
  }

  private func recordAnswer(_ call: SimulatedCall, by node: SimulatedNode) {
    guard let answeredAt = call.answeredAt else { return }
    append(fact(.answered, call, 0, answeredAt, by: node), by: node)
    append(fact(.answered, call, 1, answeredAt, by: node), by: node) { [unowned self] in
      guard node.calls[call.number] != nil else { return }
      node.calls[call.number]!.isTalking = true
      changed(call.number, by: node)
      if permission(node, call.address).relays { tellAnswered(node.calls[call.number]!, by: node) }
    }
  }

  private func tellAnswered(_ call: SimulatedCall, by node: SimulatedNode) {
    let from = source(node, call.address)
    tellParty(call.number, 0, from: node) { [unowned self] leg in
      guard leg.state == .calling else { return }
      (leg.state, leg.target, leg.lastHeard, leg.wasAnswered) = (.talking, from, now, true)
      leg.epoch = call.epoch
      note("answered")
    }
  }

  // MARK: - Checkpoints

  private func changed(_ number: Int, by node: SimulatedNode) {
    node.calls[number]?.version += 1
    share(number, by: node)
  }

  /// To the heir, and to whoever stands by elsewhere: but what an orphan began stays in its site.
  func share(_ number: Int, by node: SimulatedNode) {
    guard let call = node.calls[number] else { return }
    let roles = node.roles[call.address]
    if let heir = roles?.heir { sendCheckpoint(call, from: node, to: nodes[heir]) }
    guard let standby = roles?.standby else { return }
    if !call.isSharedAcross {
      guard permission(node, call.address) == .full else { return }
      node.calls[number]!.isSharedAcross = true
    }
    sendCheckpoint(node.calls[number]!, from: node, to: nodes[standby])
  }

  private func sendCheckpoint(
    _ call: SimulatedCall, from node: SimulatedNode, to other: SimulatedNode
  ) {
    sendReliably(from: .node(node.index), to: .node(other.index)) {
      guard !other.ended.contains(call.number),
        call.epoch >= other.titles.epoch(of: call.address) ?? .none,
        other.store[call.number].map({ call.isNewer(than: $0) }) ?? true
      else { return }
      other.store[call.number] = call
    }
  }

  private func retire(_ call: SimulatedCall, by node: SimulatedNode) {
    node.ended.insert(call.number)
    let roles = node.roles[call.address]
    for other in [roles?.heir, roles?.standby].compactMap({ $0 }) {
      sendReliably(from: .node(node.index), to: .node(other)) { [unowned self] in
        nodes[other].ended.insert(call.number)
        nodes[other].store[call.number] = nil
      }
    }
  }

  // MARK: - Carrying on

  func adopt(_ address: AddressName, _ epoch: Epoch, by node: SimulatedNode) {
    note(node.titles.isAcross(address) ? "adopted across" : "adopted")
    for number in node.store.keys.sorted() where node.store[number]?.address == address {
      guard !node.ended.contains(number), var call = node.store.removeValue(forKey: number) else {
        continue
      }
      if let own = node.calls[number], own.isNewer(than: call) { call = own }
      carryOn(call, epoch, by: node)
    }
  }

  private func carryOn(_ left: SimulatedCall, _ epoch: Epoch, by node: SimulatedNode) {
    var call = left
    let isAcross = node.titles.isAcross(call.address)
    call.epoch = epoch
    call.cseq = call.cseq.map { $0 + 100 }
    call.follows = isAcross ? [false, false] : [true, true]
    call.adoptedAt = isAcross ? node.clock.reading(at: now) : nil
    // Another site may have it too: it came from there, or went there with what was shared.
    call.isSharedAcross = call.isSharedAcross || isAcross
    node.calls[call.number] = call
    note("carried on")
    if call.isTalking, !isAcross, left.epoch < epoch { promise(call, node) }
    record(offersOf: call, by: node)
    if call.answeredAt != nil { recordAnswer(call, by: node) }
    for side in 0...1 { append(fact(.adopted, call, side, time(at: node), by: node), by: node) }
    changed(call.number, by: node)
  }

  private func promise(_ call: SimulatedCall, _ node: SimulatedNode) {
    if legs[call.number]?.allSatisfy({ $0.state == .talking }) == true {
      promised[call.number] = node.index
    }
  }

  /// Every 100 ms: what was not answered is said again.
  func attend(_ node: SimulatedNode) {
    if node.ticks % 20 == 1 {
      for bye in node.byes.sorted(by: { ($0.call, $0.side) < ($1.call, $1.side) }) {
        say(bye, by: node)
      }
    }
    for number in node.callNumbers {
      guard let call = node.calls[number] else { continue }
      if call.adoptedAt != nil { moveParties(of: call, by: node) }
      if call.answeredAt == nil, node.ticks % 20 == 1 { invite(number, by: node) }
    }
  }

  /// A call that came from another site: each party is asked to follow, and is free not to answer.
  private func moveParties(of call: SimulatedCall, by node: SimulatedNode) {
    guard let adoptedAt = call.adoptedAt, call.follows != [true, true],
      permission(node, call.address) == .full
    else { return }
    let waited = adoptedAt.duration(to: node.clock.reading(at: now))
    guard waited < .seconds(4) else { return giveUpMoving(call, by: node) }
    guard node.ticks % 20 == 1 else { return }
    for side in 0...1 where !call.follows[side] { reinvite(call, side, by: node) }
  }

  private func reinvite(_ call: SimulatedCall, _ side: Int, by node: SimulatedNode) {
    let me = Target.node(node.index)
    tellParty(call.number, side, from: node) { [unowned self] leg in
      guard leg.state == .talking, leg.follows, accepts(call.cseq[side], call.epoch, &leg) else {
        return
      }
      leg.target = me
      sendToNode(leg) { world, node in
        node.calls[call.number]?.follows[side] = true
        if node.calls[call.number] != nil { world.note("followed") }
      }
    }
  }

  /// Nobody followed: whoever had the call may have it still. One followed: the other is gone.
  private func giveUpMoving(_ call: SimulatedCall, by node: SimulatedNode) {
    guard call.follows.contains(true) else {
      node.calls[call.number] = nil
      return
    }
    let gone = call.follows.firstIndex(of: false)!
    end(call, leaver: gone, evidence: .mediaEnded, by: node)
  }

  /// Requests of our own in calls that are up.
  func refresh(_ node: SimulatedNode) {
    for number in node.callNumbers {
      guard let call = node.calls[number], call.isTalking, mayBegin(call, node) else { continue }
      for side in 0...1 where call.follows[side] {
        node.calls[number]!.cseq[side] += 1
        let cseq = node.calls[number]!.cseq[side]
        tellParty(number, side, from: node) { [unowned self] leg in
          _ = accepts(cseq, call.epoch, &leg)
        }
      }
      changed(number, by: node)
    }
  }

  /// What a party makes of a request's number (RFC 3261 section 12.2.2).
  private func accepts(_ cseq: Int, _ epoch: Epoch, _ leg: inout SimulatedLeg) -> Bool {
    guard leg.state == .talking else { return false }
    guard cseq > leg.cseq || (cseq == leg.cseq && epoch == leg.epoch) else {
      note("stale request refused")
      return false
    }
    if epoch < leg.epoch {
      violate("call \(leg.number) took a request of \(epoch) after \(leg.epoch)")
    }
    (leg.cseq, leg.epoch) = (cseq, epoch)
    return true
  }

  // MARK: - Ending

  func hearBye(_ number: Int, _ side: Int, at node: SimulatedNode, for address: AddressName) {
    guard permission(node, address).relays else { return }
    guard let call = node.calls[number] else {
      return answer(number, side, from: node, known: false)
    }
    answer(number, side, from: node, known: true)
    end(call, leaver: side, evidence: .signalled, by: node)
  }

  private func end(
    _ call: SimulatedCall, leaver: Int, evidence: EndEvidence, by node: SimulatedNode
  ) {
    for side in 0...1 {
      let end = LegEnd(
        outcome: call.isTalking ? .answered : .cancelled,
        evidence: side == leaver ? evidence : .signalled,
        endedBy: side == leaver ? .party : .us)
      append(fact(.ended(end), call, side, time(at: node), by: node), by: node)
    }
    node.calls[call.number] = nil
    retire(call, by: node)
    let bye = SimulatedNode.Bye(
      call: call.number, side: 1 - leaver, address: call.address, isLosers: false)
    node.byes.insert(bye)
    say(bye, by: node)
  }

  func hangUp(_ number: Int, isLosers: Bool, by node: SimulatedNode) {
    guard let call = node.calls.removeValue(forKey: number) else { return }
    for side in 0...1 {
      say(
        SimulatedNode.Bye(call: number, side: side, address: call.address, isLosers: isLosers),
        by: node)
    }
  }

  private func say(_ bye: SimulatedNode.Bye, by node: SimulatedNode) {
    guard bye.isLosers || permission(node, bye.address).relays else { return }
    tellParty(bye.call, bye.side, from: node) { [unowned self] leg in
      if bye.isLosers, leg.state == .talking, promised[bye.call] != nil {
        violate("a loser hung up call \(bye.call), which another carries on")
      }
      if leg.state != .ended { leg.state = .ended }
      send(.outside, from: .party(bye.call), to: .node(node.index)) { node.byes.remove(bye) }
    }
  }

  // MARK: - Media

  func hearMedia(_ number: Int, _ side: Int, at node: SimulatedNode, for address: AddressName) {
    guard let call = node.calls[number], call.isTalking, permission(node, address).relays else {
      return
    }
    let from = source(node, address)
    tellParty(number, 1 - side, from: node) { [unowned self] leg in
      if leg.target == from { leg.lastHeard = now }
    }
  }

  func hearProbe(_ number: Int, _ side: Int, at node: SimulatedNode, for address: AddressName) {
    guard permission(node, address).relays else { return }
    if node.calls[number] == nil {
      tell("\(node.name) does not know call \(number)")
      note("481")
      answer(number, side, from: node, known: false)
    }
  }
}
