import CallFlows
import NodeContract
import SIP

/// Where flows lead calls: to whom a step asks for, or past those who are not there.
extension Exchange {
  /// Nil: the extension has no flow.
  func entrance(of entry: ExtensionEntry, called: String, from origin: CallOrigin)
    -> CallDestination?
  {
    guard let flow = entry.flow else { return nil }
    let visit = FlowVisit(
      host: ReceptionHost(entry, speaking: nil, to: origin), flow: flow, called: called,
      cameAt: origin.time, stop: flow.start)
    return destination(in: visit, from: flow.start, origin)
  }

  /// Where a call goes that comes to that step: a stop at which nobody can be asked is left at once.
  private func destination(
    in visit: FlowVisit, from step: CallFlow.StepName?, _ origin: CallOrigin
  ) -> CallDestination {
    var (visit, next) = (visit, step)
    let circumstances = FlowCircumstances(visit, origin)
    for _ in 0..<CallFlow.mostStops {
      guard let stop = visit.flow.way(from: next, in: circumstances).stop,
        let action = visit.flow.steps[stop]?.action
      else { break }
      visit.stop = stop
      if let destination = destination(of: action, in: visit, origin) { return destination }
      next = visit.flow.next(after: stop, .nobody)
    }
    return CallDestination(called: visit.called, kind: .refused(.noAnswer))
  }

  /// Nil: nobody can be asked there.
  private func destination(
    of action: CallFlow.Action, in visit: FlowVisit, _ origin: CallOrigin
  ) -> CallDestination? {
    let extensions = origin.tenant.extensionsByID
    switch action {
    case .ring(let id, _):
      return extensions[id].flatMap { ringing($0, in: visit, origin) }
    case .outside(let number, _): return outside(number, in: visit, origin)
    case .menu(let menu): return visit.reception(.menu(MenuVisit(menu, in: visit)))
    case .queue(let id):
      guard let caller = extensions[id].flatMap({ newcomer(to: $0, from: origin) }),
        !caller.isTurnedAway
      else { return nil }
      return visit.reception(.queue(caller))
    case .announcement(let sound):
      return visit.reception(
        .announcement(FlowAnnouncement(sound: sound, language: visit.host.language)))
    case .mailbox(let id, let greeting):
      guard let offer = extensions[id].flatMap({ MailboxOffer($0, to: origin) }) else { return nil }
      return CallDestination(
        called: visit.called, kind: .reception(.mailbox(offer.greeting(with: greeting))))
    case .extension(let id):
      return extensions[id].flatMap { handedOver(to: $0, from: visit, origin) }
    case .hangUp(let outcome):
      return CallDestination(called: visit.called, kind: .refused(outcome))
    case .hours, .night, .caller, .called: return nil
    }
  }

  /// Its devices, or its group's.
  private func ringing(
    _ entry: ExtensionEntry, in visit: FlowVisit, _ origin: CallOrigin
  ) -> CallDestination? {
    var destination: CallDestination
    if let group = entry.group {
      destination = members(of: group, entry.id, called: visit.called, from: origin)
    } else {
      destination = CallDestination(
        called: visit.called,
        shownCaller: origin.isWithheld ? CallerIdentity.anonymous : origin.number,
        kind: .targets(
          targets(at: entry.id, skipsBusy: false, called: visit.called, from: origin)))
    }
    guard case .targets(let targets) = destination.kind, !targets.isEmpty else { return nil }
    destination.flow = visit
    return destination
  }

  private func outside(
    _ number: String, in visit: FlowVisit, _ origin: CallOrigin
  ) -> CallDestination? {
    guard let host = origin.tenant.extensionsByID[visit.host.entry] else { return nil }
    var onward = origin.passing(visit)
    onward.forwardings = Array(
      ([Forwarding(number: host.outsideNumber ?? host.number, reason: .unconditional)]
        + origin.forwardings).prefix(limits.forwardings))
    var destination = destination(of: number, from: onward, host)
    guard !destination.isEmergency, case .targets = destination.kind else { return nil }
    destination.answering = nil
    destination.flow = visit
    return destination
  }

  /// What becomes of it there is no more of this flow's.
  private func handedOver(
    to entry: ExtensionEntry, from visit: FlowVisit, _ origin: CallOrigin
  ) -> CallDestination? {
    let party = LegParty.extension(entry.id, number: entry.number)
    guard origin.passed.count < limits.redirectionsPerCall, !origin.passed.contains(party),
      entry.id != visit.host.entry
    else { return nil }
    return devices(of: entry, called: visit.called, from: origin.passing(visit))
  }

  // MARK: - On its way

  /// The flow's extension has a leg on record for each stop that a call comes to: where it was, and when.
  mutating func recordPath(
    from before: FlowVisit?, to after: CopyOnWrite<CallMachine>, at now: Moment
  ) {
    guard let visit = after.wrappedValue.flow, visit.place != before?.place else { return }
    let call = after.wrappedValue
    note(
      passed: [.extension(visit.host.entry, number: visit.host.number)], by: call.caller,
      in: call.id, of: call.tenant, called: Legible.text("\(visit.host.number)/\(visit.stop)"),
      at: now)
  }

  mutating func followFlow(_ event: FlowEvent, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let visit = call.flow,
      let tenant = directory[call.tenant]
    else { return update(id, at: now) { $0.leaveFlow(.internalError, at: now) } }
    let origin = CallOrigin(call, from: visit.host, of: tenant, at: now)
    let destination = destination(
      in: visit, from: visit.flow.next(after: visit.stop, event), origin)
    switch destination.kind {
    case .refused(let outcome): update(id, at: now) { $0.leaveFlow(outcome, at: now) }
    case .reception(let reception):
      note(
        passed: destination.passed, by: call.caller, in: id, of: call.tenant, called: call.called,
        at: now)
      update(id, at: now) { $0.goOn(in: destination.flow, to: reception, at: now) }
    case .targets(let targets): ring(targets, destination, in: call, tenant, at: now)
    }
  }

  private mutating func ring(
    _ targets: [CallTarget], _ destination: CallDestination, in call: CallMachine,
    _ tenant: DirectoryTenant, at now: Moment
  ) {
    let turns = DeviceTurns(targets, isGroup: destination.ringsAll)
    let legs = joining(turns.first, call, destination, at: now)
    guard !legs.isEmpty else {
      return update(call.id, at: now) { $0.leaveFlow(.noAnswer, at: now) }
    }
    note(
      passed: destination.passed, by: call.caller, in: call.id, of: call.tenant,
      called: call.called, at: now)
    note(destination.steps, by: call.caller, in: call.id, of: call.tenant, at: now)
    ring(legs, in: turns, of: targets, destination, call, tenant, at: now)
  }

  /// As many legs as the call may have: beside those that rang before, or beside the caller whom nobody was
  /// asked for yet.
  private mutating func joining(
    _ targets: [CallTarget], _ call: CallMachine, _ destination: CallDestination, at now: Moment
  ) -> [Leg] {
    if case .ringing = call.state, let place = call.callees.last {
      return enlisted(
        targets, in: call, at: place.id, called: destination.called,
        from: destination.shownCaller, at: now)
    }
    let legs = legs(to: targets, besideCallerOf: call, at: now)
    admit(
      legs, of: targets, to: call, called: destination.called, from: destination.shownCaller,
      at: now)
    return legs
  }
}

extension FlowVisit {
  fileprivate func reception(_ reception: Reception) -> CallDestination {
    var destination = CallDestination(called: called, kind: .reception(reception))
    destination.flow = self
    return destination
  }
}

extension FlowCircumstances {
  fileprivate init(_ visit: FlowVisit, _ origin: CallOrigin) {
    var call = IncomingCall(called: visit.called, from: origin)
    call.time = visit.cameAt
    let tenant = origin.tenant
    let nights = visit.flow.nightSwitches(of: visit.host.entry).filter {
      tenant.extensionsByID[$0]?.switches.isNight == true
    }
    self.init(call, by: tenant.snapshot.clock, to: visit.host.entry, nights: nights)
  }
}

extension CallOrigin {
  /// The call as the flow's extension sends it on.
  fileprivate func passing(_ visit: FlowVisit) -> CallOrigin {
    var onward = self
    let party = LegParty.extension(visit.host.entry, number: visit.host.number)
    if !onward.passed.contains(party) { onward.passed.append(party) }
    return onward
  }
}
