import NodeContract
import SIP

/// Whom a transfer goes to.
extension Exchange {
  mutating func transfer(_ wish: TransferWish, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    if let replaces = wish.replaces { return merge(wish, replacing: replaces, in: id, at: now) }
    if entersRoom(wish, of: id, at: now) || parks(wish, of: id, at: now) { return }
    guard let tenant = directory[call.tenant],
      case .extension(let user, _) = call[wish.transferor].party,
      let transferor = tenant.extensionsByID[user]
    else { return update(id, at: now) { $0.transferRefused(.internalError) } }
    let destination = destination(of: wish, in: call, tenant, by: transferor, at: now)
    switch destination.kind {
    case .refused(let outcome): update(id, at: now) { $0.transferRefused(outcome) }
    case .reception(let reception):
      update(id, at: now) {
        let actions = $0.transfer(wish, to: reception, at: now)
        if $0.isAttended { $0.flow = destination.flow }
        return actions
      }
    case .targets(let targets):
      let room = max(0, limits.legsPerCall - call.legs.count)
      // Whoever would have to be asked first is not handed a party that waits.
      let chosen = targets.filter { $0.flow != call[wish.transferor].flow && !$0.mustConfirm }
        .prefix(room)
      guard !chosen.isEmpty else { return update(id, at: now) { $0.transferRefused(.rejected) } }
      transfer(wish, of: call, to: Array(chosen), destination, tenant, at: now)
    }
  }

  /// The stayer calls, as far as the target sees; where it costs something, the transferor.
  private func destination(
    of wish: TransferWish, in call: CallMachine, _ tenant: DirectoryTenant,
    by transferor: ExtensionEntry, at now: Moment
  ) -> CallDestination {
    let stayer = call[wish.stayer]
    let dialled = wish.target.user ?? ""
    guard isOurs(wish.target, tenant), dialled != stayer.number else {
      return CallDestination(called: Legible.text(dialled), kind: .refused(.unknownNumber))
    }
    let origin = CallOrigin(
      tenant: tenant, party: .extension(transferor.id, number: transferor.number),
      number: stayer.number, displayName: nil, time: now.wall,
      isWithheld: stayer.number == CallerIdentity.anonymous, isFromOutside: stayer.isTrunk)
    return self.destination(of: dialled, from: origin, transferor)
  }

  /// A number of the tenant's, whichever way the phone writes where it is.
  func isOurs(_ uri: SIPURI, _ tenant: DirectoryTenant) -> Bool {
    uri.scheme == .tel || directory.tenant(domain: uri.host)?.id == tenant.id
      || configuration.addresses.contains { $0.ip == IPAddress(uri.host) }
  }

  private mutating func transfer(
    _ wish: TransferWish, of call: CallMachine, to targets: [CallTarget],
    _ destination: CallDestination, _ tenant: DirectoryTenant, at now: Moment
  ) {
    let place = call[wish.transferor]
    let referrer = NameAddress(
      uri: SIPURI(user: place.number, host: tenant.snapshot.domain))
    var legs: [Leg] = []
    for target in targets {
      var target = target
      // RFC 3892: a colleague may know who sent the call on.
      if !target.isTrunk { target.headers.append(HeaderField("Referred-By", "\(referrer)")) }
      legs.append(outgoingLeg(target, in: place, hops: wish.hops, at: now))
    }
    admit(
      legs, of: targets, to: call, called: destination.called, from: destination.shownCaller,
      at: now)
    note(
      passed: destination.passed, by: call.caller, in: call.id, of: call.tenant,
      called: wish.target.user ?? "", at: now)
    let until = now.boot.advanced(by: patience(of: targets, tenant))
    update(call.id, at: now) { $0.transfer(wish, to: legs, until: until) }
  }

  /// Indexes and records legs that join a call.
  ///
  /// - Parameter targets: theirs, where one of them may have a record of its own.
  mutating func admit(
    _ legs: [Leg], of targets: [CallTarget] = [], to call: CallMachine, called: String,
    from shown: String, at now: Moment
  ) {
    for (place, leg) in legs.enumerated() {
      let record = targets.indices.contains(place) ? targets[place].record : nil
      let offer = LegOffer(
        direction: .outgoing, party: leg.party, from: record?.caller ?? shown,
        to: record?.called ?? called, sipCallID: leg.callID)
      admit(leg, to: call, offer: offer, at: now)
    }
  }

  mutating func admit(_ leg: Leg, to call: CallMachine, offer: LegOffer, at now: Moment) {
    dialogs[DialogKey(callID: leg.callID, localTag: leg.localTag)] = LegKey(
      call: call.id, leg: leg.id)
    if case .extension(let id, _) = leg.party {
      lines[BindingKey(tenant: call.tenant, extension: id), default: []].insert(call.id)
    }
    let fact = configuration.fact(
      .offered(offer), tenant: call.tenant, call: leg.recordedIn ?? call.id, leg: leg.id,
      epoch: leg.epoch, at: now)
    outbox.append(.record(fact, receipt: nil))
  }
}
