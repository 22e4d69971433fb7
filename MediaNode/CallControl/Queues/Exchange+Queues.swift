import CallFlows
import NodeContract
import SIP

/// Callers wait at an extension until an agent takes them. Who waits follows from the calls; who is rung
/// for whom is decided anew after each event that could change it, by ``QueueView``.
extension Exchange {
  /// Whoever comes to that extension's queue; nil: it has none.
  func newcomer(to entry: ExtensionEntry, from origin: CallOrigin) -> QueuedCaller? {
    guard let queue = entry.queue else { return nil }
    let isFull = queues[entry.id].count >= max(1, Int(queue.mostWaiting))
    let isVIP =
      queue.putsVIPsFirst
      && IncomingCall(called: entry.number, from: origin).contact?.isVIP == true
    // Who rests is at work, too: the time does not matter.
    let anyTime = BootInstant(nanoseconds: .min)
    let isLeft =
      queue.needsAgents && !view(of: queue, at: entry.id, origin.tenant, at: anyTime).isManned
    var promised = queue
    promised.calledOff = []
    return QueuedCaller(
      host: ReceptionHost(entry, speaking: queue.language, to: origin), queue: promised,
      isVIP: isVIP, enteredAt: origin.time, isTurnedAway: isFull || isLeft)
  }

  /// Something happened that may change who is rung, or how queues are.
  mutating func queuesAreDue(of tenant: TenantID) {
    queues.isDue(tenant)
    figures.mayHaveChanged(of: tenant)
  }

  /// Keeps who waits, and who serves, as the call says. Most calls are in no queue.
  mutating func followQueue(
    from before: CopyOnWrite<CallMachine>, to after: CopyOnWrite<CallMachine>, at now: Moment
  ) {
    if before.wrappedValue.queued != nil || after.wrappedValue.queued != nil {
      followQueue(from: before.wrappedValue, to: after.wrappedValue, at: now)
    }
    queuesAreDue(of: after.wrappedValue.tenant)
  }

  private mutating func followQueue(
    from before: CallMachine, to after: CallMachine, at now: Moment
  ) {
    if after.isTurnOver, !before.isTurnOver { turnIsOver(of: after, at: now) }
    if before.waitingCaller?.host.entry != after.waitingCaller?.host.entry {
      queues.leave(before)
      queues.enter(after)
    }
    let (served, serves) = (before.servingAgent, after.servingAgent)
    guard served != serves else { return }
    if let served { isFree(served, after: before, at: now) }
    if let serves { change(serves, of: after.tenant, at: now) { $0.answers(at: now.boot) } }
  }

  // MARK: - Who is rung

  /// More turns than any event needs: queues that send callers to one another come to an end before.
  private static let mostTurns = 1_000

  mutating func serveQueues(at now: Moment) {
    var turns = 0
    while let id = queues.takeDue() {
      turns += 1
      guard turns <= Self.mostTurns else {
        note(.error, "queues go in circles: they wait for the next event", tenant: id)
        return queues.forgetDue()
      }
      if let tenant = directory[id] { serveQueues(of: tenant, at: now) }
    }
  }

  private mutating func serveQueues(of tenant: DirectoryTenant, at now: Moment) {
    let views = queues.queues(of: tenant.id).map { ($0, view(of: $0, tenant, at: now.boot)) }
    // An agent of several queues takes whoever came first.
    let ordered = views.sorted { left, right in
      guard let first = left.1?.callers.first?.place, let second = right.1?.callers.first?.place
      else { return left.0 < right.0 }
      return first < second
    }
    for (id, _) in ordered {
      // Those before may have been given an agent of this one.
      guard let queue = tenant.extensionsByID[id]?.queue,
        let view = view(of: id, tenant, at: now.boot)
      else {
        for call in queues[id].sorted() where callbacks[call] == nil {
          update(call, at: now) { $0.leaveQueue(at: now) }
        }
        continue
      }
      if queue.needsAgents, view.isDeserted {
        for caller in view.callers {
          update(caller.place.call, at: now) { $0.leaveQueue(at: now) }
        }
      }
      for offer in view.offers { ring(offer, of: queue, at: id, tenant, at: now) }
    }
  }

  private mutating func ring(
    _ offer: QueueView.Offer, of queue: CallQueue, at id: ExtensionID, _ tenant: DirectoryTenant,
    at now: Moment
  ) {
    if let place = callbacks[offer.call]?.place {
      return makeTurn(for: place, by: offer.agents, queue, tenant, at: now)
    }
    forgetLegsInVain(of: offer.call, at: now)
    guard let call = calls[offer.call]?.machine, let host = call.host else { return }
    let origin = CallOrigin(call, from: host, of: tenant, at: now)
    var legs: [Leg] = []
    var rung: [ExtensionID] = []
    for agent in offer.agents {
      let room = max(0, limits.legsPerCall - call.legs.count - legs.count)
      let targets = targets(at: agent, skipsBusy: false, called: host.number, from: origin)
      guard !targets.isEmpty, room > 0 else {
        // Others' callers may find it willing, after a while.
        change(agent, of: tenant.id, at: now) {
          $0.rests(for: max(.seconds(1), queue.restsFor), at: now.boot)
        }
        continue
      }
      legs += targets.prefix(room).map { outgoingLeg($0, beside: call.caller, in: call, at: now) }
      rung.append(agent)
      change(agent, of: tenant.id, at: now) { $0.rung(at: now.boot) }
    }
    guard !legs.isEmpty else { return }
    let shown = origin.isWithheld ? CallerIdentity.anonymous : origin.number
    admit(legs, to: call, called: host.number, from: shown, at: now)
    let until = now.boot.advanced(by: max(.seconds(1), queue.ringsFor))
    let (joining, agents) = (legs, rung)
    update(call.id, at: now) { $0.ring(joining, of: agents, until: until) }
  }

  private mutating func forgetLegsInVain(of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    let legs = call.legsInVain
    guard !legs.isEmpty else { return }
    update(id, at: now) { $0.forget(legs) }
    guard let left = calls[id]?.machine else { return }
    for leg in legs { dialogs[DialogKey(callID: leg.callID, localTag: leg.localTag)] = nil }
    for gone in call.extensions.subtracting(left.extensions) {
      let key = BindingKey(tenant: call.tenant, extension: gone)
      lines[key]?.remove(id)
      if lines[key]?.isEmpty == true { lines[key] = nil }
    }
  }

  // MARK: - How it is

  /// Nil: there is no such queue (any more).
  func view(of id: ExtensionID, _ tenant: DirectoryTenant, at now: BootInstant) -> QueueView? {
    tenant.extensionsByID[id]?.queue.map { view(of: $0, at: id, tenant, at: now) }
  }

  private func view(
    of queue: CallQueue, at id: ExtensionID, _ tenant: DirectoryTenant, at now: BootInstant
  ) -> QueueView {
    let callers = queues[id].compactMap { call -> QueueView.Caller? in
      if let place = callbacks[call]?.place { return caller(in: place, at: now) }
      guard let machine = calls[call]?.machine, let caller = machine.waitingCaller else {
        return nil
      }
      // Who hears that its place is kept has another one by now.
      guard caller.callback?.stage != .kept else { return nil }
      return QueueView.Caller(
        place: caller.place(of: call), rung: caller.rung, isReady: machine.canBeServed,
        callback: machine.callbackPlace.flatMap { figures(ofCallback: $0) })
    }
    let agents = queue.agents.compactMap { member -> QueueView.Agent? in
      guard let entry = tenant.extensionsByID[member.extension], entry.hasOwnDevices else {
        return nil
      }
      let record = record(of: entry, at: now)
      return QueueView.Agent(
        id: entry.id, tier: member.tier, state: state(of: entry, record, tenant), record: record)
    }
    return QueueView(strategy: queue.strategy, callers: callers, agents: agents)
  }

  private func record(of entry: ExtensionEntry, at now: BootInstant) -> AgentRecord {
    var record = agents[entry.id]?.record ?? AgentRecord()
    record.follow(login: entry.switches[.queueLogin]?.changedAt)
    record.advance(to: now)
    return record
  }

  private func state(
    of entry: ExtensionEntry, _ record: AgentRecord, _ tenant: DirectoryTenant
  ) -> QueueView.Agent.State {
    let key = entry.key(in: tenant)
    if !entry.switches.worksInQueues { return .loggedOut }
    if let reason = entry.switches.queuePause { return .paused(reason) }
    if isOccupied(entry, in: tenant) { return .busy }
    if entry.switches[.doNotDisturb]?.isOn == true || !hasDevice(key) { return .away }
    if record.wrapsUpUntil != nil { return .wrappingUp }
    return record.restsUntil == nil ? .free : .resting
  }

  /// A phone of its own that can be rung.
  private func hasDevice(_ key: BindingKey) -> Bool {
    registrar.devices(of: key).contains { device in
      device.ways.contains { isServed($0.flow.local) }
    }
  }

  /// The caller is to hear where it stands.
  mutating func tellPlace(to id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let caller = call.waitingCaller,
      let tenant = directory[call.tenant],
      let view = view(of: caller.host.entry, tenant, at: now.boot),
      let position = view.position(of: id)
    else { return }
    let wait = view.expectedWait(at: position)
    update(id, at: now) { $0.tellPlace(position, expectedWait: wait, at: now) }
  }
}
