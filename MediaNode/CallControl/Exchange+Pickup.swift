import NodeContract
import SIP

/// Pickup by a code, of one extension or of the caller's groups, or by an INVITE with Replaces (RFC 3891 section 3).
extension Exchange {
  /// True when the INVITE picks a call up, or wanted to; it is answered then.
  mutating func picksUp(
    _ arrival: Arrival, _ user: ExtensionEntry, of tenant: DirectoryTenant, at now: Moment
  ) -> Bool {
    let fields = arrival.request.headers.values(of: "Replaces")
    if !fields.isEmpty {
      replace(fields, arrival, user, of: tenant, at: now)
      return true
    }
    guard let dialled = tenant.feature(arrival.request.uri.user), dialled.feature == .pickup else {
      return false
    }
    let entry = dialled.argument.flatMap { tenant.extensionsByNumber[$0] }
    guard dialled.argument == nil || entry != nil else {
      respond(StatusCode.notFound, to: arrival, at: now)
      return true
    }
    let places = entry.map { [$0.key(in: tenant)] } ?? tenant.colleagues(of: user)
    if let ringing = ringing(at: places) {
      pickUp(ringing, arrival, user, of: tenant, at: now)
    } else {
      respond(StatusCode.temporarilyUnavailable, to: arrival, at: now)
    }
    return true
  }

  /// The call that rings there longest.
  private func ringing(at keys: [BindingKey]) -> LegKey? {
    keys.compactMap { key in
      (lines[key] ?? []).sorted().lazy.compactMap { id in
        calls[id]?.machine.ringingLeg(at: key.extension).map { LegKey(call: id, leg: $0) }
      }.first
    }.min { $0.call < $1.call }
  }

  /// RFC 3891 section 3: 400 for several, 481 for none of ours, 486 where only a ringing call was
  /// meant, 603 for one that is over.
  private mutating func replace(
    _ fields: [String], _ arrival: Arrival, _ user: ExtensionEntry, of tenant: DirectoryTenant,
    at now: Moment
  ) {
    guard fields.count == 1, let replaces = Replaces(fields[0]) else {
      return respond(StatusCode.badRequest, to: arrival, at: now)
    }
    guard let place = leg(pickedUpBy: replaces), let call = calls[place.call]?.machine,
      call.tenant == tenant.id
    else { return respond(StatusCode.dialogDoesNotExist, to: arrival, at: now) }
    if call.canBePickedUp(place.leg) {
      return pickUp(place, arrival, user, of: tenant, at: now)
    }
    if let refusal = Self.refusal(of: replaces, call, place.leg, user) {
      return respond(refusal, to: arrival, at: now)
    }
    takePlace(of: place, arrival, user, at: now) {
      $0.replaced(place.leg, by: $1, $2, $3, at: now)
    }
  }

  /// A call that is up belongs to its parties: only another device of the same extension may take
  /// it over.
  private static func refusal(
    of replaces: Replaces, _ call: CallMachine, _ leg: LegID, _ user: ExtensionEntry
  ) -> Int? {
    guard call[leg].isOpen else { return StatusCode.decline }
    switch call.state {
    case .ending: return StatusCode.decline
    case .ringing, .attended: return StatusCode.dialogDoesNotExist
    case .talking, .settling, .holdingBack:
      if replaces.isEarlyOnly { return StatusCode.busyHere }
      guard case .extension(user.id, _) = call[leg].party else { return StatusCode.forbidden }
      return call.canLose(leg) ? nil : StatusCode.requestPending
    }
  }

  /// The leg whose dialog is named: by somebody who talks to us in it, or by a watcher, who knows it
  /// from the side of the phone that rings. That phone may not have told its tag.
  private func leg(pickedUpBy replaces: Replaces) -> LegKey? {
    if let own = leg(replacedBy: replaces) { return own }
    let key = DialogKey(callID: replaces.callID, localTag: replaces.fromTag)
    guard let place = dialogs[key], let leg = calls[place.call]?.machine[place.leg] else {
      return nil
    }
    return leg.dialog == nil || leg.dialog?.id.remoteTag == replaces.toTag ? place : nil
  }

  // MARK: - The picker's leg

  private mutating func pickUp(
    _ place: LegKey, _ arrival: Arrival, _ user: ExtensionEntry, of tenant: DirectoryTenant,
    at now: Moment
  ) {
    guard let call = calls[place.call]?.machine else { return }
    guard call.legs.count < limits.legsPerCall else {
      return respond(StatusCode.serviceUnavailable, to: arrival, at: now)
    }
    var picker = incomingLeg(arrival, user, in: call[place.leg], at: now)
    guard let offered = offer(of: arrival, to: &picker),
      let terms = call.commonTerms(of: place.leg, with: offered)
    else { return respond(StatusCode.notAcceptableHere, to: arrival, at: now) }
    let token = admit(picker, to: call, arrival, user, at: now)
    let joined = picker
    update(call.id, at: now) { $0.pickedUp(by: joined, token, terms, at: now) }
  }

  /// A leg of the caller's joins the call in the place of another; `event` says how.
  mutating func takePlace(
    of place: LegKey, _ arrival: Arrival, _ user: ExtensionEntry, at now: Moment,
    _ event: (inout CallMachine, Leg, RequestToken, AudioTerms) -> [CallAction]
  ) {
    guard let call = calls[place.call]?.machine else { return }
    guard call.legs.count < limits.legsPerCall else {
      return respond(StatusCode.serviceUnavailable, to: arrival, at: now)
    }
    var newcomer = incomingLeg(arrival, user, in: call[place.leg], at: now)
    guard let offered = offer(of: arrival, to: &newcomer) else {
      return respond(StatusCode.notAcceptableHere, to: arrival, at: now)
    }
    let token = admit(newcomer, to: call, arrival, user, at: now)
    let joined = newcomer
    update(call.id, at: now) { event(&$0, joined, token, offered) }
  }

  private func offer(of arrival: Arrival, to leg: inout Leg) -> AudioTerms? {
    guard case .session(let offer) = arrival.request.body else { return nil }
    return leg.session.takeOffer(offer, limit: limits.mediaLines)
  }

  private mutating func admit(
    _ leg: Leg, to call: CallMachine, _ arrival: Arrival, _ user: ExtensionEntry, at now: Moment
  ) -> RequestToken {
    let token = nextToken()
    calls[call.id]?.requests[token] = arrival.id
    servers[arrival.id] = RequestKey(call: call.id, token: token)
    let known = LegOffer(
      direction: .incoming, party: leg.party, from: user.number, to: call.called,
      sipCallID: Legible.text(leg.callID, limit: 255))
    admit(leg, to: call, offer: known, at: now)
    return token
  }

  private mutating func incomingLeg(
    _ arrival: Arrival, _ user: ExtensionEntry, in place: Leg, at now: Moment
  ) -> Leg {
    let contact = NameAddress(uri: arrival.address.uri(over: arrival.flow))
    let tag = nextTag()
    var leg = Leg(
      id: LegID(at: now.wall, using: &random), party: .extension(user.id, number: user.number),
      side: place.side, address: arrival.address.name,
      epoch: grants[arrival.address.name] ?? .none, number: user.number, localTag: tag,
      contact: contact, invite: arrival.request.withoutContents, flow: arrival.flow,
      session: SessionSide(
        local: place.session.local, sessionID: random.next() >> 2,
        transport: transport(from: arrival.flow, arrival.request.body)))
    leg.relayAddress = place.relayAddress
    leg.dialog = Dialog(answering: arrival.request, localTag: tag, contact: contact)
    return leg
  }
}
