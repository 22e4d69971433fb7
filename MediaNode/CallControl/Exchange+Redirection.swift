import NodeContract
import SIP

/// Where a 3xx leads, or a rule. A phone forwards its calls as its user might dial: to colleagues, and out over
/// the tenant's carriers as that user. A carrier's 3xx leads to that carrier only.
extension Exchange {
  mutating func redirect(_ redirection: Redirection, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    guard !call[redirection.leg].isTrunk else {
      return redirectWithinTrunk(redirection, of: call, at: now)
    }
    let tenant = directory[call.tenant]
    let found = tenant.flatMap { destination(of: redirection, in: call, $0, at: now) }
    if let found, case .reception(let reception) = found.kind {
      return receive(by: reception, found, after: redirection, of: call, at: now)
    }
    guard let tenant, let destination = found, case .targets(var targets) = destination.kind else {
      return update(id, at: now) {
        $0.redirectionRefused(redirection.leg, redirection.failure, at: now)
      }
    }
    // Whom a phone sends the call to is no surer to be a person than whoever answers at the phone.
    if redirection.by == nil, call[redirection.leg].mustConfirm {
      for place in targets.indices { targets[place].mustConfirm = true }
    }
    let legs = enlisted(
      targets, in: call, at: redirection.leg, called: destination.called,
      from: destination.shownCaller, at: now)
    let until = now.boot.advanced(by: patience(of: targets, destination, tenant))
    // A group, say, whose members rang and not itself.
    let sender = redirection.by.flatMap { by in call.legs.contains { $0.party == by } ? nil : by }
    note(
      passed: [sender].compactMap(\.self) + destination.passed, by: call.caller, in: id,
      of: call.tenant, called: call.called, at: now)
    note(destination.steps, by: call.caller, in: id, of: call.tenant, at: now)
    update(id, at: now) {
      // What comes after looking for a user was decided as the call came.
      if !redirection.follows { $0.answering = destination.answering }
      $0.flow = destination.flow
      $0.further = destination.further(after: now.boot)
      return $0.forward(redirection.leg, to: legs, until: until, at: now)
    }
  }

  /// The preferred of those that lead anywhere.
  private func destination(
    of redirection: Redirection, in call: CallMachine, _ tenant: DirectoryTenant, at now: Moment
  ) -> CallDestination? {
    guard !redirection.follows else {
      return followed(by: redirection, in: call, tenant, at: now)
    }
    return redirection.targets.lazy.compactMap {
      self.destination(of: redirection, to: $0, in: call, tenant, at: now)
    }.first
  }

  /// Nil: the call cannot go there. Nobody is asked twice, nobody's calls are calls for help.
  private func destination(
    of redirection: Redirection, to target: SIPURI, in call: CallMachine,
    _ tenant: DirectoryTenant, at now: Moment
  ) -> CallDestination? {
    let leg = call[redirection.leg]
    guard isOurs(target, tenant), let dialled = target.user,
      case .extension(let id, _) = redirection.by ?? leg.party,
      let user = tenant.extensionsByID[id]
    else { return nil }
    let destination = self.destination(
      of: dialled,
      from: leg.origin(in: tenant, of: call, user, redirection.reason, limits, at: now), user)
    if case .reception = destination.kind { return destination }
    guard !destination.isEmergency, case .targets(let targets) = destination.kind else {
      return nil
    }
    let asked = Set(call.legs.map(\.number))
    return targets.contains { asked.contains($0.to.uri.user ?? "") } ? nil : destination
  }

  private mutating func redirectWithinTrunk(
    _ redirection: Redirection, of call: CallMachine, at now: Moment
  ) {
    let leg = call[redirection.leg]
    guard let trunk = trunk(of: leg.id, in: call),
      let way = redirection.targets.lazy.compactMap({ leg.way(to: $0, of: trunk) }).first
    else {
      return update(call.id, at: now) {
        $0.redirectionRefused(leg.id, .carrierFailed, at: now)
      }
    }
    update(call.id, at: now) { $0.follow(way, to: leg.id, at: now) }
  }

  /// Those whose turn it is after those that rang.
  mutating func askFurther(_ further: Further, of id: CallID, at now: Moment) {
    switch further {
    case .devices(let devices): askFurther(devices, of: id, at: now)
    case .members(let members): askFurther(members, of: id, at: now)
    case .steps(let steps): askFurther(steps, of: id, at: now)
    }
  }

  private mutating func askFurther(_ further: FurtherDevices, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine,
      let known = call.callees.first(where: { $0.party == further.party }),
      let tenant = directory[call.tenant], case .extension(let user, _) = further.party
    else { return update(id, at: now) { $0.askNext(at: now) } }
    let key = BindingKey(tenant: call.tenant, extension: user)
    let left = registrar.devices(of: key).filter { $0.preference < further.below }
      .compactMap { target(at: $0, like: known) }
    let turn = DeviceTurns(left)
    guard !turn.first.isEmpty else { return update(id, at: now) { $0.askNext(at: now) } }
    let legs = enlisted(
      turn.first, in: call, at: known.id, called: call.called, from: further.shownCaller, at: now)
    let next = turn.next(after: now.boot, shownCaller: further.shownCaller, limits)
    let until = now.boot.advanced(by: patience(of: turn.first, tenant))
    update(id, at: now) { $0.enlist(legs, then: next.map(Further.devices), until: until) }
  }

  private func target(at device: Registrar.Device, like leg: Leg) -> CallTarget? {
    var from = leg.invite.headers.from
    from.tag = nil
    var target = target(
      at: device, party: leg.party, from: from, to: leg.invite.headers.to,
      headers: leg.invite.headers.withoutSession)
    target?.mustConfirm = leg.mustConfirm
    return target
  }

  /// Legs that join a ringing call, as many as it may have, each on record. None, when it ended in between: nobody
  /// would end them.
  mutating func enlisted(
    _ targets: [CallTarget], in call: CallMachine, at place: LegID, called: String,
    from shown: String, at now: Moment
  ) -> [Leg] {
    guard case .ringing = call.state else { return [] }
    let room = max(0, limits.legsPerCall - call.legs.count)
    let hops = max(0, (call[place].invite.headers.maxForwards ?? 70) - 1)
    return targets.prefix(room).map { target in
      let leg = outgoingLeg(target, in: call[place], hops: hops, at: now)
      let offer = LegOffer(
        direction: .outgoing, party: leg.party, from: target.record?.caller ?? shown,
        to: target.record?.called ?? called, sipCallID: leg.callID)
      admit(leg, to: call, offer: offer, at: now)
      return leg
    }
  }
}

/// Devices in the order in which they are asked: those that like it most together, then the others.
struct DeviceTurns {
  let first: [CallTarget]
  private let hasMore: Bool

  /// - Parameters:
  ///   - targets: the preferred first.
  ///   - isGroup: all ring, whatever they say.
  init(_ targets: [CallTarget], isGroup: Bool = false) {
    guard !isGroup else {
      (first, hasMore) = (targets, false)
      return
    }
    let best = targets.first?.preference
    first = targets.filter { $0.preference == best }
    hasMore = first.count < targets.count
  }

  func next(after now: BootInstant, shownCaller: String, _ limits: ExchangeLimits)
    -> FurtherDevices?
  {
    guard hasMore, let asked = first.first else { return nil }
    return FurtherDevices(
      party: asked.party, below: asked.preference, shownCaller: shownCaller,
      nextAt: now.advanced(by: limits.serialRinging))
  }
}

extension SIPHeaders {
  /// Who called and who forwarded, without what each leg says for itself.
  fileprivate var withoutSession: [HeaderField] {
    others.filter { !$0.isNamed("Session-Expires") && !$0.isNamed("Min-SE") }
  }
}

extension Leg {
  /// The call as it comes from this party that forwards it.
  func origin(
    in tenant: DirectoryTenant, of call: CallMachine, _ user: ExtensionEntry,
    _ reason: Forwarding.Reason, _ limits: ExchangeLimits, at now: Moment
  ) -> CallOrigin {
    let from = invite.headers.from
    let before = ForwardingFields.read(invite.headers, limit: max(0, limits.forwardings - 1))
    return CallOrigin(
      tenant: tenant, party: party, number: from.uri.user ?? call.caller.number,
      displayName: from.displayName, time: now.wall, isWithheld: invite.wishesPrivacy,
      isFromOutside: call.caller.isTrunk,
      forwardings: [Forwarding(number: user.outsideNumber ?? user.number, reason: reason)] + before)
  }

  /// The way to another of the carrier's own addresses.
  fileprivate func way(to target: SIPURI, of trunk: TrunkEntry) -> CallWay? {
    guard target.scheme == .sip, let user = target.user,
      let endpoint = target.endpoint, trunk.isPeer(endpoint)
    else { return nil }
    return CallWay(
      address: address, epoch: epoch, contact: contact,
      flow: Flow(transport: flow.transport, local: flow.local, remote: endpoint),
      uri: SIPURI(user: user, host: target.host, port: target.port), routes: [])
  }
}
