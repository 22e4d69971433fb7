import CallFlows
import NodeContract
import SIP

extension DirectoryTenant {
  /// What phones show of who calls one of the tenant's numbers.
  fileprivate func display(_ name: String?, _ number: String?, calling called: String) -> String? {
    guard let display = numbers[called]?.display else { return name }
    return display.filled(name: name, number: number)
  }
}

/// A call that a carrier brings.
extension Exchange {
  mutating func inviteFromCarrier(_ arrival: Arrival, at now: Moment) {
    guard let carrier = carrier(of: arrival, at: now), canBeginDialog(arrival, at: now) else {
      return
    }
    guard let found = recipient(of: arrival, from: carrier) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    let recipient = found.tenant.destination(of: found.number)
    guard !hasLooped(arrival.request, to: recipient?.id) else {
      return respond(StatusCode.loopDetected, to: arrival, at: now)
    }
    guard hasRoom(for: arrival, of: found.tenant, at: now) else { return }
    let origin = origin(
      of: arrival.request, over: found.trunk, to: found.tenant, calling: found.number, at: now)
    var destination = CallDestination(called: found.number, kind: .refused(.unknownNumber))
    if let recipient { destination = devices(of: recipient, called: found.number, from: origin) }
    begin(arrival, origin, to: destination, at: now)
  }

  /// How we know whose call this is.
  private enum Carrier {
    /// By its address, the DNS or its certificate; it may have several trunks, and these are known by
    /// more than the address.
    case address(named: [TrunkID])
    case trunk(TrunkID)
  }

  /// Nil: the request is answered.
  private mutating func carrier(of arrival: Arrival, at now: Moment) -> Carrier? {
    let address = arrival.address.name
    if isCarrier(arrival.flow, at: address) {
      let named = namedTrunks(at: arrival.flow, address)
      return registeredTrunk(of: arrival).map(Carrier.trunk) ?? .address(named: named)
    }
    guard let visitors = TrunkVisitors(of: directory.provenTrunks.values, at: address) else {
      respond(StatusCode.forbidden, to: arrival, at: now)
      return nil
    }
    return visitor(arrival, among: visitors, at: now).map { .trunk($0.id) }
  }

  /// Whether a carrier is known to be there.
  func isCarrier(_ flow: Flow, at address: AddressName) -> Bool {
    directory.isPeer(flow.remote, at: address) || !namedTrunks(at: flow, address).isEmpty
  }

  /// The trunk whose registration's Contact the carrier calls.
  private func registeredTrunk(of arrival: Arrival) -> TrunkID? {
    guard let user = arrival.request.uri.user else { return nil }
    return registrations.values.first {
      $0.trunk.address == arrival.address.name && $0.trunk.contactUser == user
        && $0.trunk.isPeer(arrival.flow.remote)
    }?.trunk.id
  }

  private mutating func visitor(
    _ arrival: Arrival, among visitors: TrunkVisitors, at now: Moment
  ) -> TrunkEntry? {
    let verdict = authenticator.judge(
      arrival.request, over: arrival.flow, accounts: visitors, at: now.boot)
    switch verdict {
    case .accepted(let user):
      protection.succeeded(arrival.flow, at: now.boot)
      if let trunk = visitors.trunk(of: user) { return trunk }
      respond(StatusCode.forbidden, to: arrival, at: now)
    case .challenge(let headers):
      respond(StatusCode.unauthorized, headers, to: arrival, at: now)
    case .refused:
      note(.notice, "wrong credentials of a carrier from \(arrival.flow.remote)")
      noteFailure(of: arrival.flow, at: now)
      respond(StatusCode.forbidden, to: arrival, at: now)
    }
    return nil
  }

  private func recipient(of arrival: Arrival, from carrier: Carrier)
    -> (tenant: DirectoryTenant, trunk: TrunkEntry, number: String)?
  {
    let uri = arrival.request.uri
    switch carrier {
    case .address(let named):
      let called = uri.user ?? ""
      return directory.inbound(to: called, from: arrival.flow.remote, at: arrival.address.name)
        ?? named.lazy.compactMap { directory.inbound(to: called, over: $0) }.first
    case .trunk(let id):
      // A call to our Contact says only in To, or in a field of its own (RFC 7315), for whom it is.
      let party = arrival.request.headers["P-Called-Party-ID"].flatMap { NameAddress($0)?.uri.user }
      let called = [uri.user, party, arrival.request.headers.to.uri.user].compactMap { $0 }
      return called.lazy.compactMap { directory.inbound(to: $0, over: id) }.first
    }
  }

  /// Who calls, as far as the carrier may be believed and the caller wants to be known.
  private func origin(
    of request: SIPRequest, over trunk: TrunkEntry, to tenant: DirectoryTenant,
    calling called: String, at now: Moment
  ) -> CallOrigin {
    let caller = CallerIdentity(of: request, from: trunk.profile)
    let number = tenant.snapshot.dialling.e164(fromCarrier: caller.number) ?? caller.number
    let name = caller.isWithheld ? nil : tenant.contacts[number]?.name ?? caller.displayName
    let shown = tenant.display(name, caller.isWithheld ? nil : number, calling: called)
    return CallOrigin(
      tenant: tenant, party: .trunk(trunk.id),
      number: caller.isWithheld ? CallerIdentity.anonymous : number,
      displayName: caller.isWithheld ? nil : shown, time: now.wall,
      isWithheld: caller.isWithheld, nameWhenWithheld: caller.isWithheld ? shown : nil,
      isDisproven: caller.isDisproven,
      forwardings: trunk.profile.isTrusted
        ? ForwardingFields.read(request.headers, limit: limits.forwardings) : [])
  }
}
