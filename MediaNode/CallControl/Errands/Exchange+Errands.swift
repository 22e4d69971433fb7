import NodeContract
import SIP

/// Calls that nobody made: see ``Errand``.
extension Exchange {
  /// A call that nobody made: where a caller would be stands whoever has it made, who is nowhere. Nil: it has no
  /// ports.
  /// - Parameters:
  ///   - flow: leads to the first who is to ring.
  ///   - shown: whom they are to call.
  mutating func newErrand(
    _ purpose: Errand.Purpose, named id: CallID, for host: ReceptionHost, calling number: String,
    shown: String, over flow: Flow, _ tenant: DirectoryTenant,
    at now: Moment
  ) -> CallMachine? {
    guard
      let address = configuration.forms(of: tenant.snapshot.homeAddress)?
        .form(toward: flow.remote.address)
    else { return nil }
    let (domain, tag) = (tenant.snapshot.domain, nextTag())
    let leg = LegID(at: now.wall, using: &random)
    let uri = SIPURI(user: shown, host: domain)
    var from = NameAddress(uri: SIPURI(user: host.number, host: domain))
    from.tag = tag
    let invite = SIPRequest(
      method: .invite, uri: uri,
      headers: SIPHeaders(
        vias: [], from: from, to: NameAddress(uri: uri), callID: leg.uuid.hexadecimal,
        cseq: CSeq(1, .invite), maxForwards: 70))
    var caller = Leg(
      id: leg, party: .extension(host.entry, number: host.number), side: .caller,
      address: address.name, epoch: grants[address.name] ?? .none, number: shown,
      localTag: tag, contact: NameAddress(uri: address.uri(over: flow)), invite: invite, flow: flow,
      session: SessionSide(local: address.endpoint, sessionID: random.next() >> 2))
    (caller.phase, caller.hasRung) = (.closed, true)
    guard let plan = try? relay(for: caller, to: address) else { return nil }
    caller.session = caller.session.placed(at: plan.callerLocal)
    var call = CallMachine(
      id: id, tenant: tenant.id, called: shown, callerToken: nextToken(), isOfferless: false,
      plan: plan, limits: limits, caller: caller, callees: [],
      state: .ringing(until: now.boot))
    call.errand = Errand(purpose: purpose, leg: leg, number: number, stage: .callers)
    return call
  }

  /// - Parameter host: who is shown as the caller in the records.
  mutating func begin(_ call: CallMachine, for host: ReceptionHost, at now: Moment) {
    let offer = LegOffer(
      direction: .incoming, party: call.caller.party, from: host.number, to: call.called,
      sipCallID: call.caller.callID)
    let begun = configuration.fact(
      .offered(offer), tenant: call.tenant, call: call.id, leg: call.caller.id,
      epoch: call.caller.epoch, at: now)
    outbox.append(.record(begun, receipt: nil))
    ring(call, called: host.number, from: call.called, at: now)
  }

  /// Those ring of whom one is to be its caller.
  /// - Parameters:
  ///   - called: what their legs' records say.
  ///   - shown: likewise, of who calls.
  mutating func ring(_ call: CallMachine, called: String, from shown: String, at now: Moment) {
    index(CallEntry(machine: call, inviteKey: InviteKey(call.caller.invite)))
    relays[call.plan.id] = call.id
    callsPerTenant[call.tenant, default: 0] += 1
    admit(call.callees, to: call, called: called, from: shown, at: now)
    update(call.id, at: now) { $0.beginErrand() }
    guard let entry = calls[call.id] else { return }
    tellWatchers(from: nil, to: entry.$machine, at: now)
  }

  /// Its caller waits for whom it is for.
  mutating func runErrand(of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let errand = call.errand, let host = call.host,
      let tenant = directory[call.tenant], let entry = tenant.extensionsByID[host.entry]
    else { return update(id, at: now) { $0.end(.internalError, at: now) } }
    switch errand.purpose {
    case .callback: callBack(errand.number, of: call, by: entry, tenant, at: now)
    case .click(let click): run(click, errand.number, of: call, by: entry, tenant, at: now)
    case .page(let share): join(share, of: id, at: now)
    }
  }
}
