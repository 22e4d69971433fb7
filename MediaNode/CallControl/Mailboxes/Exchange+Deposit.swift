public import NodeContract
import SIP

/// Calls that nobody takes, and whose callers may leave a message or make a choice.
extension Exchange {
  /// A call that asks nobody.
  mutating func receive(
    by reception: Reception, _ destination: CallDestination, _ arrival: Arrival,
    _ origin: CallOrigin, at now: Moment
  ) {
    attend(
      arrival, origin, called: destination.asked ?? destination.called, at: now,
      passed: destination.passed
    ) {
      $0.flow = destination.flow
      return $0.begin(receivedBy: reception, at: now)
    }
  }

  /// A call that somebody sent on to whom nobody answers for.
  mutating func receive(
    by reception: Reception, _ destination: CallDestination, after redirection: Redirection,
    of call: CallMachine, at now: Moment
  ) {
    note(
      passed: destination.passed, by: call.caller, in: call.id, of: call.tenant,
      called: call.called, at: now)
    update(call.id, at: now) {
      $0.flow = destination.flow
      return $0.forward(redirection.leg, to: reception, at: now)
    }
  }

  /// Who is recorded in that relay has said nothing for `ExchangeLimits.messageSilence`.
  public mutating func recordingIsSilent(_ relay: RelayID, at now: Moment) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.fellSilent(at: now) }
    return takeOutbox(at: now)
  }
}
