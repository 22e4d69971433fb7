import NodeContract
import SIP

/// A call that several may answer: who is asked together, who afterwards, and what the caller hears
/// when nobody does (RFC 3261 section 16.7).
extension CallMachine {
  /// A called party is out; the call goes on while others ring or may be asked. Who declines for
  /// everybody ends it at once (section 16.7, step 5).
  mutating func failed(
    _ leg: LegID, _ outcome: CallOutcome, isGlobal: Bool = false, at now: Moment
  ) -> [CallAction] {
    let closed = close(leg, outcome, by: .party)
    self[leg].phase = .closed
    guard case .ringing = state else { return closed }
    failures.append(outcome)
    if isGlobal { return closed + ringingEnds(outcome, at: now) }
    return closed + askNext(at: now)
  }

  /// Those whose turn it is, unless somebody still rings; else the call is over.
  mutating func askNext(at now: Moment) -> [CallAction] {
    guard case .ringing = state, !callees.contains(where: \.isOpen) else { return [] }
    let failure = Self.best(of: failures)
    return askFurther() ?? flowGoesOn() ?? sentOn(after: failure, at: now)
      ?? comesBack(at: now) ?? end(isReceived ? .answered : failure, at: now)
  }

  private mutating func askFurther() -> [CallAction]? {
    guard let next = further else { return nil }
    further = nil
    return [.askFurther(next)]
  }

  /// When those who ring have had their time.
  var furtherDeadline: BootInstant? {
    guard case .ringing = state else { return nil }
    return further?.nextAt
  }

  /// Nobody's turn comes any more once the whole ringing is over.
  mutating func furtherDeadlinePassed(at now: Moment) -> [CallAction] {
    guard case .ringing(let until) = state, let next = further, next.nextAt <= now.boot,
      now.boot < until
    else { return [] }
    if case .members(let members) = next, !members.late.isEmpty { return askFurther() ?? [] }
    // Whoever answered is asked to the end, while the next ones ring.
    let ringing = callees.filter { $0.isOpen && $0.phase != .answered }.map(\.id)
    failures += ringing.map { _ in .noAnswer }
    let given = ringing.flatMap {
      giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer))
    }
    return given + (askFurther() ?? [])
  }

  /// When somebody who rings has had its own time.
  var ownTimeDeadline: BootInstant? {
    guard case .ringing = state else { return nil }
    return earliest { $0.isAsked ? $0.ringsUntil : nil }
  }

  /// The others ring on.
  mutating func ownTimePassed(at now: Moment) -> [CallAction] {
    guard case .ringing = state else { return [] }
    let over = callees.filter { $0.isAsked && $0.ringsUntil.map { $0 <= now.boot } == true }
    guard !over.isEmpty else { return [] }
    for leg in over { self[leg.id].ringsUntil = nil }
    failures += over.map { _ in .noAnswer }
    let given = over.map(\.id).flatMap {
      giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer))
    }
    return given + askNext(at: now)
  }

  /// The exchange found these, which are not asked yet.
  ///
  /// - Parameter until: how long they may ring.
  mutating func enlist(_ legs: [Leg], then next: Further?, until: BootInstant)
    -> [CallAction]
  {
    guard case .ringing(let before) = state else { return [] }
    let offer = offerForNewcomers
    let first = callees.count
    callees += legs
    further = next ?? further
    state = .ringing(until: max(before, until))
    confirmation?.ringsOn(until: until)
    return (first..<callees.count).map { ask($0, offer: offer) }
  }

  /// What the first who were asked were offered; once the caller was answered, within that.
  private var offerForNewcomers: AudioTerms? {
    guard !isOfferless, let offered = callees.lazy.compactMap(\.session.describedTerms).first
    else { return nil }
    guard var answered = caller.session.describedTerms else { return offered }
    answered.direction = offered.direction
    return answered
  }

  /// Whether one party alone may still answer, so that its tones are the caller's to hear.
  var isForOneOnly: Bool { further == nil && callees.count(where: \.isOpen) == 1 }

  /// What the caller hears when nobody answered: the most telling of all reasons. A carrier's or our
  /// own failure says the least (section 16.7, step 6: the lowest class).
  static func best(of outcomes: [CallOutcome]) -> CallOutcome {
    let order: [CallOutcome] = [
      .rejected, .busy, .noAnswer, .incompatibleMedia, .offline, .unknownNumber, .forbidden,
    ]
    return order.first(where: outcomes.contains) ?? outcomes.first ?? .offline
  }
}
