import Announcements
import Digits
import NodeContract
import SIP

/// Where the choices of callers in menus lead, and those whom a queue sends on.
extension Exchange {
  mutating func lead(_ choice: MenuChoice, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let host = call.host else { return }
    guard let tenant = directory[call.tenant] else {
      return update(id, at: now) { $0.end(.internalError, at: now) }
    }
    let origin = CallOrigin(call, from: host, of: tenant, at: now)
    switch choice.place {
    case .destination(.hangUp): update(id, at: now) { $0.end(.answered, at: now) }
    case .destination(.room(let number)):
      lead(toRoom: number, by: choice, from: host, of: call, tenant, at: now)
    case .destination(let destination):
      lead(
        call, to: self.destination(destination, from: origin), by: choice.record(at: host), tenant,
        at: now)
    case .flow(let event):
      if !choice.keys.isEmpty { note(choice.record(at: host), of: call, passing: [], at: now) }
      followFlow(event, of: id, at: now)
    case .dialled(let number):
      let entry = tenant.extensionsByNumber[number]
      lead(
        call, to: entry.map { devices(of: $0, called: number, from: origin) },
        by: choice.record(at: host), tenant, at: now)
    }
  }

  /// Nil: there is nobody (any more).
  private func destination(_ wanted: VoiceMenu.Destination, from origin: CallOrigin)
    -> CallDestination?
  {
    let tenant = origin.tenant
    switch wanted {
    case .extension(let id):
      return tenant.extensionsByID[id].map { devices(of: $0, called: $0.number, from: origin) }
    case .mailbox(let id):
      return tenant.extensionsByID[id].flatMap { entry in
        MailboxOffer(entry, to: origin).map {
          CallDestination(called: entry.number, kind: .reception(.mailbox($0)))
        }
      }
    case .outside(let number):
      guard case .extension(let id, _)? = origin.passed.last, let menu = tenant.extensionsByID[id]
      else { return nil }
      var origin = origin
      origin.forwardings = [
        Forwarding(number: menu.outsideNumber ?? menu.number, reason: .unconditional)
      ]
      let destination = destination(of: number, from: origin, menu)
      return destination.isEmergency ? nil : destination
    case .room, .hangUp: return nil
    }
  }

  /// A caller who was answered goes on to there; nil: there is nobody.
  mutating func lead(
    _ call: CallMachine, to destination: CallDestination?, by choice: ChoiceRecord,
    _ tenant: DirectoryTenant, at now: Moment
  ) {
    switch destination?.kind {
    case nil: update(call.id, at: now) { $0.choiceIsInvalid(at: now) }
    case .refused: update(call.id, at: now) { $0.choiceIsInVain(at: now) }
    case .reception(let reception):
      note(choice, of: call, passing: destination?.passed ?? [], at: now)
      update(call.id, at: now) { $0.goOn(in: destination?.flow, to: reception, at: now) }
    case .targets(let targets):
      guard let destination else { return }
      ring(targets, destination, choice, call, tenant, at: now)
    }
  }

  private mutating func ring(
    _ targets: [CallTarget], _ destination: CallDestination, _ choice: ChoiceRecord,
    _ call: CallMachine, _ tenant: DirectoryTenant, at now: Moment
  ) {
    let turns = DeviceTurns(targets, isGroup: destination.ringsAll)
    let legs = legs(to: turns.first, besideCallerOf: call, at: now)
    guard !legs.isEmpty else { return update(call.id, at: now) { $0.choiceIsInVain(at: now) } }
    note(choice, of: call, passing: destination.passed, at: now)
    note(destination.steps, by: call.caller, in: call.id, of: call.tenant, at: now)
    admit(
      legs, of: turns.first, to: call, called: destination.called, from: destination.shownCaller,
      at: now)
    ring(legs, in: turns, of: targets, destination, call, tenant, at: now)
  }

  /// As many as the call may have.
  mutating func legs(
    to targets: [CallTarget], besideCallerOf call: CallMachine, at now: Moment
  ) -> [Leg] {
    targets.prefix(max(0, limits.legsPerCall - call.legs.count)).map {
      outgoingLeg($0, beside: call.caller, in: call, at: now)
    }
  }

  /// They ring, and the further turns of these targets after them.
  mutating func ring(
    _ legs: [Leg], in turns: DeviceTurns, of targets: [CallTarget],
    _ destination: CallDestination, _ call: CallMachine, _ tenant: DirectoryTenant, at now: Moment
  ) {
    let further =
      destination.further(after: now.boot)
      ?? turns.next(after: now.boot, shownCaller: destination.shownCaller, limits)
      .map(Further.devices)
    let until = now.boot.advanced(by: patience(of: targets, destination, tenant))
    update(call.id, at: now) {
      $0.ring(
        legs, in: destination.flow, destination.answering, then: further, until: until, at: now)
    }
  }

  private mutating func lead(
    toRoom number: String, by choice: MenuChoice, from host: ReceptionHost, of call: CallMachine,
    _ tenant: DirectoryTenant, at now: Moment
  ) {
    guard let (stay, programme) = stay(inRoom: number, of: tenant, host.language) else {
      return update(call.id, at: now) { $0.choiceIsInVain(at: now) }
    }
    note(choice.record(at: host), of: call, passing: [], at: now)
    update(call.id, at: now) { $0.enter(stay, saying: programme, at: now) }
  }

  private mutating func note(
    _ choice: ChoiceRecord, of call: CallMachine, passing: [LegParty], at now: Moment
  ) {
    note(
      passed: [choice.party].compactMap(\.self) + passing, by: call.caller, in: call.id,
      of: call.tenant, called: choice.called, at: now)
  }
}

/// The menu, or the queue, has a leg on record for each choice that leads anywhere: what was called, and
/// the keys after a comma, as people note such numbers down.
struct ChoiceRecord {
  /// Nil: the caller's own doing, as if it had dialled that.
  let party: LegParty?
  let called: String
}

extension MenuChoice {
  fileprivate func record(at host: ReceptionHost) -> ChoiceRecord {
    ChoiceRecord(
      party: .extension(host.entry, number: host.number),
      called: keys.isEmpty ? host.number : "\(host.number),\(keys)")
  }
}

extension MenuVisit {
  /// Nil: the extension has no menu.
  init?(_ entry: ExtensionEntry, from origin: CallOrigin) {
    guard let menu = entry.menu else { return nil }
    let tenant = origin.tenant
    let keys = VoiceMenu.keys.filter {
      !menu.takesExtensions || !tenant.firstDigits.contains($0)
    }
    let host = ReceptionHost(entry, speaking: menu.language, to: origin)
    self.init(
      entry: host.entry, number: host.number, menu: menu, language: host.language,
      alone: keys.compactMap { $0.first.flatMap { Digit($0) } },
      longest: UInt8(clamping: tenant.longestExtension),
      callerName: host.callerName, isWithheld: host.isWithheld)
  }
}
