import CallFlows
import NodeContract
import SIP

/// Callers of queues who are called back: the places that they keep, and the calls that are made for them. Agents
/// come first: who asked to be called back expects a person, and not to wait once more.
extension Exchange {
  // MARK: - The caller asks

  mutating func offerCallback(to id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let caller = call.waitingCaller,
      let tenant = directory[call.tenant],
      let view = view(of: caller.host.entry, tenant, at: now.boot),
      let position = view.position(of: id)
    else { return }
    update(id, at: now) { $0.offerCallback(at: position, at: now) }
  }

  /// - Parameter typed: nil: the caller's own.
  mutating func findCallback(_ typed: String?, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    let found = callbackNumber(typed, of: call)
    update(id, at: now) { $0.callbackFound(found, isOwn: typed == nil, at: now) }
  }

  /// Whoever calls from outside is called outside, as the tenant may call and screens calls; colleagues are
  /// called at their extension.
  private func callbackNumber(_ typed: String?, of call: CallMachine) -> CallbackOffer.Number {
    guard let tenant = directory[call.tenant], let caller = call.waitingCaller,
      let dialled = typed ?? (caller.host.isWithheld ? nil : call.caller.number),
      !tenant.isEmergency(dialled)
    else { return .impossible }
    switch tenant.route(dialled: dialled) {
    case .trunk(_, let number):
      guard !tenant.isEmergency(number),
        !tenant.screening.blocks(
          ScreenedCaller(number: number, isDisproven: false), to: caller.host.entry)
      else { return .impossible }
      return callbackNumber(number, for: caller)
    case .extension(let colleague, _):
      guard typed == nil, call.caller.isOf(colleague.id) else { return .impossible }
      return callbackNumber(colleague.number, for: caller)
    case .unknown: return .impossible
    }
  }

  private func callbackNumber(_ number: String, for caller: QueuedCaller) -> CallbackOffer.Number {
    let isKnown = callbacks.places(of: caller.host.entry).contains { $0.number == number }
    return isKnown ? .known : .possible(number)
  }

  /// Who asked is still on the line, and hears that its place is kept.
  private static let farewell = Duration.seconds(15)

  mutating func keepPlace(of id: CallID, calling number: String, at now: Moment) {
    guard let call = calls[id]?.machine, let caller = call.waitingCaller,
      let terms = caller.callback?.terms, let tenant = directory[call.tenant],
      callbackNumber(number, for: caller) != .known,
      callbacks.places(of: caller.host.entry).count < max(1, Int(caller.queue.mostWaiting))
    else { return update(id, at: now) { $0.callbackKept(false, at: now) } }
    let place = CallbackPlace(
      id: CallID(at: now.wall, using: &random), tenant: tenant.id, host: caller.host,
      number: number, isVIP: caller.isVIP, enteredAt: caller.enteredAt, terms: terms,
      expiresAt: now.boot.advanced(by: terms.life(from: now.wall, by: tenant.snapshot.clock)),
      restsUntil: now.boot.advanced(by: Self.farewell))
    keep(
      CallbackTable.Entry(place: place, address: tenant.snapshot.homeAddress), at: now)
    update(id, at: now) { $0.callbackKept(true, at: now) }
  }

  // MARK: - Places

  /// The next process must know of it.
  private mutating func keep(_ entry: CallbackTable.Entry, at now: Moment) {
    var entry = entry
    let place = entry.place
    if let epoch = grants[entry.address] {
      write(&entry, for: entry.address, under: epoch, at: now)
    }
    callbacks[place.id] = entry
    queues.enter(place)
    queuesAreDue(of: place.tenant)
  }

  /// For whoever serves the address next.
  private mutating func write(
    _ entry: inout CallbackTable.Entry, for address: AddressName, under epoch: Epoch, at now: Moment
  ) {
    entry.checkpoints += 1
    outbox.append(
      .checkpoint(
        CheckpointEnvelope(
          call: entry.place.id, tenant: entry.place.tenant, address: address, epoch: epoch,
          number: entry.checkpoints, summary: "a callback",
          contents: CallbackCheckpoint(place: entry.place).bytes(at: now.boot),
          subject: .callback)))
  }

  /// Their queues are served at their own site again, which comes after this. Who is being called, or talks,
  /// is left alone; agents who ring here stop, and ring there.
  mutating func callbacksGoHome(to home: AddressName, under epoch: Epoch, at now: Moment) {
    for id in callbacks.ids {
      guard var entry = callbacks[id], entry.address != home,
        directory[entry.place.tenant]?.snapshot.homeAddress == home
      else { continue }
      let turn = callbacks.turn(of: id).flatMap { calls[$0]?.machine }
      guard turn.map({ $0.errand?.stage == .callers }) ?? true else { continue }
      write(&entry, for: home, under: epoch, at: now)
      callbacks[id] = nil
      queues.leave(entry.place)
      queuesAreDue(of: entry.place.tenant)
      if let turn { update(turn.id, at: now) { $0.end(.cancelled, at: now) } }
    }
  }

  private mutating func forget(_ place: CallbackPlace) {
    callbacks[place.id] = nil
    queues.leave(place)
    queuesAreDue(of: place.tenant)
    outbox.append(.retireCheckpoint(place.id))
  }

  mutating func advanceCallbacks(to now: Moment) {
    while let id = callbacks.popDue(at: now.boot) {
      guard var entry = callbacks[id] else { continue }
      if entry.place.advance(to: now.boot) {
        callbacks[id] = entry
        queuesAreDue(of: entry.place.tenant)
      } else {
        giveUp(entry.place, at: now)
      }
    }
  }

  /// Agents who ring for it ring no more; who is being called, or talks, is left alone.
  private mutating func giveUp(_ place: CallbackPlace, at now: Moment) {
    let turn = callbacks.turn(of: place.id)
    forget(place)
    guard let turn, calls[turn]?.machine.errand?.stage == .callers else { return }
    update(turn, at: now) { $0.end(.cancelled, at: now) }
  }

  /// Those whose queue is gone, or that somebody called off.
  mutating func reviewCallbacks(of tenant: TenantID, at now: Moment) {
    let known = directory[tenant]
    for place in callbacks.places(of: tenant) {
      let queue = known?.extensionsByID[place.host.entry]?.queue
      guard queue.map({ $0.calledOff.contains(place.id) }) ?? true else { continue }
      giveUp(place, at: now)
    }
  }

  /// True when it was somebody's place, and no call.
  mutating func resumeCallback(_ left: LeftCall, at now: Moment) -> Bool {
    guard CallbackCheckpoint.isMeant(by: left.contents) else { return false }
    do throws(CheckpointError) {
      var place = try CallbackCheckpoint(left.contents, at: left.writtenAt).place
      // Several replicas tell of the same.
      guard let tenant = directory[place.tenant],
        let queue = tenant.extensionsByID[place.host.entry]?.queue,
        !queue.calledOff.contains(place.id), grants[tenant.snapshot.homeAddress] != nil,
        callbacks[place.id].map({ $0.checkpoints < left.number }) ?? true,
        !calls.values.contains(where: {
          $0.machine.isCallbackReached && $0.machine.callbackPlace == place.id
        })
      else { return true }
      // What is under way for it may be carried on a moment later, with another address.
      place.rests(until: max(place.restsUntil ?? now.boot, now.boot.advanced(by: .seconds(5))))
      keep(
        CallbackTable.Entry(
          place: place, address: tenant.snapshot.homeAddress, checkpoints: left.number), at: now)
    } catch {
      note(.error, "nobody is called back: the place is \(error)")
    }
    return true
  }

  // MARK: - How they are

  /// Nil: nobody is to be rung for it now, or somebody is already.
  func caller(in place: CallbackPlace, at now: BootInstant) -> QueueView.Caller? {
    guard callbacks.turn(of: place.id) == nil, place.isDue(at: now) else { return nil }
    return QueueView.Caller(
      place: place.place, rung: [], callback: figures(ofCallback: place.id))
  }

  /// Nil: there is none (any more).
  func figures(ofCallback id: CallID) -> QueueFigures.Callback? {
    guard let place = callbacks[id]?.place else { return nil }
    return QueueFigures.Callback(
      id, to: place.number, since: place.enteredAt, attempts: Int(place.attempts),
      isUnderWay: callbacks.turn(of: id) != nil)
  }

  /// Those that have no place among the callers just now.
  func restingCallbacks(of queue: ExtensionID, at now: BootInstant) -> [QueueFigures.Callback] {
    callbacks.places(of: queue).filter { place in
      guard let turn = callbacks.turn(of: place.id) else { return !place.isDue(at: now) }
      return calls[turn]?.machine.waitingCaller == nil
    }.compactMap { figures(ofCallback: $0.id) }
  }

  // MARK: - The caller is called

  /// Agents are rung for it, who see who asked.
  mutating func makeTurn(
    for place: CallbackPlace, by agents: [ExtensionID], _ queue: CallQueue,
    _ tenant: DirectoryTenant, at now: Moment
  ) {
    let origin = CallOrigin(place, of: tenant, at: now)
    let asked = agents.map { agent in
      (agent, targets(at: agent, skipsBusy: false, called: place.host.number, from: origin))
    }
    for (agent, targets) in asked where targets.isEmpty {
      change(agent, of: tenant.id, at: now) {
        $0.rests(for: max(.seconds(1), queue.restsFor), at: now.boot)
      }
    }
    let willing = asked.filter { !$0.1.isEmpty }
    guard let first = willing.first?.1.first else { return }
    guard hasRoom(for: tenant.id),
      var call = newTurn(for: place, over: first.flow, queue, tenant, at: now)
    else { return rest(place, at: now) }
    let devices = willing.flatMap(\.1).prefix(max(1, limits.legsPerCall - 1))
    call.callees = devices.map { outgoingLeg($0, beside: call.caller, in: call, at: now) }
    let rung = willing.map(\.0).filter { agent in call.callees.contains { $0.isOf(agent) } }
    for agent in rung { change(agent, of: tenant.id, at: now) { $0.rung(at: now.boot) } }
    call.queued?.stage = .ringing(rung)
    call.state = .ringing(until: now.boot.advanced(by: max(.seconds(1), queue.ringsFor)))
    begin(call, for: place.host, at: now)
  }

  /// There is no room for its call just now.
  private mutating func rest(_ place: CallbackPlace, at now: Moment) {
    guard var entry = callbacks[place.id] else { return }
    entry.place.rests(until: now.boot.advanced(by: .seconds(5)))
    callbacks[place.id] = entry
  }

  private mutating func newTurn(
    for place: CallbackPlace, over flow: Flow, _ queue: CallQueue, _ tenant: DirectoryTenant,
    at now: Moment
  ) -> CallMachine? {
    let id = CallID(at: now.wall, using: &random)
    guard
      var call = newErrand(
        .callback(place: place.id), named: id, for: place.host, calling: place.number,
        shown: place.number, over: flow, tenant, at: now)
    else { return nil }
    var promised = queue
    promised.calledOff = []
    call.attendance = Attendance(purpose: .queue)
    call.queued = QueuedCaller(
      host: place.host, queue: promised, isVIP: place.isVIP, enteredAt: place.enteredAt)
    return call
  }

  /// An agent waits for the one who asked.
  mutating func callBack(
    _ number: String, of call: CallMachine, by queue: ExtensionEntry, _ tenant: DirectoryTenant,
    at now: Moment
  ) {
    let origin = CallOrigin(
      tenant: tenant, party: .extension(queue.id, number: queue.number), number: queue.number,
      displayName: nil, time: now.wall)
    let destination = destination(of: number, from: origin, queue)
    guard case .targets(let targets) = destination.kind, !destination.isEmergency else {
      return update(call.id, at: now) { $0.choiceIsInVain(at: now) }
    }
    let turns = DeviceTurns(targets, isGroup: destination.members != nil)
    let legs = legs(to: turns.first, besideCallerOf: call, at: now)
    guard !legs.isEmpty else { return update(call.id, at: now) { $0.choiceIsInVain(at: now) } }
    admit(legs, to: call, called: destination.called, from: destination.shownCaller, at: now)
    let until = now.boot.advanced(by: patience(of: targets, destination, tenant))
    update(call.id, at: now) { $0.ring(legs, nil, then: nil, until: until, at: now) }
  }

  /// Whoever was not reached keeps its place for another time, or has had its last.
  mutating func turnIsOver(of call: CallMachine, at now: Moment) {
    guard let errand = call.errand, let place = errand.place else { return }
    callbacks.ends(call)
    queuesAreDue(of: call.tenant)
    guard var entry = callbacks[place] else { return }
    switch errand.stage {
    case .callers: break
    case .asking:
      guard entry.place.failed(at: now.boot) else { return forget(entry.place) }
      keep(entry, at: now)
    case .reached: forget(entry.place)
    }
  }
}

extension CallOrigin {
  /// Whoever asked to be called back, as agents see it.
  fileprivate init(_ place: CallbackPlace, of tenant: DirectoryTenant, at now: Moment) {
    let colleague = tenant.extensionsByNumber[place.number]
    let party: LegParty =
      colleague.map { .extension($0.id, number: $0.number) }
      ?? .extension(place.host.entry, number: place.host.number)
    self.init(
      tenant: tenant, party: party, number: place.number, displayName: place.host.callerName,
      time: now.wall, isFromOutside: colleague == nil,
      passed: [.extension(place.host.entry, number: place.host.number)])
  }
}
