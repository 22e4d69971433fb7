import NodeContract
import SIP

/// From a dialled number to devices and carriers.
extension Exchange {
  func destination(of dialled: String, from origin: CallOrigin, _ user: ExtensionEntry)
    -> CallDestination
  {
    switch origin.tenant.route(dialled: dialled) {
    case .extension(let colleague, let called):
      devices(of: colleague, called: called, from: origin)
    case .trunk(let trunk, let number):
      carrier(trunk, number: number, from: user)
    case .unknown:
      CallDestination(called: Legible.text(dialled), kind: .refused(.unknownNumber))
    }
  }

  /// All devices of an extension ring.
  func devices(of entry: ExtensionEntry, called: String, from origin: CallOrigin)
    -> CallDestination
  {
    let tenant = origin.tenant
    let domain = tenant.snapshot.domain
    let from = NameAddress(
      displayName: origin.displayName, uri: SIPURI(user: origin.number, host: domain))
    let to = NameAddress(uri: SIPURI(user: entry.number, host: domain))
    let key = BindingKey(tenant: tenant.id, extension: entry.id)
    let targets = registrar.devices(of: key).compactMap { device -> CallTarget? in
      let ways = device.ways.filter { isServed($0.flow.local) }
      guard let first = ways.first, let address = address(at: first.flow.local) else { return nil }
      return CallTarget(
        party: .extension(entry.id, number: entry.number), address: address, flow: first.flow,
        uri: first.contact, from: from, to: to, isTrunk: false, routes: first.traits.path,
        alternatives: ways.dropFirst().compactMap(way))
    }
    return CallDestination(
      called: called, shownCaller: origin.number,
      kind: targets.isEmpty ? .refused(.offline) : .targets(targets))
  }

  private func way(_ binding: Binding) -> CallWay? {
    guard let address = address(at: binding.flow.local), let epoch = grants[address.name] else {
      return nil
    }
    return CallWay(
      address: address.name, epoch: epoch, contact: NameAddress(uri: address.uri),
      flow: binding.flow, uri: binding.contact, routes: binding.traits.path)
  }

  /// The carrier's first peer, which sees the number that the caller shows outside.
  private func carrier(_ trunk: TrunkEntry, number: String, from user: ExtensionEntry)
    -> CallDestination
  {
    guard let address = configuration.addresses.first(where: { $0.name == trunk.address }),
      grants[address.name] != nil, let peer = trunk.peers.first
    else { return CallDestination(called: number, kind: .refused(.carrierFailed)) }
    let remote = SIPURI(user: number, host: peer.address.description, port: peer.port)
    let target = CallTarget(
      party: .trunk(trunk.id), address: address,
      flow: Flow(local: address.endpoint, remote: peer), uri: remote,
      from: shown(user, at: address),
      to: NameAddress(uri: SIPURI(user: number, host: peer.address.description)), isTrunk: true)
    return CallDestination(
      called: number, shownCaller: user.outsideNumber ?? "anonymous", kind: .targets([target]))
  }

  /// Without a number of its own an extension calls anonymously (RFC 3323 section 4.1.1.3).
  private func shown(_ user: ExtensionEntry, at address: ExchangeAddress) -> NameAddress {
    guard let number = user.outsideNumber else {
      return NameAddress(
        displayName: "Anonymous", uri: SIPURI(user: "anonymous", host: "anonymous.invalid"))
    }
    return NameAddress(uri: SIPURI(user: number, host: address.ip.description))
  }
}
