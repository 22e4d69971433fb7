import NodeContract
import SIP

/// A new offer of one party (hold, another port or codec) on its way to the other and back.
struct Renegotiation: Hashable, Sendable {
  let requester: LegID
  /// The leg that was asked in turn.
  let asked: LegID
  let token: RequestToken
  /// The requester's re-INVITE or UPDATE, without its body.
  let request: SIPRequest
  /// The re-INVITE came without an offer, which the asked party makes then.
  let isOfferless: Bool
  /// Our re-INVITE to the asked party.
  let branch: String
  /// Both sessions as they were, should the offer be refused.
  let before: [LegID: SessionSide]
  /// The requester has its 2xx; only an offerless one waits for the ACK.
  var isAnswered = false
  /// CSeq of the asked party's 2xx whose offer is to be answered by our ACK.
  var owedSequence: UInt32?
}

/// Re-INVITE and UPDATE are passed to the other party and its answer back (RFC 3261 section 14,
/// RFC 3311). UPDATE goes on as a re-INVITE, which every phone knows.
extension CallMachine {
  mutating func offered(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    // An UPDATE without an offer only refreshes the target, which is done, and the session.
    if request.method == .update, case .none = request.body {
      return accept(request, token, on: leg, at: now)
    }
    if isUnconfirmed(leg) { return answerUnconfirmed(request, token, on: leg, at: now) }
    if request.method == .update, isEarly(leg) {
      return offeredEarly(request, token, on: leg, at: now)
    }
    if let refusal = refusalOfOffer(on: leg, request) {
      return reply(refusal, to: request, token, on: leg)
    }
    if let known = answerToRefresh(request, on: leg) {
      return accept(request, token, with: known, on: leg, at: now)
    }
    if isAttended { return answerAttended(request, token, on: leg, at: now) }
    guard let other = partner(of: leg), !isAwaited(other) else {
      return reply(StatusCode.requestPending, to: request, token, on: leg)
    }
    return passOnOffer(request, token, from: leg, to: other)
  }

  /// 500 while the party's own offer is open, 491 while ours is (RFC 3261 section 14.2).
  private func refusalOfOffer(on leg: LegID, _ request: SIPRequest) -> Int? {
    switch state {
    case .ending: return StatusCode.dialogDoesNotExist
    case .ringing, .settling, .holdingBack, .attended:
      guard leg == caller.id, isReceived else { return StatusCode.serverInternalError }
      return isSettled && !isRefreshing && !isOfferingAttendance
        ? nil : StatusCode.requestPending
    case .talking:
      if transfer?.answered != nil { return StatusCode.requestPending }
      if let renegotiation {
        return renegotiation.requester == leg && !renegotiation.isAnswered
          ? StatusCode.serverInternalError : StatusCode.requestPending
      }
      return isSettled && !isRefreshing ? nil : StatusCode.requestPending
    }
  }

  /// Before its call is answered.
  private func isEarly(_ leg: LegID) -> Bool {
    switch state {
    case .ringing, .settling, .holdingBack, .attended: leg != caller.id || !isReceived
    case .talking, .ending: false
    }
  }

  /// Whether both parties were answered, every offer so far has its answer and every 2xx its ACK.
  var isSettled: Bool {
    guard !isTelling else { return false }
    if isAttended { return caller.answer == nil }
    guard case .talking(let connected, _) = state else { return false }
    return caller.answer == nil && self[connected].answer == nil
      && (self[connected].isIncoming || self[connected].acknowledgement != nil)
  }

  /// 2xx to a re-INVITE, UPDATE or PRACK. One to an INVITE waits for its ACK, the others do not.
  mutating func accept(
    _ request: SIPRequest, _ token: RequestToken, with body: SIPBody = .none, on leg: LegID,
    at now: Moment
  ) -> [CallAction] {
    self[leg].refreshTarget(by: request)
    var response = self[leg].response(to: request, StatusCode.ok, body: body)
    guard request.method != .invite else {
      return answer(token, to: request, with: response, on: leg, at: now)
    }
    if request.method.isOffering {
      self[leg].time(answering: request, with: &response, limits, at: now.boot)
    }
    return [.respond(response, to: token)]
  }

  private mutating func passOnOffer(
    _ request: SIPRequest, _ token: RequestToken, from leg: LegID, to other: LegID
  ) -> [CallAction] {
    let before = [leg: self[leg].session, other: self[other].session]
    var body = SIPBody.none
    if case .session(let offer) = request.body {
      let mayFax = stay == nil && self[other].session.transport.mayCarryFax
      guard
        let terms = self[leg].session.takeOffer(offer, limit: limits.mediaLines, orFax: mayFax)
      else {
        return reply(StatusCode.notAcceptableHere, to: request, token, on: leg)
      }
      body = .session(self[other].offer(terms))
    }
    guard let invite = self[other].dialog?.request(.invite, body: body) else { return [] }
    let trying: [CallAction] =
      request.method == .invite ? reply(StatusCode.trying, to: request, token, on: leg) : []
    let sent = send(invite, on: other, for: .renegotiation)
    renegotiation = Renegotiation(
      requester: leg, asked: other, token: token, request: request.withoutContents,
      isOfferless: body == .none, branch: self[other].latestBranch, before: before)
    return trying + [sent]
  }

  // MARK: - The asked party's answer

  /// A response to our re-INVITE.
  mutating func renegotiated(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard response.status >= 200 else { return [] }
    self[leg].dialog?.receive(response)
    let sequence = response.headers.cseq.number
    guard let current = renegotiation, current.asked == leg else {
      // The call ended meanwhile; a 2xx is acknowledged even so.
      return response.isSuccess
        ? acknowledge(leg, sequence: sequence, body: .none) : []
    }
    return response.isSuccess
      ? accepted(response, current, at: now) : refused(response.status, current, at: now)
  }

  private mutating func accepted(
    _ response: SIPResponse, _ current: Renegotiation, at now: Moment
  ) -> [CallAction] {
    let sequence = response.headers.cseq.number
    guard self[current.requester].isOpen else {
      // It hung up after it had handed the other on: nobody is left to be told.
      renegotiation = nil
      return acknowledge(current.asked, sequence: sequence, body: .none)
        + reply(
          StatusCode.requestTerminated, to: current.request, current.token,
          on: current.requester)
    }
    guard let body = takeAccepted(response, current) else {
      return acknowledge(current.asked, sequence: sequence, body: .none)
        + refused(StatusCode.notAcceptableHere, current, at: now)
    }
    let accepted = { (call: inout CallMachine) in
      call.accept(current.request, current.token, with: body, on: current.requester, at: now)
    }
    if current.isOfferless {
      renegotiation?.isAnswered = true
      renegotiation?.owedSequence = sequence
      return accepted(&self)
    }
    renegotiation = nil
    return acknowledge(current.asked, sequence: sequence, body: .none)
      + changes(since: current) + accepted(&self)
  }

  /// The session for the requester; nil when the asked party's is of no use.
  private mutating func takeAccepted(_ response: SIPResponse, _ current: Renegotiation)
    -> SIPBody?
  {
    guard case .session(let description) = response.body else { return nil }
    let terms =
      current.isOfferless
      ? self[current.asked].session.takeOffer(
        description, limit: limits.mediaLines, orFax: passage == .fax)
      : self[current.asked].session.takeAnswer(description)
    return terms.map { terms in
      .session(
        current.isOfferless
          ? self[current.requester].offer(terms) : self[current.requester].answer(with: terms))
    }
  }

  /// The requester's ACK brought the answer to the asked party's offer.
  mutating func finishRenegotiation(
    _ current: Renegotiation, with body: SIPBody, at now: Moment
  ) -> [CallAction] {
    renegotiation = nil
    guard let sequence = current.owedSequence else { return [] }
    let actions = answerOffer(
      of: current.asked, sequence: sequence, with: body, from: current.requester, at: now)
    return actions + (isEnding ? [] : changes(since: current))
  }

  /// What the relay and the record must learn of an accepted offer.
  private mutating func changes(since current: Renegotiation) -> [CallAction] {
    var actions: [CallAction] = []
    for leg in [current.requester, current.asked] {
      let before = current.before[leg]
      let session = self[leg].session
      if before.map({ session.travels(otherwiseThan: $0) }) ?? true { actions += directed(to: leg) }
      if before?.isHolding != session.isHolding {
        actions.append(.record(.held(session.isHolding), leg: leg))
      }
    }
    return actions
  }

  /// The offer is refused and all stays as it was; 408 and 481 mean that the dialog is gone
  /// (RFC 3261 section 12.2.1.2).
  private mutating func refused(_ status: Int, _ current: Renegotiation, at now: Moment)
    -> [CallAction]
  {
    renegotiation = nil
    for (leg, session) in current.before { self[leg].session.rollBack(to: session) }
    let told = status < 400 ? StatusCode.notAcceptableHere : status
    let actions = reply(told, to: current.request, current.token, on: current.requester)
    let isGone = status == StatusCode.requestTimeout || status == StatusCode.dialogDoesNotExist
    return actions + (isGone ? end(.answered, at: now) : [])
  }

  mutating func renegotiationTimedOut(at now: Moment) -> [CallAction] {
    guard let current = renegotiation else { return [] }
    return refused(StatusCode.requestTimeout, current, at: now)
  }

  /// The requester takes its re-INVITE back: the asked party decides which of both came first.
  func offerCancelled(_ token: RequestToken) -> [CallAction] {
    guard let renegotiation, renegotiation.token == token, !renegotiation.isAnswered else {
      return []
    }
    return [.cancel(branch: renegotiation.branch, reason: Reason.callerGone)]
  }
}

extension Leg {
  /// The branch that `nextBranch` gave last.
  var latestBranch: String { "\(Via.magicCookie)\(localTag)-\(branches)" }
}
