import NodeContract
import SIP

/// Another device takes a call over that is up (RFC 3891 section 3): its INVITE is answered once the
/// stayer took its session, and the leg that it replaces is hung up then.
extension CallMachine {
  mutating func replaced(
    _ leg: LegID, by newcomer: Leg, _ token: RequestToken, _ offer: AudioTerms, at now: Moment
  ) -> [CallAction] {
    guard let stayer = partner(of: leg) else { return [] }
    callees.append(newcomer)
    transfer = Transfer(
      transferor: leg, stayer: stayer, token: token, targets: [newcomer.id],
      stage: .joining(newcomer.id, nextAt: now.boot), arrival: token,
      before: self[stayer].session)
    _ = self[stayer].offer(offer)
    let trying = CallAction.respond(newcomer.invite.response(StatusCode.trying), to: token)
    return [trying] + join(newcomer.id, at: now)
  }

  /// The stayer's session is the answer to the newcomer's offer.
  mutating func welcome(_ leg: LegID, _ terms: AudioTerms, at now: Moment) -> [CallAction] {
    guard let token = transfer?.arrival else { return [] }
    self[leg].phase = .answered
    self[leg].dialog?.confirm()
    let description = self[leg].answer(with: terms)
    let response = self[leg].response(
      to: self[leg].invite, StatusCode.ok, body: .session(description))
    return [.record(.answered, leg: leg)]
      + answer(token, to: self[leg].invite, with: response, on: leg, at: now)
  }

  /// The newcomer's INVITE fails; nil: the target is none, but was asked by us.
  mutating func turnedAway(_ leg: LegID, _ outcome: CallOutcome) -> [CallAction]? {
    guard let token = transfer?.arrival else { return nil }
    transfer?.arrival = nil
    let response = self[leg].response(to: self[leg].invite, outcome.sipStatus)
    return close(leg, outcome, by: .us) + [.respond(response, to: token)]
  }

  /// The newcomer thinks better of it; nil: this is another's request.
  mutating func newcomerCancelled(_ token: RequestToken, at now: Moment) -> [CallAction]? {
    transfer?.arrival == token ? joinFailed(.cancelled, at: now) : nil
  }
}
