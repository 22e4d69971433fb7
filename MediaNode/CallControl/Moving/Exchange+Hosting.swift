public import NodeContract
import SIP

/// An address that is lost with its site is served at one of ours: its IP address cannot come here, its calls
/// and its tenants can.
struct Hosting: Hashable, Sendable {
  let host: AddressName
  /// Of the grant of the lost address.
  let epoch: Epoch
}

extension Exchange {
  /// Another site is lost, and with it an address that cannot come here. What its holder left is carried on at
  /// `host`, an address of ours of the same kind that we serve under a grant of its own; without that grant
  /// nothing is done.
  ///
  /// The calls' parties are told by a re-INVITE each, those of emergency calls first: see ``Mobility``. Tenants
  /// of the lost address, and trunks that are at it, are at home at the host from now on, whether they were
  /// installed before or are later. For the rest it is as in ``inherit(_:epoch:calls:bindings:subscriptions:at:)``.
  /// - Parameters:
  ///   - epoch: of the lost address' new grant. One that is lower than before is refused.
  ///   - left: may come again with a later address, when more of it can be carried on.
  public mutating func inherit(
    _ address: AddressName, epoch: Epoch, at host: AddressName, calls left: [LeftCall],
    bindings: [BindingChange], subscriptions: [SubscriptionChange], at now: Moment
  ) -> [ExchangeAction] {
    guard grants[address] == nil, newPlace(at: host) != nil, address != host,
      hostings[address].map({ $0.epoch <= epoch }) ?? true
    else {
      note(.error, "\(address) cannot be served at \(host)")
      return takeOutbox(at: now)
    }
    hostings[address] = Hosting(host: host, epoch: epoch)
    reviewHosting(at: now)
    inherited.begin(at: now.boot)
    for change in bindings { restoreBinding(change, movedTo: host, at: now) }
    for change in subscriptions { restore(change, movedTo: newPlace(at: host), at: now) }
    let actions = takeOutbox(at: now)
    return actions + resume(left.filter { isUnknown($0) }, asHeir: true, at: now)
  }

  /// The lost address is served elsewhere, at home for example: new calls and registrations go there, and so do
  /// the places of whoever is to be called back. Calls that were moved stay where they are until they end.
  public mutating func endHosting(of address: AddressName, at now: Moment) -> [ExchangeAction] {
    guard let hosting = hostings.removeValue(forKey: address) else { return [] }
    reviewHosting(at: now)
    callbacksGoHome(to: address, under: hosting.epoch, at: now)
    return takeOutbox(at: now)
  }

  /// Lost addresses, and where each is served here.
  public var hostedAddresses: [AddressName: AddressName] { hostings.mapValues(\.host) }

  // MARK: - Tenants

  /// After each change of hostings.
  private mutating func reviewHosting(at now: Moment) {
    for tenant in directory.ids { directory.place(tenant, by: hostedAddresses) }
    reviewLocations(at: now)
    reviewRegistrations(at: now)
  }

  /// An address of ours is another's now: it hosts nothing any more.
  mutating func endHostings(at host: AddressName, at now: Moment) {
    guard hostings.values.contains(where: { $0.host == host }) else { return }
    hostings = hostings.filter { $0.value.host != host }
    expected.forget(at: host)
    reviewHosting(at: now)
  }

  // MARK: - Bindings

  /// Who listens where its packets come from is reached from here as well. The others are expected.
  private mutating func restoreBinding(
    _ change: BindingChange, movedTo host: AddressName, at now: Moment
  ) {
    guard let place = newPlace(at: host),
      directory[change.tenant]?.has(change.extension) ?? true
    else { return }
    let flow = Flow(
      transport: SIPTransport(change.transport), local: change.local, remote: change.source)
    var moved = change
    let form = place.address(for: flow)
    (moved.address, moved.local) = (host, flow.moved(to: form).local)
    guard change.isDirect(from: form) else {
      return expect(moved, knownAs: change, at: now)
    }
    registrar.restore(moved, at: now.boot)
    announce([moved])
  }

  private mutating func expect(
    _ moved: BindingChange, knownAs change: BindingChange, at now: Moment
  ) {
    let key = BindingKey(tenant: change.tenant, extension: change.extension)
    guard let binding = Binding(moved, at: now.boot),
      !registrar.bindings(of: key).contains(where: {
        binding.isReplaced(by: $0.contact, $0.traits)
      })
    else { return }
    expected.expect(
      binding, of: key, knownAs: change, until: now.boot.advanced(by: limits.unreachablePhones))
  }

  /// A phone with several flows may have another one that leads here (RFC 5626 section 4.2).
  private mutating func takeOtherFlows(of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    for leg in call.legs where call.isAwaited(leg.id) {
      guard case .extension(let user, _) = leg.party else { continue }
      let key = BindingKey(tenant: call.tenant, extension: user)
      let lost = expected.bindings(of: key).first { $0.flow == leg.flow }
      let other = lost.flatMap { lost in
        registrar.bindings(of: key).first {
          $0.isFlow(ofSameDeviceAs: lost) && $0.address == leg.address
        }
      }
      guard let other, let host = address(at: other.flow.local) else { continue }
      let path = NewPath(
        extension: user, flow: other.flow, address: host, contact: other.contact,
        replaced: [leg.flow], isOnly: false)
      update(id, at: now) { $0.found(path, at: now) }
    }
  }

  // MARK: - Calls

  /// Whether it has to take a new place.
  func isHosted(_ call: CallMachine) -> Bool {
    call.legs.contains { hostings[$0.address] != nil || hostings[$0.relayAddress] != nil }
  }

  /// The call goes on at addresses of ours. False: some of its addresses are not ours or hosted, there are no
  /// ports, or it is a supervisor's without the call that it hears.
  mutating func resumeElsewhere(
    _ checkpoint: CallCheckpoint, number: UInt64, tellingAt instant: BootInstant, at now: Moment
  ) -> Bool {
    var checkpoint = checkpoint
    guard
      checkpoint.machine.places.allSatisfy({ grants[$0] != nil || hostings[$0] != nil }),
      !hearsNobody(checkpoint.machine), let relocation = relocation(of: checkpoint.machine)
    else {
      note(
        .debug, "a call cannot be moved: an address of its is not ours, or there are no ports",
        tenant: checkpoint.machine.tenant, call: checkpoint.machine.id)
      return false
    }
    let before = checkpoint
    let broken = checkpoint.machine.move(by: relocation)
    adopt(&checkpoint.machine, at: now)
    checkpoint.sent = checkpoint.sent.filter { broken.requests[$0.key] == nil }
    checkpoint.heard = checkpoint.heard.mapValues { $0.moved(by: before.machine, relocation) }
    resume(checkpoint, number: number, after: (broken, instant), at: now)
    callOff(broken, of: before, by: relocation, at: now)
    takeOtherFlows(of: before.machine.id, at: now)
    return true
  }

  /// Whoever rang stops: it knows the INVITE by its Via, which says the lost address. The answers go there, so
  /// nobody waits for them.
  mutating func callOff(
    _ broken: BrokenOff, of before: CallCheckpoint, by relocation: Relocation, at now: Moment
  ) {
    for (branch, request) in broken.requests.sorted(by: { $0.key < $1.key })
    where broken.legs[request.leg] == .moves {
      guard var sent = before.sent[branch],
        let place = relocation.places[before.machine[request.leg].address]
      else { continue }
      guard request.purpose == .invite || request.purpose == .abandoned else {
        update(before.machine.id, at: now) {
          $0.acknowledgeUnheard(request, sent.request) + $0.endStrayAgain(request, sent.request)
        }
        continue
      }
      sent.flow = sent.flow.moved(to: place.address(for: sent.flow))
      (sent.isHeard, sent.isCancelled) = (true, true)
      sent.reason = sent.reason ?? Reason.triedElsewhere
      handle(layer.resume(sent, at: now.boot).events, at: now)
    }
  }

  private mutating func relocation(of call: CallMachine) -> Relocation? {
    guard let ports = newPorts(for: call) else { return nil }
    var secrets: [LegID: MediaSecret] = [:]
    for leg in call.legs
    where leg.session.transport.secret != nil && hostings[leg.relayAddress] != nil {
      secrets[leg.id] = MediaSecret(using: &random, fingerprint: configuration.mediaFingerprint)
    }
    return Relocation(places: newPlaces, ports: ports, secrets: secrets)
  }

  /// Where signalling alone goes on, of a call that will not.
  var newPlaces: [AddressName: NewPlace] {
    hostings.compactMapValues { newPlace(at: $0.host) }
  }

  private func newPlace(at host: AddressName) -> NewPlace? {
    guard let epoch = grants[host] else { return nil }
    return configuration.forms(of: host).map { NewPlace(forms: $0, epoch: epoch) }
  }

  /// For the sides whose ports are lost; a side that is ours keeps its own. Nil, and nothing is taken: not all
  /// of them are free.
  private mutating func newPorts(for call: CallMachine) -> [RelaySide: IPEndpoint]? {
    guard !call.isEnding else { return [:] }
    var taken: [(pool: AddressName, port: UInt16)] = []
    var ports: [RelaySide: IPEndpoint] = [:]
    for side in RelaySide.allCases {
      let lost = side == .caller ? call.relayAddresses.caller : call.relayAddresses.callee
      if let host = hostings[lost]?.host, let place = newPlace(at: host),
        let port = pools[host]?.take()
      {
        taken.append((host, port))
        let form = place.forms.form(toward: call.plan.local(on: side).address)
        ports[side] = IPEndpoint(form.ip, port: port)
      } else if hostings[lost] == nil, case let port = call.plan.local(on: side).port,
        pools[lost]?.take([port]).isEmpty == false
      {
        taken.append((lost, port))
      } else {
        for (pool, port) in taken { pools[pool]?.giveBack(port) }
        return nil
      }
    }
    return ports
  }

  // MARK: - Who comes first

  /// Whether it is a call for help.
  func isEmergency(_ call: CallMachine) -> Bool {
    directory[call.tenant]?.isEmergency(call.called) ?? false
  }
}

extension RelayPlan {
  fileprivate func local(on side: RelaySide) -> IPEndpoint {
    side == .caller ? callerLocal : calleeLocal
  }
}

extension BindingChange {
  /// Whether its device listens by UDP where its packets come from, and can be reached from that address.
  fileprivate func isDirect(from host: ExchangeAddress) -> Bool {
    guard transport == .udp,
      ServerLocator.Family(of: host.ip) == ServerLocator.Family(of: source.address)
    else { return false }
    let next = path.first.map { NameAddress($0)?.uri } ?? SIPURI(contact)
    return next?.endpoint == source
  }
}

extension HeardRequest {
  /// Its response goes out from the address where the call is now.
  fileprivate func moved(by call: CallMachine, _ relocation: Relocation) -> HeardRequest {
    let leg = call.legs.first { $0.flow.local.address == flow.local.address }
    guard let place = leg.flatMap({ relocation.places[$0.address] }) else { return self }
    var moved = self
    moved.flow = flow.moved(to: place.address(for: flow))
    return moved
  }
}

extension TenantSnapshot {
  /// Of two of the same revision.
  func isPlaced(as other: TenantSnapshot) -> Bool {
    homeAddress == other.homeAddress && trunks.map(\.address) == other.trunks.map(\.address)
  }

  /// At home where the lost addresses are served.
  func placed(by hosts: [AddressName: AddressName]) -> TenantSnapshot {
    guard !hosts.isEmpty else { return self }
    var placed = self
    placed.homeAddress = hosts[homeAddress] ?? homeAddress
    for index in trunks.indices {
      placed.trunks[index].address = hosts[trunks[index].address] ?? trunks[index].address
    }
    return placed
  }
}
