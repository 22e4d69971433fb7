import NodeContract
import SIP

/// Between the calls, which are pure, and the transactions, relays and facts around them.
extension Exchange {
  /// Lets a call take an event and carries out what it wants. A changed call is checkpointed
  /// before the messages that tell of the change.
  mutating func update(
    _ id: CallID, at now: Moment, _ event: (inout CallMachine) -> [CallAction]
  ) {
    guard var entry = calls.removeValue(forKey: id) else { return }
    let before = entry.$machine
    var actions = event(&entry.machine)
    let hasChanged = entry.$machine != before
    if hasChanged { actions += entry.machine.review() }
    let after = entry.machine.stay
    calls[id] = entry
    let (tenant, stay) = (before.wrappedValue.tenant, before.wrappedValue.stay)
    if stay?.room != after?.room { move(id, of: tenant, from: stay, to: after) }
    if hasChanged { followQueue(from: before, to: entry.$machine, at: now) }
    if hasChanged { changedCalls.note(id, at: outbox.count) }
    if hasChanged { recordPath(from: before.wrappedValue.flow, to: entry.$machine, at: now) }
    for action in actions { perform(action, of: id, at: now) }
    move(id, of: tenant, from: before.wrappedValue.parking, to: entry.machine.parking, at: now)
    tellWatchers(from: before, to: entry.$machine, at: now)
    if let left = stay, left.room != after?.room { reviewSupervision(in: left, at: now) }
    if before.wrappedValue.page != nil {
      followPage(from: before.wrappedValue, to: entry.machine, at: now)
    }
    if hasChanged { followRecordingRules(from: before, of: id, at: now) }
    settle(id, at: now)
  }

  /// Sets the next deadline, or forgets a call that has nothing left to absorb.
  private mutating func settle(_ id: CallID, at now: Moment) {
    guard let entry = calls[id] else { return }
    if entry.machine.isFinished(at: now.boot) {
      remove(id)
    } else {
      deadlines.set(entry.machine.deadline(after: now.boot), for: id)
    }
  }

  mutating func remove(_ id: CallID) {
    guard let entry = calls.removeValue(forKey: id) else { return }
    let call = entry.machine
    if let stay = entry.machine.stay { rooms.leave(id, stay.room) }
    if let parking = call.parking {
      parked.leave(id, ParkingPlace(tenant: call.tenant, slot: parking.slot))
    }
    queues.leave(call)
    callbacks.ends(call)
    pages.leave(call)
    if entry.isSaved { outbox.append(.retireCheckpoint(id)) }
    deadlines.set(nil, for: id)
    initialInvites[entry.inviteKey] = nil
    for leg in call.legs {
      dialogs[DialogKey(callID: leg.callID, localTag: leg.localTag)] = nil
    }
    for id in call.extensions {
      let key = BindingKey(tenant: call.tenant, extension: id)
      lines[key]?.remove(call.id)
      if lines[key]?.isEmpty == true { lines[key] = nil }
    }
    for client in entry.sent.values { clients[client] = nil }
    for server in entry.requests.values { servers[server] = nil }
    receipts[FactReceipt(number: call.callerToken.number)] = nil
    for receipt in entry.receipts { receipts[receipt] = nil }
  }

  // MARK: - Actions

  mutating func perform(_ action: CallAction, of id: CallID, at now: Moment) {
    switch action {
    case .request(let request, let flow, let branch):
      send(request, over: flow, branch, of: id, at: now)
    case .acknowledge(let request, let flow, let branch):
      let request = provenAcknowledgement(signed(request), over: flow, of: id)
      let sent = layer.send(request, over: flow, branch: branch, at: now.boot)
      handle(sent.events, at: now)
    case .cancel(let branch, let reason): cancel(branch, reason, of: id, at: now)
    case .respond(let response, let token): respond(response, to: token, of: id, at: now)
    case .forget(let token): forget(token, of: id)
    case .transfer(let wish): transfer(wish, of: id, at: now)
    case .giveSeat(let replaces): giveSeat(of: id, toPartyOf: replaces, at: now)
    case .redirect(let redirection): redirect(redirection, of: id, at: now)
    case .askFurther(let further): askFurther(further, of: id, at: now)
    case .askConfirmation: askConfirmation(of: id, at: now)
    case .returnParked: returnParked(of: id, at: now)
    case .switchAnswering(let wish): switchAnswering(wish, of: id, at: now)
    case .openRelay(let plan): outbox.append(.openRelay(plan))
    case .direct(let side, let remote): direct(side, to: remote, of: id)
    case .secure(let side, let transport): secure(side, transport, of: id)
    case .carry(let passage): tellRelay(of: id) { .carry($0, passage) }
    case .tellKey(let key, let side): tellRelay(of: id) { .tellKey(key, $0, side: side) }
    case .play(let announcement, let number, let side, let position):
      tellRelay(of: id) {
        .play(announcement, numbered: number, $0, side: side, from: position)
      }
    case .stopPlaying(let side): tellRelay(of: id) { .stopPlaying($0, side: side) }
    case .seat(let seat, let side): tellRelay(of: id) { .seat(seat, $0, side: side) }
    case .recordSound(let part): tellRelay(of: id) { .recordRelay(part, $0) }
    case .soundEnded(let sound): outbox.append(.soundEnded(sound))
    case .lead(let choice): lead(choice, of: id, at: now)
    case .followFlow(let event): followFlow(event, of: id, at: now)
    case .findPlace: tellPlace(to: id, at: now)
    case .offerCallback: offerCallback(to: id, at: now)
    case .findCallback(let typed): findCallback(typed, of: id, at: now)
    case .keepPlace(let number): keepPlace(of: id, calling: number, at: now)
    case .runErrand: runErrand(of: id, at: now)
    case .missed(let agents): missed(agents, for: id, at: now)
    case .findMailbox(let number): findMailbox(number, of: id, at: now)
    case .dial(let number): dial(number, of: id, at: now)
    case .askMailbox(let mailbox, let verb, let number):
      if let question = askMailbox(mailbox, verb, number: number, of: id) {
        outbox.append(.askMailbox(question))
      }
    case .measure(let leg): measure(leg, of: id)
    case .closeRelay: closeRelay(of: id)
    case .record(let event, let leg): record(event, on: leg, of: id, receipt: nil, at: now)
    case .recordAndWait(let event, let leg, let receipt):
      receipts[receipt] = id
      calls[id]?.receipts.insert(receipt)
      record(event, on: leg, of: id, receipt: receipt, at: now)
    case .log(let level, let message, let leg):
      let tenant = calls[id]?.machine.tenant
      note(level, message, tenant: tenant, call: id, leg: leg)
    }
  }

  private mutating func send(
    _ request: SIPRequest, over flow: Flow, _ branch: String, of id: CallID, at now: Moment
  ) {
    let isChallenged = account(behind: branch, of: id) != nil
    let request = proven(signed(request), over: flow, branch, of: id)
    let sent = layer.send(
      request, over: flow, branch: branch, mayMove: isCarriersSide(flow.local), at: now.boot)
    clients[sent.id] = ClientKey(
      call: id, branch: branch, flow: flow, request: isChallenged ? request : nil,
      proofs: pendingProofs)
    calls[id]?.sent[branch] = sent.id
    handle(sent.events, at: now)
  }

  func signed(_ request: SIPRequest) -> SIPRequest {
    var request = request
    request.headers["User-Agent"] = configuration.product
    if request.method.isOffering {
      request.headers["Allow"] = Capabilities.allow
      if request.headers["Supported"] == nil {
        request.headers["Supported"] = Capabilities.supported
      }
    }
    return request
  }

  private mutating func cancel(
    _ branch: String, _ reason: String, of id: CallID, at now: Moment
  ) {
    guard let client = calls[id]?.sent[branch] else { return }
    if reason == Reason.triedElsewhere, let flow = clients[client]?.flow {
      noteSilence(of: flow, at: now)
    }
    handle(layer.cancel(client, because: reason, at: now.boot), at: now)
  }

  private mutating func respond(
    _ response: SIPResponse, to token: RequestToken, of id: CallID, at now: Moment
  ) {
    guard let server = calls[id]?.requests[token] else { return }
    let waitsForACK = response.isSuccess && response.headers.cseq.method == .invite
    if response.status >= 200, !waitsForACK { forget(token, of: id) }
    send(response, to: server, at: now)
  }

  private mutating func forget(_ token: RequestToken, of id: CallID) {
    guard let server = calls[id]?.requests.removeValue(forKey: token) else { return }
    servers[server] = nil
  }

  private mutating func record(
    _ event: FactEvent, on leg: LegID, of id: CallID, receipt: FactReceipt?, at now: Moment
  ) {
    guard let entry = calls[id] else { return }
    let fact = configuration.fact(
      event, tenant: entry.machine.tenant, call: entry.machine[leg].recordedIn ?? id, leg: leg,
      epoch: entry.machine[leg].epoch, at: now)
    outbox.append(.record(fact, receipt: receipt))
    note(fact)
  }

  /// The record of the call says the same; a line for each would cost more than the call.
  mutating func note(_ fact: Fact) {
    guard case .ended(let end) = fact.event else { return }
    let message = "leg ended: \(end.outcome.rawValue), \(end.evidence.rawValue)"
    note(.debug, message, tenant: fact.tenant, call: fact.call, leg: fact.leg)
  }

  // MARK: - Relays

  private mutating func direct(_ side: RelaySide, to remote: IPEndpoint, of id: CallID) {
    tellRelay(of: id) { .directRelay($0, side: side, to: remote) }
  }

  /// A relay that is closed is told nothing.
  mutating func tellRelay(of id: CallID, _ action: (RelayID) -> ExchangeAction) {
    guard let relay = calls[id]?.machine.plan.id, relays[relay] != nil else { return }
    outbox.append(action(relay))
  }

  mutating func closeRelay(of id: CallID) {
    guard let call = calls[id]?.machine, relays.removeValue(forKey: call.plan.id) != nil else {
      return
    }
    pools[call.relayAddresses.caller]?.giveBack(call.plan.callerLocal.port)
    pools[call.relayAddresses.callee]?.giveBack(call.plan.calleeLocal.port)
    callsPerTenant[call.tenant, default: 1] -= 1
    if callsPerTenant[call.tenant] == 0 { callsPerTenant[call.tenant] = nil }
    outbox.append(.closeRelay(call.plan.id))
  }
}

extension CallMachine {
  /// Whose port pools the relay's two sides came from.
  var relayAddresses: (caller: AddressName, callee: AddressName) {
    (relayAddress(on: .caller), relayAddress(on: .callee))
  }

  private func relayAddress(on side: RelaySide) -> AddressName {
    caller.side == side
      ? caller.relayAddress
      : callees.first { $0.side == side }?.relayAddress ?? caller.relayAddress
  }

  /// When the call wants to hear of the time. A call that only waits for its last transactions
  /// does not: their end is an event of its own.
  func deadline(after now: BootInstant) -> BootInstant? {
    switch state {
    case .ending(let until) where until <= now:
      [nextAnswerDeadline, moveDeadline].compactMap(\.self).min()
    case .ringing, .settling, .holdingBack, .talking, .attended, .ending: nextDeadline
    }
  }
}
