import Announcements
import CallFlows
public import NodeContract
import SIP

/// Users have calls made by the control plane: their own telephones ring, and whoever answers calls the number as
/// if it had dialled it there.
extension Exchange {
  /// The telephones ring, or the call ends, where the answer is no refusal. An order that comes again changes
  /// nothing.
  public mutating func obey(_ order: ClickOrder, at now: Moment)
    -> (answer: ClickAnswer, actions: [ExchangeAction])
  {
    let refusal: ClickRefusal? =
      switch order.verb {
      case .make: make(order, at: now)
      case .callOff: callOff(order, at: now)
      case .beginRecording: record(.begin(.both), order, at: now)
      case .pauseRecording: record(.pause, order, at: now)
      case .resumeRecording: record(.resume, order, at: now)
      case .endRecording: record(.end, order, at: now)
      }
    return (
      ClickAnswer(call: order.call, verb: order.verb, refusal: refusal), takeOutbox(at: now)
    )
  }

  private mutating func callOff(_ order: ClickOrder, at now: Moment) -> ClickRefusal? {
    guard let call = calls[order.call]?.machine, call.tenant == order.tenant,
      call.errand?.click != nil, !call.isEnding
    else { return .noCall }
    update(call.id, at: now) { $0.calledOff(at: now) }
    return nil
  }

  // MARK: - The user's telephones

  private mutating func make(_ order: ClickOrder, at now: Moment) -> ClickRefusal? {
    if let known = calls[order.call]?.machine {
      return known.tenant == order.tenant ? nil : .notHere
    }
    guard let tenant = directory[order.tenant], grants[tenant.snapshot.homeAddress] != nil,
      let entry = order.extension.flatMap({ tenant.extensionsByID[$0] })
    else { return .notHere }
    if let refusal = Self.refusal(of: order, tenant) { return refusal }
    let (origin, dialled) = origin(calling: order.number, by: entry, of: tenant, at: now)
    let place = place(of: dialled, from: origin, entry.showing(order.shown))
    if case .refused(let outcome) = place.kind, [.unknownNumber, .forbidden].contains(outcome) {
      return .unknownNumber
    }
    guard hasRoom(for: tenant.id) || place.isEmergency else { return .overloaded }
    let called = place.asked ?? place.called
    let targets = telephones(of: entry, calling: called, order, tenant, at: now)
    guard let first = targets.first else { return .offline }
    let host = ReceptionHost(entry, speaking: nil, to: origin)
    guard
      var call = newErrand(
        .click(Click(host: host, shown: order.shown)), named: order.call, for: host,
        calling: order.number, shown: called, over: first.flow, tenant, at: now)
    else { return .overloaded }
    call.attendance = Attendance(purpose: .errand)
    call.callees = targets.map { outgoingLeg($0, beside: call.caller, in: call, at: now) }
    call.state = .ringing(until: now.boot.advanced(by: patience(of: targets, tenant)))
    begin(call, for: host, at: now)
    return nil
  }

  private static func refusal(of order: ClickOrder, _ tenant: DirectoryTenant) -> ClickRefusal? {
    if let shown = order.shown, tenant.numbers[shown] == nil { return .notOurs }
    switch tenant.feature(order.number)?.feature {
    case .hideCaller, .room, nil: return nil
    default: return .featureCode
    }
  }

  /// All that are registered, whatever the user's rules say: the user asked for it. They show whom the call is
  /// for.
  private func telephones(
    of entry: ExtensionEntry, calling called: String, _ order: ClickOrder,
    _ tenant: DirectoryTenant, at now: Moment
  ) -> [CallTarget] {
    let colleague = tenant.extensionsByNumber[called]
    let shown = CallOrigin(
      tenant: tenant, party: .extension(entry.id, number: entry.number), number: called,
      displayName: colleague?.displayName ?? tenant.contacts[called]?.name, time: now.wall)
    guard entry.hasOwnDevices,
      case .targets(var targets) = allDevices(of: entry, called: entry.number, from: shown).kind
    else { return [] }
    if order.answersByItself {
      let headers = Self.answersByItself(at: tenant.snapshot.domain)
      for index in targets.indices { targets[index].headers += headers }
    }
    return Array(targets.prefix(max(1, limits.legsPerCall - 1)))
  }

  // MARK: - Whom they call

  /// The user calls it now, and waits at its telephone.
  mutating func run(
    _ click: Click, _ number: String, of call: CallMachine, by entry: ExtensionEntry,
    _ tenant: DirectoryTenant, at now: Moment
  ) {
    let (origin, dialled) = origin(calling: number, by: entry, of: tenant, at: now)
    if let room = tenant.room(dialled) {
      return enter(room, call, tenant, click.host.language, at: now)
    }
    let destination = destination(of: dialled, from: origin, entry.showing(click.shown))
    switch destination.kind {
    case .refused(let outcome):
      note(destination, of: call, at: now)
      update(call.id, at: now) { $0.errandIsInVain(outcome, at: now) }
    case .reception(let reception):
      note(destination, of: call, at: now)
      update(call.id, at: now) { $0.goOn(in: destination.flow, to: reception, at: now) }
    case .targets(let targets):
      let turns = DeviceTurns(targets, isGroup: destination.ringsAll)
      let legs = legs(to: turns.first, besideCallerOf: call, at: now)
      guard !legs.isEmpty else {
        return update(call.id, at: now) { $0.errandIsInVain(.offline, at: now) }
      }
      note(destination, of: call, at: now)
      admit(
        legs, of: turns.first, to: call, called: destination.called,
        from: destination.shownCaller, at: now)
      ring(legs, in: turns, of: targets, destination, call, tenant, at: now)
    }
  }

  private mutating func enter(
    _ room: String, _ call: CallMachine, _ tenant: DirectoryTenant, _ language: SpokenLanguage,
    at now: Moment
  ) {
    guard let (stay, programme) = stay(inRoom: room, of: tenant, language) else {
      return update(call.id, at: now) { $0.errandIsInVain(.busy, at: now) }
    }
    update(call.id, at: now) {
      $0.errandReceived() + $0.enter(stay, saying: programme, at: now)
    }
  }

  /// Where the call goes on the way there.
  private mutating func note(_ destination: CallDestination, of call: CallMachine, at now: Moment) {
    note(
      passed: destination.passed, by: call.caller, in: call.id, of: call.tenant,
      called: call.called, at: now)
    note(destination.steps, by: call.caller, in: call.id, of: call.tenant, at: now)
  }

  private func origin(
    calling number: String, by entry: ExtensionEntry, of tenant: DirectoryTenant, at now: Moment
  ) -> (CallOrigin, String) {
    var origin = CallOrigin(
      tenant: tenant, party: .extension(entry.id, number: entry.number), number: entry.number,
      displayName: entry.displayName, time: now.wall)
    let dialled = tenant.dialled(number, hiding: &origin)
    return (origin, dialled)
  }

  /// A room is nobody's, and is always there.
  private func place(of dialled: String, from origin: CallOrigin, _ user: ExtensionEntry)
    -> CallDestination
  {
    guard origin.tenant.room(dialled) == nil else {
      return CallDestination(called: dialled, kind: .targets([]))
    }
    return destination(of: dialled, from: origin, user)
  }
}

extension ExtensionEntry {
  /// The same user with another number for those outside.
  fileprivate func showing(_ number: String?) -> ExtensionEntry {
    guard let number else { return self }
    var entry = self
    entry.outsideNumber = number
    return entry
  }
}
