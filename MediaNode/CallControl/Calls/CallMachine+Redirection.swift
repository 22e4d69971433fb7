import NodeContract
import SIP

/// Call forwarding by the phone itself, and a carrier that sends us to another of its doors: both by
/// 3xx. Where that leads is the exchange's to judge.
extension CallMachine {
  /// 3xx of a called party; nil: it is followed no more, or leads nowhere.
  mutating func redirected(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]?
  {
    // Whoever has a call made wants it at its own telephones.
    guard case .ringing = state, self[leg].isOpen, redirections < limits.redirectionsPerCall,
      errand?.host == nil || errand?.stage != .callers
    else { return nil }
    let redirection = Redirection(of: response, by: leg, limit: limits.contactsPerRequest)
    guard !redirection.targets.isEmpty else { return nil }
    redirections += 1
    return [.redirect(redirection)]
  }

  /// The exchange found whom the call goes on to.
  mutating func forward(_ leg: LegID, to legs: [Leg], until: BootInstant, at now: Moment)
    -> [CallAction]
  {
    guard case .ringing = state else { return [] }
    let closed = close(leg, .forwarded, by: .party)
    let told =
      isReceived || progress == StatusCode.callIsBeingForwarded
      ? [] : tellCaller(StatusCode.callIsBeingForwarded, .none, at: now)
    progress = StatusCode.callIsBeingForwarded
    return closed + told + enlist(legs, then: nil, until: until)
  }

  /// The exchange found another way to the same carrier.
  mutating func follow(_ way: CallWay, to leg: LegID, at now: Moment) -> [CallAction] {
    guard self[leg].isOpen, asks(leg) else { return [] }
    self[leg].alternatives.insert(way, at: 0)
    return askNextWay(leg, at: now) ?? []
  }

  /// It leads nowhere.
  mutating func redirectionRefused(_ leg: LegID, _ outcome: CallOutcome, at now: Moment)
    -> [CallAction]
  {
    guard self[leg].isTrunk else {
      failures.append(outcome)
      return close(leg, outcome, by: .party) + askNext(at: now)
    }
    return failed(leg, outcome, at: now)
  }
}
