import CallFlows
import NodeContract
import SIP

/// What the rules of whom a call is for say of it, as it comes and when nobody takes it.
extension Exchange {
  /// Where a call to an extension goes: to its devices, to whom its rules name, or nowhere.
  func devices(of entry: ExtensionEntry, called: String, from origin: CallOrigin)
    -> CallDestination
  {
    if origin.isUnwanted(by: entry) {
      return CallDestination(called: called, kind: .refused(.rejected))
    }
    // Only the tenant's own telephones page, and only who dials the group: see `pagesGroup`.
    guard entry.paging == nil else {
      return CallDestination(called: called, kind: .refused(.forbidden))
    }
    var destination = whom(entry, answersFor: called, from: origin)
    let hasFlow = entry.flow != nil
    let mailbox = MailboxOffer(entry, to: origin)
    let rules = entry.rules
    guard !rules.isEmpty || mailbox != nil else { return destination }
    let tenant = origin.tenant
    let plan = AnsweringPlan(
      rules, for: IncomingCall(called: called, from: origin), by: tenant.snapshot.clock,
      hasMailbox: mailbox != nil)
    // A flow says itself what comes of it that somebody is not there.
    var decision = destination.isOffline && !hasFlow ? plan.offline : plan.arrival
    if decision?.action == .followMe, entry.followMe != nil, !hasFlow {
      let reason: Forwarding.Reason = destination.isOffline ? .unavailable : .unconditional
      if var followed = followed(entry, called: called, for: reason, from: origin) {
        followed.answering = .following(
          plan, of: .extension(entry.id, number: entry.number), in: tenant.snapshot.domain, mailbox)
        return followed
      }
      // Nobody can be asked there.
      decision = plan.afterwards
    }
    switch decision?.action {
    case .forward(let target):
      let reason: Forwarding.Reason = destination.isOffline ? .unavailable : .unconditional
      guard var onward = forwarded(by: entry, to: target, for: reason, origin) else {
        return destination
      }
      onward.asked = called
      return onward
    case .busy: return CallDestination(called: called, kind: .refused(.busy))
    case .decline: return CallDestination(called: called, kind: .refused(.rejected))
    case .voicemail(let greeting) where mailbox != nil:
      return CallDestination(
        called: called,
        kind: mailbox.map { .reception(.mailbox($0.greeting(with: greeting))) }
          ?? destination.kind)
    case .ring, .followMe, .voicemail, nil:
      guard !hasFlow else { return destination }
      destination.answering = PendingRules(
        plan, of: .extension(entry.id, number: entry.number), in: tenant.snapshot.domain, mailbox)
      return destination
    }
  }

  /// Before any rule is asked.
  private func whom(
    _ entry: ExtensionEntry, answersFor called: String, from origin: CallOrigin
  ) -> CallDestination {
    if let entrance = entrance(of: entry, called: called, from: origin) { return entrance }
    if let visit = MenuVisit(entry, from: origin) {
      return CallDestination(called: called, kind: .reception(.menu(visit)))
    }
    if let caller = newcomer(to: entry, from: origin) {
      return CallDestination(called: called, kind: .reception(.queue(caller)))
    }
    return entry.group.map { members(of: $0, entry.id, called: called, from: origin) }
      ?? allDevices(of: entry, called: called, from: origin)
  }

  /// Nil: that leads nowhere, in a circle, or to help, which no call may be sent to.
  private func forwarded(
    by entry: ExtensionEntry, to target: String, for reason: Forwarding.Reason,
    _ origin: CallOrigin
  ) -> CallDestination? {
    let party = LegParty.extension(entry.id, number: entry.number)
    guard origin.passed.count < limits.redirectionsPerCall, !origin.passed.contains(party) else {
      return nil
    }
    var destination = destination(
      of: target, from: origin.sentOn(by: entry, for: reason, limits), entry)
    guard !destination.isEmergency, !destination.isUnknown else { return nil }
    destination.passed.insert(party, at: 0)
    return destination
  }

  /// How long the targets may ring, and those whose turn is to come.
  func patience(of targets: [CallTarget], _ destination: CallDestination, _ tenant: DirectoryTenant)
    -> Duration
  {
    destination.flow?.ringsFor ?? destination.answering?.patience ?? destination.members?.patience
      ?? destination.steps?.patience ?? patience(of: targets, tenant)
  }

  /// Whose rules sent the call on has a leg on record that says so, although nothing rang.
  mutating func note(
    passed parties: [LegParty], by caller: Leg, in call: CallID, of tenant: TenantID,
    called: String, at now: Moment
  ) {
    for party in parties {
      let leg = LegID(at: now.wall, using: &random)
      let offer = LegOffer(
        direction: .outgoing, party: party, from: caller.number, to: called,
        sipCallID: Legible.text(caller.callID, limit: 255))
      let end = LegEnd(outcome: .forwarded, evidence: .signalled, endedBy: .us)
      for event in [FactEvent.offered(offer), .ended(end)] {
        let fact = configuration.fact(
          event, tenant: tenant, call: call, leg: leg, epoch: caller.epoch, at: now)
        outbox.append(.record(fact, receipt: nil))
      }
    }
  }
}

extension IncomingCall {
  init(called: String, from origin: CallOrigin) {
    let isInternal = origin.isColleagues
    let caller = origin.isWithheld ? nil : origin.number
    self.init(
      caller: caller, isInternal: isInternal,
      contact: isInternal ? nil : caller.flatMap { origin.tenant.contacts[$0] }, called: called,
      time: origin.time)
  }
}

extension CallOrigin {
  /// Whether one of the tenant's own calls.
  fileprivate var isColleagues: Bool {
    if case .extension = party { !isFromOutside } else { false }
  }

  /// Whether somebody outside calls whom the extension's user or its tenant does not want to hear.
  func isUnwanted(by entry: ExtensionEntry) -> Bool {
    guard !isColleagues else { return false }
    let caller = ScreenedCaller(number: isWithheld ? nil : number, isDisproven: isDisproven)
    return tenant.screening.blocks(caller, to: entry.id)
  }
}

extension CallDestination {
  fileprivate var isOffline: Bool {
    if case .refused(.offline) = kind { true } else { false }
  }

  var isUnknown: Bool {
    if case .refused(.unknownNumber) = kind { true } else { false }
  }
}
