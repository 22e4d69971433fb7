import NodeContract
import SIP

/// Keeps us registered at the carriers that want it, as long as we serve the address that they are
/// to call.
extension Exchange {
  /// Begins what should be and is not, ends what should not. After each change of tenants and grants.
  mutating func reviewRegistrations(at now: Moment) {
    let wanted = directory.registeringTrunks.filter { grants[$0.value.address] != nil }
      .mapValues(located)
    for id in registrations.keys.sorted() where wanted[id] == nil {
      endRegistration(id, at: now)
    }
    for (id, trunk) in wanted.sorted(by: { $0.key < $1.key }) {
      if registrations[id] == nil {
        registrations[id] = newRegistration(of: trunk, at: now)
      } else {
        if registrations[id]?.trunk != trunk { trunkCredentials.forget(id) }
        registrations[id]?.change(to: trunk, at: now.boot)
      }
      registrationDeadlines.set(registrations[id]?.nextDeadline, for: id)
    }
  }

  /// All carriers of a node that starts are not asked in the same instant.
  private mutating func newRegistration(of trunk: TrunkEntry, at now: Moment)
    -> TrunkRegistration
  {
    let delay = Duration.milliseconds(Int64.random(in: 0...1000, using: &random))
    return TrunkRegistration(
      of: trunk, callID: nextTag() + nextTag(), tag: nextTag(),
      startingAt: now.boot.advanced(by: delay))
  }

  private mutating func endRegistration(_ id: TrunkID, at now: Moment) {
    registrationDeadlines.set(nil, for: id)
    guard var registration = registrations.removeValue(forKey: id) else { return }
    trunkCredentials.forget(id)
    guard let flow = flow(of: registration), let address = address(at: flow.local),
      let request = registration.farewell(from: address.uri(over: flow))
    else { return }
    send(request, of: registration.trunk, over: flow, for: nil, at: now)
  }

  /// The way to the server whose turn it is; nil: we do not serve the trunk's address, or nothing leads there.
  private func flow(of registration: TrunkRegistration) -> Flow? {
    let trunk = registration.trunk
    guard grants[trunk.address] != nil, let forms = configuration.forms(of: trunk.address) else {
      return nil
    }
    var lot = TrunkLot(of: trunk.id)
    let flows = flows(to: trunk, from: forms, &lot)
    return flows.isEmpty ? nil : flows[registration.turn % flows.count]
  }

  /// Sends what is due.
  mutating func advanceRegistrations(to now: Moment) {
    while let id = registrationDeadlines.popDue(at: now.boot) { register(id, at: now) }
  }

  private mutating func register(_ id: TrunkID, at now: Moment) {
    guard var registration = registrations[id] else { return }
    guard let flow = flow(of: registration), let address = address(at: flow.local),
      let request = registration.request(from: address.uri(over: flow))
    else {
      _ = registration.silent(at: now.boot, &random)
      return store(registration, id)
    }
    store(registration, id)
    send(request, of: registration.trunk, over: flow, for: id, at: now)
  }

  private mutating func store(_ registration: TrunkRegistration, _ id: TrunkID) {
    registrations[id] = registration
    registrationDeadlines.set(registration.nextDeadline, for: id)
  }

  private mutating func send(
    _ request: SIPRequest, of trunk: TrunkEntry, over flow: Flow, for id: TrunkID?, at now: Moment
  ) {
    var request = trunkCredentials.prove(request, to: trunk, over: flow, &random)
    request.headers["User-Agent"] = configuration.product
    let sent = layer.send(
      request, over: flow, branch: Via.magicCookie + nextTag(), mayMove: true, at: now.boot)
    if let id { registering[sent.id] = RegisteringKey(trunk: id, flow: flow) }
    handle(sent.events, at: now)
  }

  /// True when the response was to a REGISTER of ours.
  mutating func registrationAnswered(
    _ response: SIPResponse, _ id: ClientTransactionID, at now: Moment
  ) -> Bool {
    guard let key = registering[id] else { return false }
    noteAnswer(response, from: key.flow, at: now)
    guard response.status >= 200 else { return true }
    registering[id] = nil
    guard var registration = registrations[key.trunk] else { return true }
    let canProve = trunkCredentials.take(response, from: registration.trunk, over: key.flow)
    let outcome = registration.answered(response, canProve: canProve, at: now.boot, &random)
    store(registration, key.trunk)
    tell(outcome, of: registration.trunk)
    if outcome == .again { advanceRegistrations(to: now) }
    return true
  }

  mutating func registrationTimedOut(_ id: ClientTransactionID, at now: Moment) -> Bool {
    guard let key = registering.removeValue(forKey: id) else { return false }
    noteSilence(of: key.flow, at: now)
    guard var registration = registrations[key.trunk] else { return true }
    let outcome = registration.silent(at: now.boot, &random)
    store(registration, key.trunk)
    tell(outcome, of: registration.trunk)
    return true
  }

  private mutating func tell(_ outcome: TrunkRegistration.Outcome, of trunk: TrunkEntry) {
    switch outcome {
    case .again: break
    case .registered(let lifetime):
      note(.debug, "registered at carrier \(trunk.name) for \(lifetime.components.seconds) s")
    case .failed(let status, let delay):
      note(
        .warning,
        "not registered at carrier \(trunk.name): \(status); "
          + "next try in \(delay.components.seconds) s")
    }
  }
}

/// Whose REGISTER a client transaction carries.
struct RegisteringKey: Hashable, Sendable {
  let trunk: TrunkID
  let flow: Flow
}
