import NodeContract
import SIP

/// Out to a carrier.
extension Exchange {
  /// The carrier's first peer, or else the next ones, which see the number that the caller shows
  /// outside, in the form of the trunk's profile. Help always sees one that it may call back.
  func carrier(
    _ trunk: TrunkEntry, number: String, from user: ExtensionEntry, _ origin: CallOrigin
  ) -> CallDestination {
    let isEmergency = origin.tenant.isEmergency(number)
    guard let address = configuration.addresses.first(where: { $0.name == trunk.address }),
      let epoch = grants[address.name], let peer = trunk.peers.first
    else { return CallDestination(called: number, kind: .refused(.carrierFailed)) }
    let shown = isEmergency ? origin.tenant.callbackNumber(of: user) : user.outsideNumber
    let isWithheld = origin.isWithheld && !isEmergency
    let host = trunk.domain ?? address.ip.description
    let identity = ShownIdentity(
      number: shown, isWithheld: isWithheld, form: trunk.profile.identity, host: host)
    let uri = trunk.uri(of: number, at: peer)
    var target = CallTarget(
      party: .trunk(trunk.id), address: address,
      flow: Flow(local: address.endpoint, remote: peer), uri: uri, from: identity.from,
      to: NameAddress(uri: SIPURI(user: number, host: uri.host)), isTrunk: true)
    target.headers =
      identity.headers
      + ForwardingFields.write(
        origin.forwardings, as: trunk.profile.forwarding, at: host, target: uri)
    target.alternatives = trunk.peers.dropFirst().prefix(limits.waysPerTrunk).map { peer in
      CallWay(
        address: address.name, epoch: epoch, contact: NameAddress(uri: address.uri),
        flow: Flow(local: address.endpoint, remote: peer), uri: trunk.uri(of: number, at: peer),
        routes: [])
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
    account?.registrar.flatMap { SIPURI($0) }?.host
  }

  /// The called number at the carrier.
  fileprivate func uri(of number: String, at peer: IPEndpoint) -> SIPURI {
    domain.map { SIPURI(user: number, host: $0) }
      ?? SIPURI(user: number, host: peer.address.description, port: peer.port)
  }
}

extension NameAddress {
  /// Nobody (RFC 3323 section 4.1.1.3).
  static let anonymous = NameAddress(
    displayName: "Anonymous", uri: SIPURI(user: "anonymous", host: "anonymous.invalid"))
}
