import NodeContract
import SIP

/// Out to a carrier.
extension Exchange {
  /// The carrier's first server, or else the next ones, which see the number that the caller shows
  /// outside, in the form of the trunk's profile. Help always sees one that it may call back.
  func carrier(
    _ trunk: TrunkEntry, number: String, from user: ExtensionEntry, _ origin: CallOrigin
  ) -> CallDestination {
    let isEmergency = origin.tenant.isEmergency(number)
    // Only the order of equal servers hangs on it: nothing that must not be drawn twice.
    var lot = random
    guard let forms = configuration.forms(of: trunk.address), let epoch = grants[trunk.address],
      case let flows = restingServers.ordered(flows(to: trunk, from: forms, &lot)),
      let flow = flows.first, let address = forms.form(reaching: flow.remote.address)
    else { return CallDestination(called: number, kind: .refused(.carrierFailed)) }
    let shown = isEmergency ? origin.tenant.callbackNumber(of: user) : user.outsideNumber
    let isWithheld = origin.isWithheld && !isEmergency
    let host = trunk.domain ?? address.ip.description
    let identity = ShownIdentity(
      number: shown, isWithheld: isWithheld, form: trunk.profile.identity, host: host)
    let uri = trunk.uri(of: number, at: flow.remote)
    var target = CallTarget(
      party: .trunk(trunk.id), address: address, flow: flow, uri: uri, from: identity.from,
      to: NameAddress(uri: SIPURI(user: number, host: uri.host)), isTrunk: true)
    target.headers =
      identity.headers
      + ForwardingFields.write(
        origin.forwardings, as: trunk.profile.forwarding, at: host, target: uri)
    // What is described to the first is an address of its family, and the others are told the same.
    target.alternatives = flows.dropFirst().filter(flow.isOfFamily).map { flow in
      CallWay(
        address: address.name, epoch: epoch, contact: NameAddress(uri: address.uri(over: flow)),
        flow: flow, uri: trunk.uri(of: number, at: flow.remote), routes: [])
    }
    return CallDestination(
      called: number,
      shownCaller: isWithheld ? CallerIdentity.anonymous : shown ?? CallerIdentity.anonymous,
      isEmergency: isEmergency, kind: .targets([target]))
  }
}

extension TrunkEntry {
  /// The carrier's domain, where it has one by which it knows its customers.
  fileprivate var domain: String? {
    (account?.registrar ?? route).flatMap { SIPURI($0) }?.host
  }

  /// The called number at the carrier.
  fileprivate func uri(of number: String, at peer: IPEndpoint) -> SIPURI {
    domain.map { SIPURI(user: number, host: $0) }
      ?? SIPURI(user: number, host: peer.address.description, port: peer.port)
  }
}

extension NameAddress {
  /// Nobody (RFC 3323 section 4.1.1.3).
  static let anonymous = anonymous(named: nil)

  /// Somebody unknown, of whom something else can be said.
  static func anonymous(named name: String?) -> NameAddress {
    NameAddress(
      displayName: name ?? "Anonymous", uri: SIPURI(user: "anonymous", host: "anonymous.invalid"))
  }
}
