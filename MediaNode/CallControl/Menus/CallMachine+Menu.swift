import Announcements
import NodeContract
import SIP

/// Callers in menus: see ``MenuVisit``. Whom they choose, or their queue sends them to, is rung as any call
/// is, while they hear that it rings; their call was answered before, so that whoever takes it is told what
/// they were told.
extension CallMachine {
  mutating func goOn(inMenu outcome: Programme.Outcome, at now: Moment) -> [CallAction] {
    let limit = limits.menuChoices
    return visitMenu(at: now) { $0.programmeEnded(outcome, limit: limit) }
  }

  /// What the caller keyed in is nothing.
  mutating func choiceIsInvalid(at now: Moment) -> [CallAction] {
    if attendance?.purpose == .queue { return leaveInVain(at: now) }
    if let told = calledBackInVain(.notInService, at: now) { return told }
    let limit = limits.menuChoices
    return visitMenu(at: now) { $0.wasInvalid(limit: limit) }
  }

  /// Whoever the caller chose cannot be asked.
  mutating func choiceIsInVain(at now: Moment) -> [CallAction] {
    if attendance?.purpose == .queue { return leaveInVain(at: now) }
    if attendance?.purpose == .errand { return errandIsInVain(Self.best(of: failures), at: now) }
    if let told = calledBackInVain(.nobodyAvailable, at: now) { return told }
    let limit = limits.menuChoices
    return visitMenu(at: now) { $0.wasInVain(limit: limit) }
  }

  mutating func visitMenu(at now: Moment, _ event: (inout MenuVisit) -> [MenuVisit.Step])
    -> [CallAction]
  {
    guard case .menu(var visit)? = attendance?.purpose else { return [] }
    let steps = event(&visit)
    attendance?.purpose = .menu(visit)
    return steps.flatMap { step -> [CallAction] in
      switch step {
      case .say(let programme): say(programme, at: now)
      case .lead(let choice): [.lead(choice)]
      case .end: end(.answered, at: now)
      }
    }
  }

  // MARK: - Whom the caller chose

  /// These are asked now.
  mutating func ring(
    _ legs: [Leg], _ rules: PendingRules?, then next: Further?, until: BootInstant, at now: Moment
  ) -> [CallAction] {
    guard case .attended = state, let offer = offerOfWhoWaits, let programme = leadsOn() else {
      return end(.internalError, at: now)
    }
    (failures, answering, further) = ([], rules, next)
    state = .ringing(until: until)
    let first = callees.count
    callees += legs
    return say(programme, at: now) + (first..<callees.count).map { ask($0, offer: offer) }
  }

  /// What the caller hears while whoever it is led to rings; nil: nobody leads it.
  private mutating func leadsOn() -> Programme? {
    switch attendance?.purpose {
    case .menu(var visit):
      let programme = visit.rings()
      attendance?.purpose = .menu(visit)
      return programme
    case .queue: return queued.map { .ringing(in: $0.host.language) }
    case .announcement(let heard): return .ringing(in: heard.language)
    case .errand: return errand?.host.map { .ringing(in: $0.language) }
    case .visit(let visit): return .ringing(in: visit.language)
    case .refusal, .room, .message, .switching, .telling, .parked, .page, nil: return nil
    }
  }

  /// What the caller was told before it was asked whom it wants.
  var offerOfWhoWaits: AudioTerms? {
    var terms = caller.session.terms?.attended
    terms?.direction = .both
    return terms
  }

  /// Nobody took the call: the caller is back in its menu, queue or mailbox. Nil: it was in none.
  mutating func comesBack(at now: Moment) -> [CallAction]? {
    guard case .ringing = state, host != nil || isVisit else { return nil }
    if let over = callersMissed(at: now) { return over }
    (answering, further) = (nil, nil)
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    return waitOnInQueue(at: now) ?? choiceIsInVain(at: now)
  }

  private var isVisit: Bool {
    if case .visit? = attendance?.purpose { true } else { false }
  }

  /// That party took the call whose caller we had answered.
  mutating func leaveReception(to leg: LegID) -> [CallAction] {
    if let reached = errandReached() { return reached }
    leaveQueue(to: leg)
    attendance = nil
    return [.stopPlaying(to: caller.side)]
  }

  /// The caller sits in a room now.
  mutating func enter(_ stay: RoomStay, saying programme: Programme?, at now: Moment)
    -> [CallAction]
  {
    guard case .attended = state else { return [] }
    attendance?.purpose = .room
    self.stay = stay
    guard let programme else {
      attendance?.run = nil
      return []
    }
    return say(programme, at: now)
  }
}
