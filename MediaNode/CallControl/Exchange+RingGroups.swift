import CallFlows
import NodeContract
import SIP

/// Colleagues who are rung for an extension, together or one after the other.
extension Exchange {
  func members(
    of group: RingGroup, _ id: ExtensionID, called: String, from origin: CallOrigin
  ) -> CallDestination {
    let order = order(of: group)
    let shown = origin.isWithheld ? CallerIdentity.anonymous : origin.number
    func destination(_ targets: [CallTarget], _ left: [ExtensionID]) -> CallDestination {
      var destination = CallDestination(
        called: called, shownCaller: shown,
        kind: targets.isEmpty ? .refused(.offline) : .targets(targets))
      destination.members = FurtherMembers(
        left: left, ringsFor: group.ringsFor, skipsBusy: group.skipsBusy,
        confirms: group.confirms, called: called, shownCaller: shown,
        group: origin.tenant.snapshot.recordingRules.isEmpty ? nil : id,
        nextAt: BootInstant(nanoseconds: 0))
      return destination
    }
    guard group.strategy != .together else {
      let all = order.flatMap {
        targets(
          at: $0, skipsBusy: group.skipsBusy, confirms: group.confirms, called: called, from: origin
        )
      }
      return destination(all, [])
    }
    for (place, member) in order.enumerated() {
      let targets = targets(
        at: member, skipsBusy: group.skipsBusy, confirms: group.confirms, called: called,
        from: origin)
      if !targets.isEmpty { return destination(targets, Array(order[(place + 1)...])) }
    }
    return destination([], [])
  }

  /// Each once.
  private func order(of group: RingGroup) -> [ExtensionID] {
    var known: Set<ExtensionID> = []
    let members = group.members.filter { known.insert($0).inserted }
    guard group.strategy == .random else { return members }
    // Only the order hangs on it: nothing that must not be drawn twice.
    var lot = random
    return members.shuffled(using: &lot)
  }

  /// None: the member is the caller, talks, wants no calls or has no device. Where else its calls go
  /// is for its own calls.
  func targets(
    at member: ExtensionID, skipsBusy: Bool, confirms: Bool = false, called: String,
    from origin: CallOrigin
  ) -> [CallTarget] {
    guard let entry = origin.tenant.extensionsByID[member], entry.hasOwnDevices,
      origin.party != .extension(entry.id, number: entry.number),
      !origin.isUnwanted(by: entry), !skipsBusy || !isOccupied(entry, in: origin.tenant),
      !entry.wantsNoCall(called: called, from: origin),
      case .targets(var targets) = allDevices(of: entry, called: called, from: origin).kind
    else { return [] }
    for place in targets.indices { targets[place].mustConfirm = confirms }
    return targets
  }

  /// The next member who can be rung.
  mutating func askFurther(_ further: FurtherMembers, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let tenant = directory[call.tenant],
      let place = call.callees.last
    else { return update(id, at: now) { $0.askNext(at: now) } }
    let origin = CallOrigin(
      tenant: tenant, party: call.caller.party, number: call.caller.number,
      displayName: place.invite.headers.from.displayName, time: now.wall,
      isWithheld: further.shownCaller == CallerIdentity.anonymous,
      nameWhenWithheld: place.invite.headers.from.displayName)
    var left = further.left
    while !left.isEmpty {
      let targets = targets(
        at: left.removeFirst(), skipsBusy: further.skipsBusy, confirms: further.confirms,
        called: further.called, from: origin)
      guard !targets.isEmpty else { continue }
      let legs = enlisted(
        targets, in: call, at: place.id, called: further.called, from: further.shownCaller, at: now)
      let next = further.following(left, at: now.boot)
      return update(id, at: now) { call in
        let isBounded = call.answering?.patience != nil || call.flow?.ringsFor != nil
        let until = isBounded ? now.boot : next.end
        return call.enlist(legs, then: .members(next), until: until)
      }
    }
    update(id, at: now) { $0.askNext(at: now) }
  }
}

extension FurtherMembers {
  /// Until the last turn is over, and a moment more: turns end by themselves.
  fileprivate static let slack = Duration.seconds(1)

  /// How long all turns last.
  var patience: Duration { ringsFor * (left.count + 1) + Self.slack }

  fileprivate var end: BootInstant {
    nextAt.advanced(by: ringsFor * left.count + Self.slack)
  }

  func beginning(at now: BootInstant) -> FurtherMembers { following(left, at: now) }

  fileprivate func following(_ left: [ExtensionID], at now: BootInstant) -> FurtherMembers {
    FurtherMembers(
      left: left, ringsFor: ringsFor, skipsBusy: skipsBusy, confirms: confirms, called: called,
      shownCaller: shownCaller, group: group, nextAt: now.advanced(by: ringsFor))
  }
}

extension ExtensionEntry {
  /// Calls to it ring at its own devices, as far as its rules say nothing else.
  var hasOwnDevices: Bool {
    group == nil && menu == nil && queue == nil && flow == nil && paging == nil
  }

  /// Its rules refuse the call as it comes.
  func wantsNoCall(called: String, from origin: CallOrigin) -> Bool {
    if switches[.doNotDisturb]?.isOn == true { return true }
    let plan = AnsweringPlan(
      rules, for: IncomingCall(called: called, from: origin),
      by: origin.tenant.snapshot.clock)
    return switch plan.arrival?.action {
    case .busy, .decline: true
    case .ring, .followMe, .forward, .voicemail, nil: false
    }
  }
}
