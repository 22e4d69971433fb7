import NodeContract
import SIP

/// Codes that phones dial to have something done.
public struct FeatureCodes: Hashable, Sendable {
  /// Followed by an extension: answers the call that rings there.
  public var directedPickup = "*8"
  /// Followed by its number: enters a room of the tenant's.
  public var room = "*6"
  /// Followed by an extension: hears the call that is up there.
  public var listening = "*51"
  /// Followed by an extension: hears the call that is up there, and is heard by that extension alone.
  public var whispering = "*52"
  /// Followed by an extension: joins the call that is up there.
  public var joining = "*53"

  public init() {}

  /// Whose call is to be picked up.
  func pickup(of dialled: String) -> String? { rest(of: dialled, after: directedPickup) }

  /// The number of the room: some digits.
  func room(of dialled: String) -> String? {
    rest(of: dialled, after: room).flatMap { number in
      number.utf8.count <= 8 && number.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? number : nil
    }
  }

  func supervision(of dialled: String) -> (SupervisionWay, String)? {
    for (way, code) in [
      (SupervisionWay.listening, listening), (.whispering, whispering),
      (.joining, joining),
    ] {
      if let number = rest(of: dialled, after: code) { return (way, number) }
    }
    return nil
  }

  private func rest(of dialled: String, after code: String) -> String? {
    guard dialled.hasPrefix(code), dialled.count > code.count else { return nil }
    return String(dialled.dropFirst(code.count))
  }
}

/// Directed pickup, by a code or by an INVITE with Replaces (RFC 3891 section 3).
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
    guard let number = configuration.features.pickup(of: arrival.request.uri.user ?? "") else {
      return false
    }
    guard let entry = tenant.extensionsByNumber[number] else {
      respond(StatusCode.notFound, to: arrival, at: now)
      return true
    }
    let ringing = ringing(at: entry.key(in: tenant))
    if let ringing {
      pickUp(ringing, arrival, user, of: tenant, at: now)
    } else {
      respond(StatusCode.temporarilyUnavailable, to: arrival, at: now)
    }
    return true
  }

  /// The call that rings there longest.
  private func ringing(at key: BindingKey) -> LegKey? {
    (lines[key] ?? []).sorted().lazy.compactMap { id in
      calls[id]?.machine.ringingLeg(at: key.extension).map { LegKey(call: id, leg: $0) }
    }.first
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
    takeOver(place, arrival, user, at: now)
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

  private mutating func takeOver(
    _ place: LegKey, _ arrival: Arrival, _ user: ExtensionEntry, at now: Moment
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
    update(call.id, at: now) { $0.replaced(place.leg, by: joined, token, offered, at: now) }
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
