import CallFlows
import NodeContract
import SIP

/// A user is looked for: at its own devices, at colleagues', at numbers outside, step by step.
extension Exchange {
  /// The first step at which anybody can be asked; nil: there is none.
  ///
  /// - Parameter reason: what whoever is rung elsewhere is told.
  func followed(
    _ entry: ExtensionEntry, called: String, for reason: Forwarding.Reason, from origin: CallOrigin
  ) -> CallDestination? {
    let party = LegParty.extension(entry.id, number: entry.number)
    guard let settings = entry.followMe, !origin.passed.contains(party),
      let (targets, steps) = next(
        of: settings.steps[...], number: 1, entry, called: called, for: reason, from: origin)
    else { return nil }
    var destination = CallDestination(
      called: called, shownCaller: origin.shownNumber, kind: .targets(targets))
    destination.steps = steps
    return destination
  }

  /// The same after the call rang where it was for.
  func followed(
    by redirection: Redirection, in call: CallMachine, _ tenant: DirectoryTenant, at now: Moment
  ) -> CallDestination? {
    guard case .extension(let id, _)? = redirection.by, let entry = tenant.extensionsByID[id] else {
      return nil
    }
    let leg = call[redirection.leg].origin(
      in: tenant, of: call, entry, redirection.reason, limits, at: now)
    // As the call came to the leg: the user names itself only where it sends the call on.
    let origin = CallOrigin(
      tenant: tenant, party: call.caller.party, number: leg.number, displayName: leg.displayName,
      time: now.wall, isWithheld: leg.isWithheld, isFromOutside: leg.isFromOutside,
      forwardings: Array(leg.forwardings.dropFirst()))
    return followed(entry, called: call.called, for: redirection.reason, from: origin)
  }

  private func next(
    of left: ArraySlice<FollowMe.Step>, number: UInt8, _ entry: ExtensionEntry, called: String,
    for reason: Forwarding.Reason, from origin: CallOrigin
  ) -> (targets: [CallTarget], steps: FurtherSteps)? {
    var (left, number) = (left, number)
    while let step = left.popFirst() {
      let targets = targets(of: step, entry, called: called, for: reason, from: origin)
      guard targets.isEmpty else {
        let steps = FurtherSteps(
          user: entry.id, left: Array(left), number: number, ringsFor: step.ringsFor,
          reason: reason, called: called, callerName: origin.displayName,
          isWithheld: origin.isWithheld, nextAt: BootInstant(nanoseconds: 0))
        return (targets, steps)
      }
      number &+= 1
    }
    return nil
  }

  /// Whoever can be asked in that step.
  private func targets(
    of step: FollowMe.Step, _ entry: ExtensionEntry, called: String,
    for reason: Forwarding.Reason, from origin: CallOrigin
  ) -> [CallTarget] {
    let onward = origin.sentOn(by: entry, for: reason, limits)
    return step.targets.flatMap { target -> [CallTarget] in
      switch target {
      case .own:
        guard origin.party != .extension(entry.id, number: entry.number),
          case .targets(let own) = allDevices(of: entry, called: called, from: origin).kind
        else { return [] }
        return own
      case .colleague(let id):
        return targets(
          at: id, skipsBusy: true, confirms: step.confirms, called: called, from: onward)
      case .outside(let number):
        return outside(number, confirms: step.confirms, by: entry, called: called, from: onward)
      }
    }
  }

  /// A number as the user would dial it, which may be a colleague's.
  func outside(
    _ number: String, confirms: Bool, by entry: ExtensionEntry, called: String,
    from origin: CallOrigin
  ) -> [CallTarget] {
    guard !origin.tenant.isEmergency(number) else { return [] }
    switch origin.tenant.route(dialled: number) {
    case .extension(let colleague, _):
      guard colleague.id != entry.id else { return [] }
      return targets(
        at: colleague.id, skipsBusy: true, confirms: confirms, called: called, from: origin)
    case .trunk(let trunk, let number):
      let destination = carrier(trunk, number: number, from: entry, origin)
      guard case .targets(var targets) = destination.kind else { return [] }
      for place in targets.indices {
        targets[place].mustConfirm = confirms
        targets[place].record = (called: destination.called, caller: destination.shownCaller)
      }
      return targets
    case .unknown: return []
    }
  }

  // MARK: - On its way

  /// The next step at which anybody can be asked.
  mutating func askFurther(_ further: FurtherSteps, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let place = call.callees.last,
      let tenant = directory[call.tenant], let entry = tenant.extensionsByID[further.user]
    else { return update(id, at: now) { $0.askNext(at: now) } }
    let origin = CallOrigin(
      tenant: tenant, party: call.caller.party, number: call.caller.number,
      displayName: further.callerName, time: now.wall, isWithheld: further.isWithheld,
      nameWhenWithheld: further.callerName, isFromOutside: call.caller.isTrunk)
    guard
      let (targets, steps) = next(
        of: further.left[...], number: further.number &+ 1, entry, called: further.called,
        for: further.reason, from: origin)
    else { return update(id, at: now) { $0.askNext(at: now) } }
    note(steps, by: call.caller, in: id, of: call.tenant, at: now)
    let legs = enlisted(
      targets, in: call, at: place.id, called: further.called, from: origin.shownNumber, at: now)
    guard !legs.isEmpty else { return update(id, at: now) { $0.askNext(at: now) } }
    let next = steps.beginning(at: now.boot)
    update(id, at: now) { $0.enlist(legs, then: .steps(next), until: next.end) }
  }

  /// Each step has a leg of the user's on record, so that the call's path can be read: `102/2`.
  mutating func note(
    _ steps: FurtherSteps?, by caller: Leg, in call: CallID, of tenant: TenantID, at now: Moment
  ) {
    guard let steps, let entry = directory[tenant]?.extensionsByID[steps.user] else { return }
    note(
      passed: [.extension(entry.id, number: entry.number)], by: caller, in: call, of: tenant,
      called: Legible.text("\(entry.number)/\(steps.number)"), at: now)
  }
}

extension FurtherSteps {
  /// Turns end by themselves, a moment before all is over.
  private static let slack = Duration.seconds(1)

  /// How long all steps last, this one included.
  var patience: Duration { ringsFor + rest }

  private var rest: Duration { left.reduce(Self.slack) { $0 + $1.ringsFor } }

  func beginning(at now: BootInstant) -> FurtherSteps {
    var steps = self
    steps.nextAt = now.advanced(by: ringsFor)
    return steps
  }

  fileprivate var end: BootInstant { nextAt.advanced(by: rest) }
}

extension CallOrigin {
  /// The same call as it comes to whom that user sends it to.
  func sentOn(
    by entry: ExtensionEntry, for reason: Forwarding.Reason, _ limits: ExchangeLimits
  ) -> CallOrigin {
    var onward = self
    onward.passed.append(.extension(entry.id, number: entry.number))
    onward.forwardings = Array(
      ([Forwarding(number: entry.outsideNumber ?? entry.number, reason: reason)] + forwardings)
        .prefix(limits.forwardings))
    return onward
  }

  fileprivate var shownNumber: String { isWithheld ? CallerIdentity.anonymous : number }
}
