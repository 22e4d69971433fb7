import NodeContract
import SIP

/// Offers and answers between a party and the exchange itself.
extension CallMachine {
  /// The party's new offer is answered by us.
  mutating func answerAttended(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard case .session(let offer) = request.body else {
      // What it was told last is our offer; its answer comes with the ACK.
      guard let described = self[leg].session.described else { return [] }
      attendance?.awaitsAnswer = true
      return accept(request, token, with: .session(described), on: leg, at: now)
    }
    let before = self[leg].session
    guard let terms = self[leg].session.takeOffer(offer, limit: limits.mediaLines) else {
      return reply(StatusCode.notAcceptableHere, to: request, token, on: leg)
    }
    let body = SIPBody.session(self[leg].session.describe(terms.attended))
    return accept(request, token, with: body, on: leg, at: now) + changed(leg, since: before)
  }

  /// The ACK of an offer of ours that the party asked for.
  mutating func attendedAnswered(_ body: SIPBody, by leg: LegID, at now: Moment) -> [CallAction] {
    guard attendance?.awaitsAnswer == true else { return [] }
    attendance?.awaitsAnswer = false
    let before = self[leg].session
    guard case .session(let answer) = body, self[leg].session.takeAnswer(answer) != nil else {
      return end(.incompatibleMedia, at: now)
    }
    return changed(leg, since: before)
  }

  private mutating func changed(_ leg: LegID, since before: SessionSide) -> [CallAction] {
    let session = self[leg].session
    let directed = session.travels(otherwiseThan: before) ? directed(to: leg) : []
    guard session.isHolding != before.isHolding else { return directed }
    return directed + [.record(.held(session.isHolding), leg: leg)]
  }

  // MARK: - Offers of ours

  /// Offers the party that was left to us what it said of itself, so that it hears and is heard from
  /// now on, whatever it was told before.
  mutating func offerAttendance(at now: Moment) -> [CallAction] {
    guard caller.answer == nil, !isBeingJoined, moves[caller.id] == nil,
      let terms = caller.session.terms,
      var dialog = caller.dialog
    else { return offerAttendanceLater(at: now) }
    var offered = terms
    offered.direction = .both
    let invite = dialog.request(.invite, body: .session(caller.session.describe(offered)))
    caller.dialog = dialog
    attendance?.offersAt = nil
    return [send(invite, on: caller.id, for: .attending)]
  }

  /// An offer of ours from before is still to be answered.
  private var isBeingJoined: Bool {
    open.values.contains { $0.leg == caller.id && $0.purpose == .joining }
  }

  mutating func offerAttendanceLater(at now: Moment) -> [CallAction] {
    let instant = now.boot.advanced(by: caller.glarePause)
    attendance?.offersAt = instant
    return []
  }

  mutating func attendanceAnswered(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard response.status >= 200 else { return [] }
    self[leg].dialog?.receive(response)
    switch response.status {
    case ..<300:
      let acknowledged = acknowledge(leg, sequence: response.headers.cseq.number, body: .none)
      guard !isEnding else { return acknowledged }
      let before = self[leg].session
      guard case .session(let answer) = response.body,
        self[leg].session.takeAnswer(answer) != nil
      else { return acknowledged + end(.incompatibleMedia, at: now) }
      return acknowledged + changed(leg, since: before)
    case StatusCode.requestPending: return isEnding ? [] : offerAttendanceLater(at: now)
    case StatusCode.requestTimeout, StatusCode.dialogDoesNotExist: return end(.answered, at: now)
    default: return []
    }
  }

  mutating func attendanceDeadlinePassed(at now: Moment) -> [CallAction] {
    guard let instant = attendance?.offersAt, instant <= now.boot else { return [] }
    return offerAttendance(at: now)
  }

  /// Whether an offer of ours waits for the party's answer.
  var isOfferingAttendance: Bool {
    attendance?.awaitsAnswer == true || isTelling
      || open.values.contains { $0.purpose == .attending }
  }
}
