import CallFlows
import NodeContract
import SIP

/// Calls in flows: see ``FlowVisit``. Where a call goes from a stop is found by the exchange, as it is for
/// menus; here is what the call does then, answered or not.
extension CallMachine {
  /// Nobody took it at this stop. Nil: it is in no flow, or an agent who did not answer is not the end of
  /// waiting.
  mutating func flowGoesOn() -> [CallAction]? {
    guard case .ringing = state, flow != nil, waitingCaller == nil else { return nil }
    (answering, further) = (nil, nil)
    return [.followFlow(.nobody)]
  }

  /// These are asked now. No rule of theirs sends the call on, but the flow does.
  mutating func ring(
    _ legs: [Leg], in visit: FlowVisit?, _ rules: PendingRules?, then next: Further?,
    until: BootInstant, at now: Moment
  ) -> [CallAction] {
    flow = visit
    guard case .ringing = state else { return ring(legs, rules, then: next, until: until, at: now) }
    (answering, further) = (rules, nil)
    // Whoever was asked before has had its time.
    state = .ringing(until: now.boot)
    return enlist(legs, then: next, until: until)
  }

  /// The exchange itself has the caller now.
  mutating func goOn(in visit: FlowVisit?, to reception: Reception, at now: Moment)
    -> [CallAction]
  {
    flow = visit
    guard case .ringing = state else { return goOn(to: reception, at: now) }
    guard isReceived else {
      return take(by: reception, at: now) ?? end(Self.best(of: failures), at: now)
    }
    (answering, further) = (nil, nil)
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    return goOn(to: reception, at: now)
  }

  /// The flow is over, and says why.
  mutating func leaveFlow(_ outcome: CallOutcome, at now: Moment) -> [CallAction] {
    flow = nil
    return end(isReceived ? .answered : outcome, at: now)
  }

  /// All of an announcement was heard.
  mutating func announced(_ announcement: FlowAnnouncement, at now: Moment) -> [CallAction] {
    guard announcement.choices <= limits.menuChoices, flow != nil else {
      return end(.answered, at: now)
    }
    return [.followFlow(.heard)]
  }
}
