import CallFlows
import NodeContract
import SIP

/// Colleagues who are rung for an extension, together or one after the other.
extension Exchange {
  func members(
    of group: RingGroup, _ id: ExtensionID, called: String, from origin: CallOrigin
  ) -> CallDestination {
    let isAsked = !origin.tenant.snapshot.recordingRules.isEmpty
    let isTimed = !group.members.allSatisfy(\.isPlain)
    let shown = origin.isWithheld ? CallerIdentity.anonymous : origin.number
    var further = FurtherMembers(
      isTogether: group.strategy == .together && isTimed, turn: group.ringsFor,
      ringsFor: group.ringsFor, skipsBusy: group.skipsBusy, confirms: group.confirms,
      called: called, shownCaller: shown, group: isAsked || isTimed ? id : nil)
    var first: [CallTarget] = []
    var order = order(of: group)[...]
    if group.strategy == .together {
      var late = order.sorted { $0.after < $1.after }[...]
      while first.isEmpty, let next = late.first {
        first = late.prefix { $0.after == next.after }
          .flatMap { targets(at: $0, of: further, from: origin) }
        late = late.drop { $0.after == next.after }
      }
      further.late = Array(late)
    } else {
      while first.isEmpty, let next = order.popFirst() {
        first = targets(at: next, of: further, from: origin)
        further.turn = further.turn(of: next)
      }
      further.left = Array(order)
    }
    var destination = CallDestination(
      called: called, shownCaller: shown,
      kind: first.isEmpty ? .refused(.offline) : .targets(first))
    destination.members = further
    return destination
  }

  /// Each once.
  private func order(of group: RingGroup) -> [RingGroup.Member] {
    var known: Set<RingGroup.Member.Target> = []
    let members = group.members.filter { known.insert($0.target).inserted }
    guard group.strategy == .random else { return members }
    // Only the order hangs on it: nothing that must not be drawn twice.
    var lot = random
    return members.shuffled(using: &lot)
  }

  /// None: nobody can be asked there.
  private func targets(
    at member: RingGroup.Member, of group: FurtherMembers, from origin: CallOrigin
  ) -> [CallTarget] {
    let confirms = group.confirms || member.confirms
    var targets: [CallTarget]
    switch member.target {
    case .colleague(let id):
      targets = self.targets(
        at: id, skipsBusy: group.skipsBusy, confirms: confirms, called: group.called, from: origin)
    case .outside(let number):
      guard let host = group.group.flatMap({ origin.tenant.extensionsByID[$0] }) else { return [] }
      targets = outside(
        number, confirms: confirms, by: host, called: group.called,
        from: origin.sentOn(by: host, for: .unconditional, limits))
    }
    guard group.isTogether else { return targets }
    for place in targets.indices { targets[place].ringsFor = member.ringsFor }
    return targets
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
      nameWhenWithheld: place.invite.headers.from.displayName, isFromOutside: call.caller.isTrunk)
    guard let (targets, next) = next(of: further, from: origin, at: now.boot) else {
      return update(id, at: now) { $0.askNext(at: now) }
    }
    let legs = enlisted(
      targets, in: call, at: place.id, called: further.called, from: further.shownCaller, at: now)
    update(id, at: now) { call in
      let isBounded = call.answering?.patience != nil || call.flow?.ringsFor != nil
      let enlisted = call.enlist(
        legs, then: .members(next), until: isBounded ? now.boot : next.end)
      return enlisted + (legs.isEmpty ? call.askNext(at: now) : [])
    }
  }

  /// Whose turn it is, and who comes then; nil: nobody can be asked any more.
  private func next(of further: FurtherMembers, from origin: CallOrigin, at now: BootInstant)
    -> (targets: [CallTarget], next: FurtherMembers)?
  {
    var further = further
    while let member = further.late.first {
      // Those who would come later come now where nobody rings.
      let until = max(now, further.begunAt.advanced(by: member.after))
      let due = further.late.prefix { further.begunAt.advanced(by: $0.after) <= until }
      further.late.removeFirst(due.count)
      further.nextAt = further.lateAt
      let targets = due.flatMap { self.targets(at: $0, of: further, from: origin) }
      if !targets.isEmpty || further.late.isEmpty { return (targets, further) }
    }
    var left = further.left[...]
    while let member = left.popFirst() {
      let targets = targets(at: member, of: further, from: origin)
      guard !targets.isEmpty else { continue }
      return (targets, further.following(left, for: further.turn(of: member), at: now))
    }
    return nil
  }
}

extension FurtherMembers {
  /// Until the last turn is over, and a moment more: turns end by themselves.
  private static let slack = Duration.seconds(1)

  fileprivate func turn(of member: RingGroup.Member) -> Duration { member.ringsFor ?? ringsFor }

  /// How long those have who are left, when it is their turn.
  private var rest: Duration { left.reduce(Self.slack) { $0 + turn(of: $1) } }

  /// How long all turns last.
  var patience: Duration { turn + rest }

  /// Until when somebody may ring.
  fileprivate var end: BootInstant {
    isTogether ? begunAt.advanced(by: ringsFor + Self.slack) : nextAt.advanced(by: rest)
  }

  /// When whoever comes next of those who ring late does; none: when all have rung.
  fileprivate var lateAt: BootInstant { begunAt.advanced(by: late.first?.after ?? ringsFor) }

  func beginning(at now: BootInstant) -> FurtherMembers {
    var begun = self
    begun.nextAt = now.advanced(by: turn)
    guard isTogether else { return begun }
    begun.begunAt = now
    begun.nextAt = begun.lateAt
    return begun
  }

  fileprivate func following(
    _ left: ArraySlice<RingGroup.Member>, for turn: Duration, at now: BootInstant
  ) -> FurtherMembers {
    var next = self
    (next.left, next.turn) = (Array(left), turn)
    next.nextAt = now.advanced(by: turn)
    return next
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
