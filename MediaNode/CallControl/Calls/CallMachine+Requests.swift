import Digits
import NodeContract
import SIP

/// Requests of the parties within their dialogs.
extension CallMachine {
  /// A request whose To tag is this leg's. The exchange has screened it.
  mutating func requested(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, over flow: Flow, at now: Moment
  ) -> [CallAction] {
    if let refusal = self[leg].admit(request, over: flow) {
      return reply(refusal, to: request, token, on: leg)
    }
    if self[leg].isOpen { _ = cameBack(leg, at: now) }
    switch request.method {
    case .bye: return hungUp(request, token, on: leg, at: now)
    case .prack: return progressAcknowledged(request, token, on: leg, at: now)
    case .invite, .update: return offered(request, token, on: leg, at: now)
    case .info: return informed(request, token, on: leg, at: now)
    case .message: return relay(request, token, on: leg)
    case .refer: return referred(request, token, on: leg, at: now)
    case .options: return [.respond(self[leg].capabilities(for: request), to: token)]
    default: return reply(StatusCode.methodNotAllowed, to: request, token, on: leg)
    }
  }

  func reply(_ status: Int, to request: SIPRequest, _ token: RequestToken, on leg: LegID)
    -> [CallAction]
  {
    [.respond(self[leg].response(to: request, status), to: token)]
  }

  private mutating func hungUp(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    if let left = leftTransfer(request, token, on: leg, at: now) { return left }
    let done = reply(StatusCode.ok, to: request, token, on: leg)
    if leg == caller.id, caller.phase == .inviting { return done + callerCancelled(at: now) }
    // The party has ended the dialog by itself: nothing of ours is due to it any more.
    (self[leg].owesBye, moves[leg]) = (false, nil)
    let forgotten = forgetAnswer(of: leg)
    if isUnconfirmed(leg) {
      return done + forgotten + confirmationFailed(leg, .rejected, by: .party, at: now)
    }
    let closed = close(leg, .answered, by: .party)
    return done + forgotten + closed + end(settlingOutcome, at: now)
  }

  /// What the caller hears when the carrier answers and hangs up before we could tell of it.
  private var settlingOutcome: CallOutcome {
    switch state {
    case .settling, .holdingBack, .ringing: attendance == nil ? .noAnswer : .cancelled
    case .talking, .attended, .ending: .answered
    }
  }

  private mutating func forgetAnswer(of leg: LegID) -> [CallAction] {
    guard let answer = self[leg].answer else { return [] }
    self[leg].answer = nil
    return [.forget(answer.token)]
  }

  // MARK: - INFO

  /// Without a package it goes on to the other party, as older phones send keys. We never said
  /// that we take packages, so each is the wrong one, and the list of the right ones is empty
  /// (RFC 6086 section 4.2.2).
  private mutating func informed(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard request.headers["Info-Package"] == nil else {
      var response = self[leg].response(to: request, StatusCode.badInfoPackage)
      response.headers["Recv-Info"] = ""
      return [.respond(response, to: token)]
    }
    if let recorded = record(request, token, on: leg, at: now) { return recorded }
    if let key = DigitInfo(request.body), let told = pressed(key, request, token, on: leg, at: now)
    {
      return told
    }
    return relay(request, token, on: leg)
  }

  private mutating func relay(_ request: SIPRequest, _ token: RequestToken, on leg: LegID)
    -> [CallAction]
  {
    guard case .talking = state, let other = partner(of: leg), var dialog = self[other].dialog
    else { return reply(StatusCode.temporarilyUnavailable, to: request, token, on: leg) }
    guard relayedRequests.count < limits.relayedRequestsPerCall else {
      return reply(StatusCode.serviceUnavailable, to: request, token, on: leg)
    }
    var copy = dialog.request(request.method, body: request.body)
    copy.headers["Content-Disposition"] = request.headers["Content-Disposition"]
    self[other].dialog = dialog
    let relayed = RelayedRequest(token: token, request: request.withoutContents, requester: leg)
    return [send(copy, on: other, for: .relayed(relayed))]
  }

  var relayedRequests: [RelayedRequest] {
    open.values.compactMap { request in
      switch request.purpose {
      case .relayed(let relayed): relayed
      case .invite, .bye, .renegotiation, .abandoned, .joining, .attending, .notice, .refresh,
        .progress,
        .informing, .moving:
        nil
      }
    }.sorted { $0.token < $1.token }
  }

  // MARK: - Answers to our own requests within dialogs

  /// A response to the request that went out under `branch`.
  /// - Parameter orphaned: addresses that may be another's meanwhile.
  mutating func answered(
    _ response: SIPResponse, under branch: String, orphaned: Set<AddressName>, at now: Moment
  ) -> [CallAction] {
    guard let request = open[branch] else { return [] }
    if response.status >= 200 { open[branch] = nil }
    let cameBack = cameBack(request.leg, at: now)
    guard request.purpose != .invite || !isCalledOffElsewhere(request.leg, response, orphaned)
    else {
      self[request.leg].nextWayAt = nil
      return cameBack
    }
    return cameBack + answered(response, to: request, at: now)
  }

  private mutating func answered(_ response: SIPResponse, to request: OpenRequest, at now: Moment)
    -> [CallAction]
  {
    if response.isSuccess, response.headers.cseq.method.isOffering, request.purpose != .invite {
      self[request.leg].time(acceptedBy: response, limits, at: now.boot)
    }
    if response.isSuccess, response.headers.cseq.method == .invite, request.purpose != .abandoned {
      // Whatever it was offered, it was offered from our place.
      moves[request.leg] = nil
    }
    switch request.purpose {
    case .invite: return inviteAnswered(response, by: request.leg, at: now)
    case .bye, .progress, .informing: return []
    case .abandoned: return abandonedAnswered(response, of: request.leg)
    case .renegotiation: return renegotiated(response, by: request.leg, at: now)
    case .joining: return joined(response, by: request.leg, at: now)
    case .attending: return attendanceAnswered(response, by: request.leg, at: now)
    case .notice: return noticed(response.status, by: request.leg, at: now)
    case .refresh: return refreshed(response, by: request.leg, at: now)
    case .moving: return placeAnswered(response, by: request.leg, at: now)
    case .relayed(let relayed): return relayBack(response, of: relayed, at: now)
    }
  }

  /// The request that went out under `branch` met silence.
  mutating func timedOut(under branch: String, at now: Moment) -> [CallAction] {
    guard let request = open.removeValue(forKey: branch) else { return [] }
    switch request.purpose {
    case .invite: return inviteTimedOut(request.leg, at: now)
    case .bye, .abandoned, .progress, .informing: return []
    case .renegotiation: return renegotiationTimedOut(at: now)
    case .joining: return joinTimedOut(request.leg, at: now)
    case .attending: return end(.answered, at: now)
    case .notice: return noticed(nil, by: request.leg, at: now)
    case .refresh: return refreshFailed(at: now)
    case .moving: return placeUnanswered(by: request.leg, at: now)
    case .relayed(let relayed):
      return reply(
        StatusCode.serverTimeout, to: relayed.request, relayed.token, on: relayed.requester)
    }
  }

  private mutating func relayBack(
    _ response: SIPResponse, of relayed: RelayedRequest, at now: Moment
  ) -> [CallAction] {
    guard response.status >= 200, !isEnding else { return [] }
    let copy = self[relayed.requester].response(
      to: relayed.request, response.status, body: response.body)
    let ended =
      response.status == StatusCode.dialogDoesNotExist ? end(.answered, at: now) : []
    return [.respond(copy, to: relayed.token)] + ended
  }

  /// The call ends: requests that wait for the other party are answered by us.
  mutating func abandonRequests() -> [CallAction] {
    var actions = relayedRequests.flatMap {
      reply(StatusCode.dialogDoesNotExist, to: $0.request, $0.token, on: $0.requester)
    }
    if let renegotiation, !renegotiation.isAnswered {
      actions += reply(
        StatusCode.requestTerminated, to: renegotiation.request, renegotiation.token,
        on: renegotiation.requester)
    }
    renegotiation = nil
    return actions
  }

  // MARK: - ACK

  /// The ACK of our 2xx on this leg.
  mutating func acknowledged(_ request: SIPRequest, on leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard let answer = self[leg].answer,
      answer.response.headers.cseq.number == request.headers.cseq.number
    else { return [] }
    let forgotten = forgetAnswer(of: leg)
    if self[leg].owesBye {
      self[leg].owesBye = false
      return forgotten + hangUp(leg)
    }
    return forgotten + passOnAnswer(in: request, from: leg, at: now)
  }

  /// The ACK of a 2xx with an offer carries the answer (RFC 3264 section 4).
  private mutating func passOnAnswer(in request: SIPRequest, from leg: LegID, at now: Moment)
    -> [CallAction]
  {
    if let renegotiation, renegotiation.requester == leg, renegotiation.isAnswered {
      return finishRenegotiation(renegotiation, with: request.body, at: now)
    }
    if isAttended, leg == caller.id { return attendedAnswered(request.body, by: leg, at: now) }
    guard isOfferless, leg == caller.id, let other = connected else { return [] }
    guard self[other].acknowledgement == nil else { return callerAnswered(request.body, at: now) }
    let sequence = self[other].invite.headers.cseq.number
    return answerOffer(of: other, sequence: sequence, with: request.body, from: leg, at: now)
  }

  /// Answers `other`'s offer with what `leg` put into its ACK; without a usable answer there
  /// is nothing to talk over.
  mutating func answerOffer(
    of other: LegID, sequence: UInt32, with body: SIPBody, from leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard case .session(let answer) = body, let terms = self[leg].session.takeAnswer(answer)
    else {
      return acknowledge(other, sequence: sequence, body: .none)
        + end(.incompatibleMedia, at: now)
    }
    let description = self[other].answer(with: terms)
    return acknowledge(other, sequence: sequence, body: .session(description))
      + directed(to: leg)
  }
}

extension Leg {
  /// Notes a request within the dialog; answers with the status that refuses it, if any.
  mutating func admit(_ request: SIPRequest, over flow: Flow) -> Int? {
    if dialog == nil { return admitEarly(request, over: flow) }
    guard dialog != nil, request.headers.from.tag ?? "" == dialog?.id.remoteTag else {
      return StatusCode.dialogDoesNotExist
    }
    guard isOpen || request.method == .bye else { return StatusCode.dialogDoesNotExist }
    // Who sends a BYE has hung up (RFC 3261 section 15.1.1), also when another request of its own
    // overtook that on the way.
    let isInOrder = dialog?.receive(request) == true
    guard isInOrder || request.method == .bye else { return StatusCode.serverInternalError }
    // A phone behind a NAT may come from another port now; a carrier is where its Contact says.
    if !isTrunk { (self.flow, lostFlow) = (flow, nil) }
    let isConfidential = flow.transport == .tls
    if session.transport.isConfidential != isConfidential {
      session.transport.isConfidential = isConfidential
    }
    return nil
  }

  /// We accept a request of the party's within the dialog, which may say where it is now.
  mutating func refreshTarget(by request: SIPRequest) {
    dialog?.refreshTarget(by: request)
    for index in early.indices
    where early[index].dialog.id.remoteTag == request.headers.from.tag {
      early[index].dialog.refreshTarget(by: request)
    }
  }

  /// Before it answers, a called party may change its session and nothing else.
  private mutating func admitEarly(_ request: SIPRequest, over flow: Flow) -> Int? {
    guard request.method == .update || request.method == .options, isOpen,
      let index = early.firstIndex(where: { $0.dialog.id.remoteTag == request.headers.from.tag })
    else { return StatusCode.dialogDoesNotExist }
    guard early[index].dialog.receive(request) else { return StatusCode.serverInternalError }
    if !isTrunk { self.flow = flow }
    return nil
  }

  /// The answer to OPTIONS (RFC 3261 section 11.2).
  func capabilities(for request: SIPRequest) -> SIPResponse {
    var response = response(to: request, StatusCode.ok)
    response.headers.others += Capabilities.fields
    return response
  }
}
