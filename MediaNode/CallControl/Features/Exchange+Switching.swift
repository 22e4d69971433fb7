import Announcements
import Digits
public import NodeContract
import SIP

/// Do not disturb and forwarding by code. What was switched holds here at once, goes up as a fact of the
/// call in which it was, and comes back in the tenant's snapshot.
extension Exchange {
  /// True when the INVITE switches something; it is answered then.
  mutating func switches(_ arrival: Arrival, _ origin: CallOrigin, at now: Moment) -> Bool {
    let dialled = arrival.request.uri.user ?? ""
    guard let meant = origin.tenant.feature(dialled), let wish = SwitchWish(meant) else {
      return false
    }
    let language = origin.tenant.snapshot.dialling.language
    let asks = wish.needsTarget && wish.target == nil
    attend(arrival, origin, called: dialled, at: now) {
      $0.begin(switching: wish, asking: asks ? .forwardingTarget(in: language) : nil, at: now)
    }
    return true
  }

  /// What the caller of that call wished for, if it can be.
  mutating func switchAnswering(_ wish: SwitchWish, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let tenant = directory[call.tenant],
      case .extension(let user, _) = call.caller.party, let entry = tenant.extensionsByID[user]
    else { return update(id, at: now) { $0.end(.internalError, at: now) } }
    let language = tenant.snapshot.dialling.language
    guard wish.kind != .night else { return switchNight(wish, in: call, tenant, language, at: now) }
    guard !wish.isAgents || tenant.hasAgent(entry.id) else {
      return tell(language.notice(MenuNotice.invalid), in: language, of: id, at: now)
    }
    guard let state = state(after: wish, of: entry, in: tenant, at: now) else {
      return tell(language.notice(SwitchNotice.numberNotTaken), in: language, of: id, at: now)
    }
    let change = AnsweringSwitches.Change(entry.id, wish.kind, state)
    turn(change, in: call, at: now)
    tell(language.notice(of: wish), in: language, of: id, at: now)
  }

  /// From day to night, or back: whichever it is not.
  private mutating func switchNight(
    _ wish: SwitchWish, in call: CallMachine, _ tenant: DirectoryTenant,
    _ language: SpokenLanguage, at now: Moment
  ) {
    guard let entry = tenant.nightSwitch(named: wish.target) else {
      return tell(language.notice(MenuNotice.invalid), in: language, of: call.id, at: now)
    }
    let isNight = !entry.switches.isNight
    let state = AnsweringSwitches.State(
      isOn: isNight, target: nil, patience: nil,
      changedAt: entry.switches.turning(.night, at: now.wall))
    turn(AnsweringSwitches.Change(entry.id, .night, state), in: call, at: now)
    tell(
      language.notice(isNight ? NightNotice.night : .day), in: language, of: call.id, at: now)
  }

  /// What was switched within that call holds from now on.
  mutating func turn(
    _ change: AnsweringSwitches.Change, in call: CallMachine, at now: Moment
  ) {
    directory.merge(change, of: call.tenant)
    let fact = configuration.fact(
      .switched(change), tenant: call.tenant, call: call.id, leg: call.caller.id,
      epoch: call.caller.epoch, at: now)
    outbox.append(.record(fact, receipt: nil))
    if change.kind == .queueLogin || change.kind == .queuePause { queuesAreDue(of: call.tenant) }
    tellWatchers(of: change.kind, of: change.extension, in: call.tenant, at: now)
  }

  /// Facts of a process before this one: what people switched holds on.
  public mutating func recall(_ facts: [Fact]) {
    for fact in facts {
      if case .switched(let change) = fact.event { directory.merge(change, of: fact.tenant) }
    }
  }

  private mutating func tell(
    _ prompts: [Prompt], in language: SpokenLanguage, of id: CallID, at now: Moment
  ) {
    let programme = Programme(announcement: Announcement(prompts, in: language))
    update(id, at: now) { $0.tell(programme, at: now) }
  }

  /// Nil: calls could not go there.
  private func state(
    after wish: SwitchWish, of entry: ExtensionEntry, in tenant: DirectoryTenant, at now: Moment
  ) -> AnsweringSwitches.State? {
    if wish.needsTarget {
      guard let target = wish.target, tenant.forwards(from: entry, to: target) else { return nil }
    }
    let known = entry.switches[wish.kind]
    return AnsweringSwitches.State(
      isOn: wish.isOn, target: wish.target ?? (wish.kind == .queuePause ? nil : known?.target),
      patience: known?.patience, changedAt: entry.switches.turning(wish.kind, at: now.wall))
  }
}

extension DirectoryTenant {
  /// Whose switch is meant: that of the extension with this number, or the only one that flows ask for; nil:
  /// no flow asks for it, or several could be meant.
  func nightSwitch(named number: String?) -> ExtensionEntry? {
    let asked = extensionsByID.values.reduce(into: Set()) { asked, entry in
      asked.formUnion(entry.flow?.nightSwitches(of: entry.id) ?? [])
    }
    if let number {
      return extensionsByNumber[number].flatMap { asked.contains($0.id) ? $0 : nil }
    }
    return asked.count == 1 ? asked.first.flatMap { extensionsByID[$0] } : nil
  }

  /// Whether calls to that extension may be sent there: to a colleague or outside, not to itself, for
  /// help, or nowhere.
  fileprivate func forwards(from entry: ExtensionEntry, to target: String) -> Bool {
    guard target.utf8.count <= 32, !isEmergency(target) else { return false }
    switch route(dialled: target) {
    case .extension(let colleague, _): return colleague.id != entry.id
    case .trunk: return true
    case .unknown: return false
    }
  }
}

extension Programme {
  /// As many keys as a number has that is dialled abroad.
  fileprivate static func forwardingTarget(in language: SpokenLanguage) -> Programme {
    Programme(
      announcement: Announcement(language.notice(.whichNumber), in: language),
      reading: KeyReading(most: 20, terminator: Digit("#"), patience: .seconds(8)))
  }
}

extension SpokenLanguage {
  /// How it stands after that wish.
  fileprivate func notice(of wish: SwitchWish) -> [Prompt] {
    turned(wish) + (wish.needsTarget ? digits(wish.target ?? "") : [])
  }

  private func turned(_ wish: SwitchWish) -> [Prompt] {
    switch (wish.kind, wish.isOn) {
    case (.doNotDisturb, true): notice(SwitchNotice.doNotDisturb)
    case (.doNotDisturb, false): notice(SwitchNotice.noDoNotDisturb)
    case (.forwardAlways, true): notice(SwitchNotice.forwardsAlwaysTo)
    case (.forwardAlways, false): notice(SwitchNotice.forwardsAlwaysNoMore)
    case (.forwardBusy, true): notice(SwitchNotice.forwardsBusyTo)
    case (.forwardBusy, false): notice(SwitchNotice.forwardsBusyNoMore)
    case (.forwardNoAnswer, true): notice(SwitchNotice.forwardsNoAnswerTo)
    case (.forwardNoAnswer, false): notice(SwitchNotice.forwardsNoAnswerNoMore)
    case (.queueLogin, let isOn): notice(isOn ? QueueNotice.loggedIn : .loggedOut)
    case (.queuePause, let isOn): notice(isOn ? QueueNotice.paused : .resumed)
    case (.night, let isOn): notice(isOn ? NightNotice.night : .day)
    }
  }
}
