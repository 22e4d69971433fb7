import NodeContract
import SIP

/// A new call: who calls, where it goes, what it needs.
extension Exchange {
  mutating func invite(_ arrival: Arrival, at now: Moment) {
    let request = arrival.request
    guard initialInvites[InviteKey(request)] == nil, !hasLooped(request) else {
      return respond(StatusCode.loopDetected, to: arrival, at: now)
    }
    guard request.headers.maxForwards != 0 else {
      return respond(StatusCode.tooManyHops, to: arrival, at: now)
    }
    switch arrival.address.role {
    case .phones: inviteFromPhone(arrival, at: now)
    case .trunks: inviteFromCarrier(arrival, at: now)
    }
  }

  /// It has been here before.
  private func hasLooped(_ request: SIPRequest) -> Bool {
    request.headers.vias.contains { via in
      IPAddress(via.host).map {
        address(at: IPEndpoint($0, port: via.port ?? 5060)) != nil
      } ?? false
    }
  }

  /// A dialog needs somewhere to send its requests, and a tag of the caller's (RFC 3261 section
  /// 12.1.1); without them the INVITE is answered 400.
  private mutating func canBeginDialog(_ arrival: Arrival, at now: Moment) -> Bool {
    let headers = arrival.request.headers
    guard !headers.contacts.addresses.isEmpty, headers.from.tag != nil else {
      respond(StatusCode.badRequest, to: arrival, at: now)
      return false
    }
    return true
  }

  // MARK: - Who calls

  private mutating func inviteFromPhone(_ arrival: Arrival, at now: Moment) {
    let uri = arrival.request.uri
    let domain = uri.scheme == .tel ? arrival.request.headers.from.uri.host : uri.host
    guard let tenant = directory.tenant(domain: domain) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    guard let user = authenticate(arrival, of: tenant, at: now),
      canBeginDialog(arrival, at: now)
    else { return }
    let origin = CallOrigin(
      tenant: tenant, party: .extension(user.id, number: user.number), number: user.number,
      displayName: user.displayName)
    let destination = destination(of: uri.user ?? "", from: origin, user)
    begin(arrival, origin, to: destination, at: now)
  }

  private mutating func inviteFromCarrier(_ arrival: Arrival, at now: Moment) {
    let remote = arrival.flow.remote
    let address = arrival.address.name
    guard directory.isPeer(remote, at: address) else {
      return respond(StatusCode.forbidden, to: arrival, at: now)
    }
    guard canBeginDialog(arrival, at: now) else { return }
    let called = arrival.request.uri.user ?? ""
    guard let found = directory.inbound(to: called, from: remote, at: address) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    guard hasRoom(for: arrival, of: found.tenant, at: now) else { return }
    let caller = arrival.request.callerNumber
    let origin = CallOrigin(
      tenant: found.tenant, party: .trunk(found.trunk.id),
      number: found.tenant.snapshot.dialling.e164(fromCarrier: caller) ?? caller,
      displayName: arrival.request.headers.from.displayName)
    let destination =
      found.tenant.destination(of: found.number).map {
        devices(of: $0, called: found.number, from: origin)
      } ?? CallDestination(called: found.number, kind: .refused(.unknownNumber))
    begin(arrival, origin, to: destination, at: now)
  }
}

extension Exchange.Arrival {
  var hopsLeft: Int { max(0, (request.headers.maxForwards ?? 70) - 1) }
}

extension SIPRequest {
  /// The calling number as the carrier asserts it (RFC 3325), else as the caller says.
  fileprivate var callerNumber: String {
    let asserted = headers["P-Asserted-Identity"].flatMap { NameAddress($0) }
    let uri = asserted?.uri ?? headers.from.uri
    return Legible.text(uri.user ?? "")
  }
}
