import NodeContract
import SIP

/// Provisional responses that are not lost (RFC 3262), on either side for itself, and what may be
/// offered before the call is answered (RFC 3311).
extension CallMachine {
  // MARK: - To the caller

  /// Tells the caller how far its call is.
  mutating func tellCaller(_ status: Int, _ body: SIPBody, at now: Moment) -> [CallAction] {
    let response = caller.response(to: caller.invite, status, body: body)
    let isReliable =
      switch caller.reliability {
      case .never: false
      case .supported: body != .none
      case .required: true
      }
    guard isReliable else { return [.respond(response, to: callerToken)] }
    guard caller.progress?.pending == nil else {
      caller.progress?.next = response
      return []
    }
    return tellReliably(response, at: now)
  }

  private mutating func tellReliably(_ response: SIPResponse, at now: Moment) -> [CallAction] {
    var response = response
    let sequence =
      caller.progress.map { $0.sequence &+ 1 } ?? UInt32(caller.chance(below: 1 << 30)) + 1
    response.headers["Require"] = "100rel"
    response.headers["RSeq"] = "\(sequence)"
    let pending = PendingProgress(
      response: response, retransmission: Retransmission(at: now.boot, isUnbounded: true))
    caller.progress = ReliableProgress(sequence: sequence, pending: pending)
    return [.respond(response, to: callerToken)]
  }

  /// When a provisional response is to be sent again.
  var progressDeadline: BootInstant? { caller.progress?.pending?.retransmission.nextDeadline }

  mutating func progressDeadlinePassed(at now: Moment) -> [CallAction] {
    guard var pending = caller.progress?.pending else { return [] }
    let step = pending.retransmission.advance(to: now.boot)
    caller.progress?.pending = pending
    switch step {
    case .wait: return []
    case .again: return [.respond(pending.response, to: callerToken)]
    case .giveUp:
      caller.progress = nil
      return end(.internalError, at: now)
    }
  }

  /// PRACK.
  mutating func progressAcknowledged(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    let acknowledged = request.headers["RAck"].flatMap { ProgressAcknowledgement($0) }
    guard leg == caller.id, let progress = caller.progress, progress.pending != nil,
      acknowledged
        == ProgressAcknowledgement(
          response: progress.sequence, request: caller.invite.headers.cseq)
    else { return reply(StatusCode.dialogDoesNotExist, to: request, token, on: leg) }
    caller.progress?.pending = nil
    var actions = answerEarly(request, token, on: leg, at: now)
    if let next = progress.next { actions += tellReliably(next, at: now) }
    guard case .holdingBack(let callee, _) = state, caller.progress?.mustBeHeard != true else {
      return actions
    }
    return actions + connectCaller(to: callee, at: now)
  }

  // MARK: - From a called party

  /// A provisional response that wants to be acknowledged. Nil: it wants nothing; else whether it is
  /// news, and the PRACK.
  mutating func acknowledgeProgress(_ response: SIPResponse, by leg: LegID)
    -> (isNews: Bool, actions: [CallAction])?
  {
    guard (101..<200).contains(response.status), self[leg].isOpen,
      let sequence = response.headers.reliableSequence
    else { return nil }
    guard var dialog = self[leg].hear(response, numbered: sequence) else { return (false, []) }
    var prack = dialog.request(.prack)
    prack.headers["RAck"] =
      ProgressAcknowledgement(response: sequence, request: self[leg].invite.headers.cseq)
      .description
    self[leg].replaceEarly(dialog)
    return (true, [send(prack, on: leg, for: .progress)])
  }

  // MARK: - Offers before the answer

  /// An UPDATE with an offer while the call rings. It is answered here: what stands between the
  /// parties stays, and the relay follows where a party's audio moves.
  mutating func offeredEarly(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    // Of the caller's INVITE no offer is answered yet (500), or ours is not (491): RFC 3311
    // section 5.2.
    guard self[leg].session.described != nil, caller.progress?.pending == nil else {
      return reply(StatusCode.serverInternalError, to: request, token, on: leg)
    }
    guard leg == caller.id || self[leg].session.remote != nil else {
      return reply(StatusCode.requestPending, to: request, token, on: leg)
    }
    return answerEarly(request, token, on: leg, at: now)
  }

  /// 2xx to a PRACK or UPDATE, with the answer to the offer that it may carry.
  private mutating func answerEarly(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard case .session(let offer) = request.body else {
      return accept(request, token, on: leg, at: now)
    }
    let before = self[leg].session
    guard let standing = before.describedTerms,
      let terms = self[leg].session.takeOffer(offer, limit: limits.mediaLines),
      var common = standing.common(with: terms)
    else {
      self[leg].session.rollBack(to: before)
      return reply(StatusCode.notAcceptableHere, to: request, token, on: leg)
    }
    common.direction = terms.direction.answered(by: standing.direction)
    let body = SIPBody.session(self[leg].session.describe(common))
    let moved = self[leg].session.travels(otherwiseThan: before) ? directed(to: leg) : []
    return accept(request, token, with: body, on: leg, at: now) + moved
  }
}

extension ReliableProgress {
  /// The 2xx waits for its acknowledgement.
  var mustBeHeard: Bool { pending?.describesSession ?? false }
}

extension MediaDirection {
  /// What we say to this offer where we would say `own` by ourselves (RFC 3264 section 6.1).
  func answered(by own: MediaDirection) -> MediaDirection {
    let hears = self == .both || self == .receive
    let speaks = self == .both || self == .send
    return MediaDirection(
      sends: hears && (own == .both || own == .send),
      receives: speaks && (own == .both || own == .receive))
  }

  private init(sends: Bool, receives: Bool) {
    switch (sends, receives) {
    case (true, true): self = .both
    case (true, false): self = .send
    case (false, true): self = .receive
    case (false, false): self = .none
    }
  }
}
