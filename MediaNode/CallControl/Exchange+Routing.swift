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
      carrier(trunk, number: number, from: user, origin)
    case .unknown:
      CallDestination(called: Legible.text(dialled), kind: .refused(.unknownNumber))
    }
  }

  /// All devices of an extension, whatever its rules say.
  func allDevices(of entry: ExtensionEntry, called: String, from origin: CallOrigin)
    -> CallDestination
  {
    let tenant = origin.tenant
    let domain = tenant.snapshot.domain
    let from =
      origin.isWithheld
      ? .anonymous(named: origin.nameWhenWithheld)
      : NameAddress(
        displayName: origin.displayName, uri: SIPURI(user: origin.number, host: domain))
    let to = NameAddress(uri: SIPURI(user: entry.number, host: domain))
    let key = BindingKey(tenant: tenant.id, extension: entry.id)
    let headers = origin.shownForwardings(at: domain, target: to.uri)
    var targets: [CallTarget] = []
    for device in registrar.devices(of: key) {
      let target = target(
        at: device, party: .extension(entry.id, number: entry.number), from: from, to: to,
        headers: headers)
      if let target { targets.append(target) }
    }
    var destination = CallDestination(
      called: called,
      shownCaller: origin.isWithheld ? CallerIdentity.anonymous : origin.number,
      kind: targets.isEmpty ? .refused(.offline) : .targets(targets))
    guard targets.isEmpty, let until = expected.deadline(of: key) else { return destination }
    for binding in expected.bindings(of: key) {
      var target = target(
        at: Registrar.Device(ways: [binding]), party: .extension(entry.id, number: entry.number),
        from: from, to: to, headers: headers)
      target?.expectedUntil = until
      if let target { destination.expected.append(target) }
    }
    return destination
  }

  /// A device as it is asked; nil: no address of ours that we serve leads to it.
  func target(
    at device: Registrar.Device, party: LegParty, from: NameAddress, to: NameAddress,
    headers: [HeaderField]
  ) -> CallTarget? {
    let ways = device.ways.filter { isServed($0.flow.local) }
    guard let first = ways.first, let address = address(at: first.flow.local) else { return nil }
    return CallTarget(
      party: party, address: address, flow: first.flow, uri: first.contact, from: from, to: to,
      isTrunk: false, preference: device.preference, headers: headers, routes: first.traits.path,
      alternatives: ways.dropFirst().filter { first.flow.isOfFamily($0.flow) }.compactMap(way))
  }

  private func way(_ binding: Binding) -> CallWay? {
    guard let address = address(at: binding.flow.local), let epoch = grants[address.name] else {
      return nil
    }
    return CallWay(
      address: address.name, epoch: epoch,
      contact: NameAddress(uri: address.uri(over: binding.flow)),
      flow: binding.flow, uri: binding.contact, routes: binding.traits.path)
  }
}

extension CallOrigin {
  /// What a phone may show of who was called first.
  fileprivate func shownForwardings(at domain: String, target: SIPURI) -> [HeaderField] {
    ForwardingFields.write(
      forwardings.filter { !$0.isWithheld }, as: .diversion, at: domain, target: target)
  }
}
