import NodeContract
import SIP

/// Sets a call up: legs, ports, facts, first messages.
extension Exchange {
  mutating func begin(
    _ arrival: Arrival, _ origin: CallOrigin, to destination: CallDestination, at now: Moment
  ) {
    guard ForkBreadth(of: arrival.request).allows(destination) else {
      return respond(StatusCode.maxBreadthExceeded, to: arrival, at: now)
    }
    if case .reception(let reception) = destination.kind {
      return receive(by: reception, destination, arrival, origin, at: now)
    }
    let id = CallID(at: now.wall, using: &random)
    let called = destination.asked ?? destination.called
    var caller = callerLeg(arrival, origin, at: now)
    recordOffer(of: caller, id, origin, called: called, arrival, at: now)
    note(
      passed: destination.passed, by: caller, in: id, of: origin.tenant.id, called: called, at: now)
    do throws(SetupFailure) {
      let targets = try admitted(destination, of: origin.tenant.id)
      let terms = try Self.offer(of: arrival.request, to: &caller, limits)
      let plan = try relay(for: caller, to: targets[0].address)
      caller.session = caller.session.placed(at: plan.callerLocal)
      let turns = DeviceTurns(targets, isGroup: destination.ringsAll)
      let share = ForkBreadth(of: arrival.request).share(among: turns.first.count)
      let callees = turns.first.map { target in
        var leg = outgoingLeg(target.saying(share), plan, hops: arrival.hopsLeft, at: now)
        // They share one socket, also a carrier that is called beside telephones.
        leg.relayAddress = targets[0].address.name
        return leg
      }
      var call = CallMachine(
        id: id, tenant: origin.tenant.id, called: called, callerToken: nextToken(),
        isOfferless: terms == nil, plan: plan, limits: limits, caller: caller, callees: callees,
        state: .ringing(
          until: now.boot.advanced(by: patience(of: targets, destination, origin.tenant)))
      )
      for (target, leg) in zip(turns.first, callees) {
        guard let until = target.expectedUntil else { continue }
        let patience = now.boot.advanced(by: patience(of: targets, destination, origin.tenant) / 2)
        call.expects(leg.id, until: min(until, patience))
      }
      call.answering = destination.answering
      call.flow = destination.flow
      call.further =
        destination.further(after: now.boot)
        ?? turns.next(after: now.boot, shownCaller: destination.shownCaller, limits)
        .map(Further.devices)
      note(destination.steps, by: caller, in: id, of: origin.tenant.id, at: now)
      start(call, arrival, of: turns.first, to: destination, offer: terms, at: now)
    } catch {
      let isHeard = announce(
        error.outcome, to: caller, of: id, origin, called: called, arrival, at: now)
      guard !isHeard else { return }
      refuse(error.outcome, caller, id, origin.tenant.id, arrival, at: now)
    }
  }

  mutating func recordOffer(
    of caller: Leg, _ call: CallID, _ origin: CallOrigin, called: String, _ arrival: Arrival,
    at now: Moment
  ) {
    let offer = LegOffer(
      direction: .incoming, party: origin.party, from: origin.number, to: called,
      sipCallID: Legible.text(arrival.request.headers.callID, limit: 255))
    let begun = configuration.fact(
      .offered(offer), tenant: origin.tenant.id, call: call, leg: caller.id, epoch: caller.epoch,
      at: now)
    outbox.append(.record(begun, receipt: nil))
  }

  struct SetupFailure: Error {
    let outcome: CallOutcome
  }

  private func admitted(_ destination: CallDestination, of tenant: TenantID)
    throws(SetupFailure) -> [CallTarget]
  {
    guard hasRoom(for: tenant) || destination.isEmergency else {
      throw SetupFailure(outcome: .overloaded)
    }
    switch destination.kind {
    case .refused(.offline) where !destination.expected.isEmpty: return destination.expected
    case .refused(let outcome): throw SetupFailure(outcome: outcome)
    case .reception: throw SetupFailure(outcome: .noAnswer)
    case .targets(let targets):
      guard !targets.isEmpty else { throw SetupFailure(outcome: .offline) }
      return targets
    }
  }

  /// For another call of the tenant's.
  func hasRoom(for tenant: TenantID) -> Bool {
    relays.count < limits.calls && callsPerTenant[tenant, default: 0] < limits.callsPerTenant
  }

  func patience(of targets: [CallTarget], _ tenant: DirectoryTenant) -> Duration {
    targets.contains(where: \.isTrunk) ? limits.trunkRinging : tenant.snapshot.ringTimeout
  }

  /// Nil: the caller makes no offer.
  static func offer(
    of request: SIPRequest, to caller: inout Leg, _ limits: ExchangeLimits
  ) throws(SetupFailure) -> AudioTerms? {
    guard case .session(let description) = request.body else { return nil }
    guard let terms = caller.session.takeOffer(description, limit: limits.mediaLines) else {
      throw SetupFailure(outcome: .incompatibleMedia)
    }
    return terms
  }

  // MARK: - Legs

  mutating func callerLeg(_ arrival: Arrival, _ origin: CallOrigin, at now: Moment)
    -> Leg
  {
    let contact = NameAddress(uri: arrival.address.uri(over: arrival.flow))
    let tag = nextTag()
    var leg = Leg(
      id: LegID(at: now.wall, using: &random), party: origin.party, side: .caller,
      address: arrival.address.name, epoch: grants[arrival.address.name] ?? .none,
      number: origin.number, localTag: tag, contact: contact,
      invite: arrival.request.withoutContents, flow: arrival.flow,
      session: SessionSide(
        local: arrival.address.endpoint, sessionID: nextSessionID(),
        transport: transport(from: arrival.flow, arrival.request.body)))
    leg.dialog = Dialog(answering: arrival.request, localTag: tag, contact: contact)
    leg.reliability = Reliability(of: arrival.request)
    leg.takesUpdate = arrival.request.headers.lists("update", in: "Allow")
    return leg
  }

  private mutating func outgoingLeg(
    _ target: CallTarget, _ plan: RelayPlan, hops: Int, at now: Moment
  ) -> Leg {
    outgoingLeg(target, on: .callee, local: plan.calleeLocal, hops: hops, at: now)
  }

  /// A leg on the side of the relay that leads to nobody.
  mutating func outgoingLeg(
    _ target: CallTarget, beside caller: Leg, in call: CallMachine, at now: Moment
  ) -> Leg {
    let isCallee = caller.side == .caller
    var leg = outgoingLeg(
      target, on: caller.side.other,
      local: isCallee ? call.plan.calleeLocal : call.plan.callerLocal,
      hops: max(0, (caller.invite.headers.maxForwards ?? 70) - 1), at: now)
    leg.relayAddress = isCallee ? call.relayAddresses.callee : call.relayAddresses.caller
    return leg
  }

  /// A leg that takes another's place at the relay.
  mutating func outgoingLeg(_ target: CallTarget, in place: Leg, hops: Int, at now: Moment) -> Leg {
    var leg = outgoingLeg(
      target, on: place.side, local: place.session.local, hops: hops, at: now)
    leg.relayAddress = place.relayAddress
    return leg
  }

  private mutating func outgoingLeg(
    _ target: CallTarget, on side: RelaySide, local: IPEndpoint, hops: Int, at now: Moment
  ) -> Leg {
    let id = LegID(at: now.wall, using: &random)
    let tag = nextTag()
    let contact = NameAddress(uri: target.address.uri(over: target.flow))
    var leg = Leg(
      id: id, party: target.party, side: side, address: target.address.name,
      epoch: grants[target.address.name] ?? .none, number: target.to.uri.user ?? "",
      localTag: tag, contact: contact,
      invite: invite(target, callID: id.uuid.hexadecimal, tag: tag, contact, hops: hops),
      flow: target.flow,
      session: SessionSide(
        local: local, sessionID: nextSessionID(), transport: transport(to: target.flow)))
    leg.mustConfirm = target.mustConfirm
    leg.ringsUntil = target.ringsFor.map { now.boot.advanced(by: $0) }
    leg.alternatives = target.alternatives
    leg.nextWayAt =
      target.alternatives.isEmpty ? nil : now.boot.advanced(by: limits.flowPatience)
    return leg
  }

  private func invite(
    _ target: CallTarget, callID: String, tag: String, _ contact: NameAddress, hops: Int
  ) -> SIPRequest {
    var from = target.from
    from.tag = tag
    let interval = SessionExpires(seconds: limits.session(seconds: nil))
    return SIPRequest(
      method: .invite, uri: target.uri,
      headers: SIPHeaders(
        vias: [], from: from, to: target.to, callID: callID, cseq: CSeq(1, .invite),
        maxForwards: hops, contacts: .addresses([contact]), routes: target.routes,
        others: target.headers + [HeaderField("Session-Expires", interval.description)]))
  }

  /// Positive as a signed number, which is how some phones read it.
  private mutating func nextSessionID() -> UInt64 { random.next() >> 2 }

  // MARK: - Relay

  /// Ports for the caller, and at `address` for the other party.
  mutating func relay(for caller: Leg, to address: ExchangeAddress) throws(SetupFailure)
    -> RelayPlan
  {
    guard let callerPort = pools[caller.address]?.take() else {
      throw SetupFailure(outcome: .overloaded)
    }
    guard let calleePort = pools[address.name]?.take() else {
      pools[caller.address]?.giveBack(callerPort)
      throw SetupFailure(outcome: .overloaded)
    }
    serial += 1
    return RelayPlan(
      id: RelayID(number: serial),
      callerLocal: IPEndpoint(caller.session.local.address, port: callerPort),
      calleeLocal: IPEndpoint(address.ip, port: calleePort),
      callerRemote: caller.session.remote)
  }

  // MARK: - Off it goes

  private mutating func start(
    _ call: CallMachine, _ arrival: Arrival, of targets: [CallTarget],
    to destination: CallDestination, offer: AudioTerms?, at now: Moment
  ) {
    let begun = index(call, arrival)
    recordPath(from: nil, to: begun, at: now)
    for (leg, target) in zip(call.callees, targets) {
      let offered = LegOffer(
        direction: .outgoing, party: leg.party,
        from: target.record?.caller ?? destination.shownCaller,
        to: target.record?.called ?? destination.called, sipCallID: leg.callID)
      let fact = configuration.fact(
        .offered(offered), tenant: call.tenant, call: call.id, leg: leg.id, epoch: leg.epoch,
        at: now)
      outbox.append(.record(fact, receipt: nil))
    }
    update(call.id, at: now) { $0.begin(offer: offer) }
    tellWatchers(from: nil, to: begun, at: now)
  }

  @discardableResult
  mutating func index(_ call: CallMachine, _ arrival: Arrival) -> CopyOnWrite<CallMachine> {
    var entry = CallEntry(machine: call, inviteKey: InviteKey(arrival.request))
    entry.requests[call.callerToken] = arrival.id
    index(entry)
    relays[call.plan.id] = call.id
    callsPerTenant[call.tenant, default: 0] += 1
    return entry.$machine
  }

  /// Makes a call known by all its names.
  mutating func index(_ entry: CallEntry) {
    let call = entry.machine
    calls[call.id] = entry
    for (token, id) in entry.requests { servers[id] = RequestKey(call: call.id, token: token) }
    initialInvites[entry.inviteKey] = call.id
    if let stay = call.stay { rooms.enter(call.id, of: call.tenant, stay) }
    if let parking = call.parking {
      parked.enter(call.id, ParkingPlace(tenant: call.tenant, slot: parking.slot))
    }
    queues.enter(call)
    callbacks.begins(call)
    pages.enter(call)
    for id in call.extensions {
      lines[BindingKey(tenant: call.tenant, extension: id), default: []].insert(call.id)
    }
    for leg in call.legs {
      let key = DialogKey(callID: leg.callID, localTag: leg.localTag)
      dialogs[key] = LegKey(call: call.id, leg: leg.id)
    }
  }

  mutating func refuse(
    _ outcome: CallOutcome, _ caller: Leg, _ call: CallID, _ tenant: TenantID,
    _ arrival: Arrival, at now: Moment
  ) {
    merged.insert(arrival.request, at: now.boot)
    let end = LegEnd(outcome: outcome, evidence: .signalled, endedBy: .us)
    let ended = configuration.fact(
      .ended(end), tenant: tenant, call: call, leg: caller.id, epoch: caller.epoch, at: now)
    outbox.append(.record(ended, receipt: nil))
    note(ended)
    var response = caller.response(to: arrival.request, outcome.sipStatus)
    response.headers["Reason"] = Reason.cause(of: outcome)
    if outcome == .overloaded { response.headers["Retry-After"] = nextRetryAfter() }
    send(response, to: arrival.id, at: now)
  }
}

extension ExchangeAddress {
  /// How peers reach us here by UDP.
  var uri: SIPURI { SIPURI(host: ip.description, port: sipPort) }

  /// How the peer at the other end of this flow reaches us.
  func uri(over flow: Flow) -> SIPURI {
    var uri = SIPURI(host: ip.description, port: flow.local.port)
    uri.name(flow.transport)
    return uri
  }
}

extension SessionSide {
  /// The same before anything was described, at another socket of ours.
  func placed(at local: IPEndpoint) -> SessionSide {
    SessionSide(
      local: local, sessionID: sessionID, version: version, slots: slots, remote: remote,
      terms: terms, origin: origin, isHolding: isHolding, described: described,
      transport: transport)
  }
}

extension SIPURI {
  /// UDP goes without saying (RFC 3261 section 19.1.1).
  mutating func name(_ transport: SIPTransport) {
    guard transport != .udp else { return }
    parameters["transport"] = transport.rawValue.lowercased()
  }
}
