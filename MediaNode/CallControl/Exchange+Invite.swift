import NodeContract
import SIP

/// A new call: who calls, where it goes, what it needs.
extension Exchange {
  mutating func invite(_ arrival: Arrival, at now: Moment) {
    let request = arrival.request
    guard request.headers.maxForwards != 0 else {
      return respond(StatusCode.tooManyHops, to: arrival, at: now)
    }
    switch arrival.address.role {
    case .phones: inviteFromPhone(arrival, at: now)
    case .trunks: inviteFromCarrier(arrival, at: now)
    }
  }

  /// A dialog needs somewhere to send its requests, and a tag of the caller's (RFC 3261 section
  /// 12.1.1); without them the INVITE is answered 400.
  mutating func canBeginDialog(_ arrival: Arrival, at now: Moment) -> Bool {
    let headers = arrival.request.headers
    guard !headers.contacts.addresses.isEmpty, headers.from.tag != nil else {
      respond(StatusCode.badRequest, to: arrival, at: now)
      return false
    }
    return true
  }

  // MARK: - Who calls

  private mutating func inviteFromPhone(_ arrival: Arrival, at now: Moment) {
    guard !wasHere(arrival.request) else {
      return respond(StatusCode.loopDetected, to: arrival, at: now)
    }
    let uri = arrival.request.uri
    let domain = uri.scheme == .tel ? arrival.request.headers.from.uri.host : uri.host
    guard let tenant = directory.tenant(domain: domain) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    guard let user = authenticate(arrival, of: tenant, at: now),
      canBeginDialog(arrival, at: now)
    else { return }
    if picksUp(arrival, user, of: tenant, at: now) { return }
    var origin = CallOrigin(
      tenant: tenant, party: .extension(user.id, number: user.number), number: user.number,
      displayName: user.displayName, time: now.wall, isWithheld: arrival.request.wishesPrivacy)
    if visitsMailbox(arrival, user, origin, at: now) { return }
    if entersRoom(arrival, origin, at: now) || supervises(arrival, user, origin, at: now) { return }
    if switches(arrival, origin, at: now) || parks(arrival, user, origin, at: now) { return }
    let dialled = tenant.dialled(uri.user, hiding: &origin)
    if pagesGroup(arrival, dialled, user, origin, at: now) { return }
    let destination =
      intercom(dialled, from: origin) ?? destination(of: dialled, from: origin, user)
    begin(arrival, origin, to: destination, at: now)
  }
}

extension Exchange.Arrival {
  var hopsLeft: Int { max(0, (request.headers.maxForwards ?? 70) - 1) }
}
