import NodeContract
import SIP

/// Out to a carrier.
extension Exchange {
  /// The carrier's first peer, or else the next ones, which see the number that the caller shows
  /// outside. Help always sees one that it may call back.
  func carrier(
    _ trunk: TrunkEntry, number: String, from user: ExtensionEntry, in tenant: DirectoryTenant
  ) -> CallDestination {
    let isEmergency = tenant.isEmergency(number)
    guard let address = configuration.addresses.first(where: { $0.name == trunk.address }),
      let epoch = grants[address.name], let peer = trunk.peers.first
    else { return CallDestination(called: number, kind: .refused(.carrierFailed)) }
    let caller = isEmergency ? tenant.callbackNumber(of: user) : user.outsideNumber
    var target = CallTarget(
      party: .trunk(trunk.id), address: address,
      flow: Flow(local: address.endpoint, remote: peer), uri: SIPURI(number, at: peer),
      from: shown(caller, at: address),
      to: NameAddress(uri: SIPURI(user: number, host: peer.address.description)), isTrunk: true)
    target.alternatives = trunk.peers.dropFirst().prefix(limits.waysPerTrunk).map { peer in
      CallWay(
        address: address.name, epoch: epoch, contact: NameAddress(uri: address.uri),
        flow: Flow(local: address.endpoint, remote: peer), uri: SIPURI(number, at: peer),
        routes: [])
    }
    return CallDestination(
      called: number, shownCaller: caller ?? "anonymous", isEmergency: isEmergency,
      kind: .targets([target]))
  }

  /// Without a number of its own an extension calls anonymously (RFC 3323 section 4.1.1.3).
  private func shown(_ number: String?, at address: ExchangeAddress) -> NameAddress {
    guard let number else { return .anonymous }
    return NameAddress(uri: SIPURI(user: number, host: address.ip.description))
  }
}

extension SIPURI {
  fileprivate init(_ number: String, at peer: IPEndpoint) {
    self.init(user: number, host: peer.address.description, port: peer.port)
  }
}

extension NameAddress {
  /// Nobody (RFC 3323 section 4.1.1.3).
  static let anonymous = NameAddress(
    displayName: "Anonymous", uri: SIPURI(user: "anonymous", host: "anonymous.invalid"))
}
