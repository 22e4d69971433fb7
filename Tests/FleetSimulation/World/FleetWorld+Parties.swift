import NodeContract
import Ownership
import Placement

// Phones and carriers.
extension FleetWorld {
  /// People call now and then.
  func populate() {
    scheduler.at(now + .milliseconds(random.within(100...500))) { [unowned self] in
      let talking = legs.values.count {
        $0.contains { $0.state == .talking || $0.state == .calling }
      }
      if talking < 5, !isCalm { dial(random.pick(addresses)) }
      populate()
    }
  }

  @discardableResult
  func dial(_ address: AddressName, for duration: Instant? = nil) -> Int {
    lastCall += 1
    let number = lastCall
    func id(_ high: UInt64) -> UUIDv7 { UUIDv7(high: high, low: UInt64(number)) }
    identities[number] = (CallID(id(10)), [LegID(id(11)), LegID(id(12))], address)
    let lasts = duration ?? .milliseconds(random.within(500...20_000))
    let follows = !random.once(in: 6)
    legs[number] = (0...1).map { side in
      SimulatedLeg(
        call: identities[number]!.call, number: number, side: side, target: .address(address),
        leavesAt: side == 0 ? now + lasts : .max, follows: follows)
    }
    legs[number]![0].state = .calling
    turn(number, 0)
    turn(number, 1)
    return number
  }

  /// Delivers to whoever the target leads to; the address is that of the call.
  func sendToNode(_ leg: SimulatedLeg, _ action: @escaping (FleetWorld, SimulatedNode) -> Void) {
    let index: Int?
    switch leg.target {
    case .address(let address): index = pointers[address]
    case .node(let node): index = node
    }
    guard let index else { return }
    send(.outside, from: .party(leg.number), to: .node(index)) { [unowned self] in
      action(self, nodes[index])
    }
  }

  /// What a party does every 100 ms until its leg ended.
  private func turn(_ number: Int, _ side: Int) {
    guard let leg = legs[number]?[side] else { return }
    let address = identities[number]!.address
    switch leg.state {
    case .none: break
    case .calling: call(leg, address)
    case .talking: talk(leg, address)
    case .leaving: leave(leg, address)
    case .ended: return
    }
    // A callee that is never called goes away with its caller.
    if leg.state == .none, legs[number]![1 - side].state == .ended { return }
    scheduler.at(now + .milliseconds(100)) { [unowned self] in turn(number, side) }
  }

  private func call(_ leg: SimulatedLeg, _ address: AddressName) {
    legs[leg.number]![leg.side].attempts += 1
    if leg.attempts > 80 || now > leg.leavesAt {
      legs[leg.number]![leg.side].state = .leaving
      legs[leg.number]![leg.side].attempts = 0
    } else if leg.attempts % 5 == 0 {
      // The name servers know where the address is served from, and phones try that too.
      if leg.attempts % 20 == 15, let holder = etcd.grants[address]?.holding.holder,
        map.nodes[holder] != map.addresses[address]
      {
        legs[leg.number]![leg.side].target = .node(index(of: holder))
      }
      sendToNode(legs[leg.number]![leg.side]) { world, node in
        world.hearInvite(leg.number, at: node, for: address)
      }
    }
  }

  private func talk(_ leg: SimulatedLeg, _ address: AddressName) {
    if now >= leg.leavesAt {
      legs[leg.number]![leg.side].state = .leaving
      return
    }
    sendToNode(leg) { world, node in
      world.hearMedia(leg.number, leg.side, at: node, for: address)
    }
    guard now - leg.lastHeard > .seconds(2.5) else { return }
    if now - leg.lastHeard > .seconds(6), mayBeLost(leg, address) {
      note("hung up in silence")
      legs[leg.number]![leg.side].state = .ended
      return
    }
    legs[leg.number]![leg.side].attempts += 1
    if leg.attempts % 10 == 0 {
      sendToNode(leg) { world, node in
        world.hearProbe(leg.number, leg.side, at: node, for: address)
      }
    }
  }

  /// Across sites a call may be lost that a party does not follow, or, where nothing proves that an
  /// address leads to a node, that no other site knew of: its parties hear nothing and hang up.
  private func mayBeLost(_ leg: SimulatedLeg, _ address: AddressName) -> Bool {
    guard promised[leg.number] == nil, counts["adopted across"] != nil else { return false }
    return proof == .none || legs[leg.number]!.contains { !$0.follows }
  }

  private func leave(_ leg: SimulatedLeg, _ address: AddressName) {
    legs[leg.number]![leg.side].attempts += 1
    promised[leg.number] = nil
    // Timer F, shortened.
    if leg.attempts > 60 { legs[leg.number]![leg.side].state = .ended }
    if leg.attempts % 5 == 1 {
      sendToNode(leg) { world, node in
        world.hearBye(leg.number, leg.side, at: node, for: address)
      }
    }
  }

  func hangUpEverything() {
    for number in legs.keys.sorted() {
      for side in 0...1 where [.talking, .calling].contains(legs[number]![side].state) {
        if side == 0 || legs[number]![0].state == .ended { legs[number]![side].leavesAt = now }
      }
    }
  }
}
