import NodeContract
import SIP

/// From the first ringing to two people who talk.
extension CallMachine {
  /// A response to the INVITE of a called party.
  mutating func inviteAnswered(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    self[leg].nextWayAt = nil
    if let reliable = acknowledgeProgress(response, by: leg) {
      guard reliable.isNews else { return [] }
      return reliable.actions + answeredProvisionally(response, by: leg, at: now)
    }
    if response.status >= 200 { open[self[leg].inviteBranch] = nil }
    if let again = offeredLess(to: leg, after: response.status) { return again }
    if response.status >= 200, let answered = targetAnswered(response, by: leg, at: now) {
      return answered
    }
    switch response.status {
    case ..<200: return answeredProvisionally(response, by: leg, at: now)
    case ..<300: return succeeded(response, by: leg, at: now)
    case StatusCode.sessionIntervalTooSmall where asksAgain(leg, after: response):
      return askAgain(leg, after: response)
    case ..<400:
      return redirected(response, by: leg, at: now)
        ?? failed(leg, outcome(of: response, from: self[leg]), at: now)
    default:
      return triedNextWay(of: leg, after: response.status, at: now)
        ?? failed(
          leg, outcome(of: response, from: self[leg]), isGlobal: response.status >= 600, at: now)
    }
  }

  /// A party was called off, and not by us: whoever was given our address meanwhile, because we were cut
  /// off, calls it anew from another one. It is no answer of anybody's, and nothing to tell the caller: for
  /// us it rings on, until its time is over. A carrier says so by itself, too, of whoever does not
  /// answer: its word counts as long as we know that the address is ours.
  func isCalledOffElsewhere(
    _ leg: LegID, _ response: SIPResponse, _ orphaned: Set<AddressName>
  ) -> Bool {
    guard response.status == StatusCode.requestTerminated,
      !self[leg].isTrunk || orphaned.contains(self[leg].address)
    else { return false }
    switch self[leg].phase {
    case .inviting, .ringing: return true
    case .answered, .cancelling, .closed: return false
    }
  }

  private mutating func answeredProvisionally(
    _ response: SIPResponse, by leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard response.status > StatusCode.trying else { return [] }
    return targetAnswered(response, by: leg, at: now) ?? progressed(response, by: leg, at: now)
  }

  /// The INVITE of a called party met silence.
  mutating func inviteTimedOut(_ leg: LegID, at now: Moment) -> [CallAction] {
    open[self[leg].inviteBranch] = nil
    if let next = triedNextWay(of: leg, after: StatusCode.requestTimeout, at: now) { return next }
    let outcome: CallOutcome = self[leg].isTrunk ? .carrierFailed : .offline
    return transfer?.targets.contains(leg) == true
      ? targetFailed(leg, outcome, at: now) : failed(leg, outcome, at: now)
  }

  func outcome(of response: SIPResponse, from leg: Leg) -> CallOutcome {
    // A device whose last flow failed was not reached.
    response.status == StatusCode.flowFailed
      ? .offline : CallOutcome(sipStatus: response.status, fromCarrier: leg.isTrunk)
  }

  // MARK: - Ringing

  private mutating func progressed(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard case .ringing = state, self[leg].isOpen else { return [] }
    self[leg].hear(progress: response)
    self[leg].phase = .ringing
    var actions = rung(leg)
    guard !isReceived else {
      // Its 2xx may say no more.
      if case .session(let answer) = response.body { _ = self[leg].session.takeAnswer(answer) }
      return actions
    }
    let media = isForOneOnly && !self[leg].mustConfirm ? earlyMedia(response, by: leg) : nil
    if let media { actions.append(contentsOf: media.actions) }
    // Of several devices the first to ring speaks for all, and none plays its own tones.
    let status = media == nil && response.status == 183 ? StatusCode.ringing : response.status
    guard media != nil || status != progress else { return actions }
    progress = status
    actions += rung(caller.id)
    let body = media.map { SIPBody.session($0.description) } ?? .none
    return actions + tellCaller(status, body, at: now)
  }

  mutating func rung(_ leg: LegID) -> [CallAction] {
    guard !self[leg].hasRung else { return [] }
    self[leg].hasRung = true
    return [.record(.rung, leg: leg)]
  }

  /// The called party's tones before its answer. An offer cannot come unreliably
  /// (RFC 3261 section 13.2.1), so without one of the caller's there is none.
  private mutating func earlyMedia(_ response: SIPResponse, by leg: LegID)
    -> (description: SessionDescription, actions: [CallAction])?
  {
    guard !isOfferless, case .session(let answer) = response.body,
      let terms = self[leg].session.takeAnswer(answer)
    else { return nil }
    return (caller.answer(with: terms), directed(to: leg))
  }

  // MARK: - A 2xx

  private mutating func succeeded(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    switch self[leg].phase {
    case .inviting, .ringing: return accepted(response, by: leg, at: now)
    case .cancelling:
      // It crossed our CANCEL (RFC 3261 section 9.1): the dialog exists and must be ended.
      self[leg].phase = .closed
      return endStray(response, of: leg)
    case .answered, .closed: return repeated(response, by: leg)
    }
  }

  /// A 2xx to the INVITE of an outgoing leg that has one already: the same again, or from another
  /// device behind the same proxy (RFC 3261 section 13.2.2.4).
  mutating func repeated(_ response: SIPResponse, by leg: LegID) -> [CallAction] {
    guard response.headers.to.tag == self[leg].dialog?.id.remoteTag else {
      return endStray(response, of: leg)
    }
    guard let known = self[leg].acknowledgement,
      known.request.headers.cseq.number == response.headers.cseq.number
    else { return [] }
    return [acknowledge(known, on: leg)]
  }

  private mutating func accepted(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard let dialog = self[leg].newDialog(accepting: response) else {
      return failed(leg, .internalError, at: now)
    }
    let response = self[leg].completed(response)
    self[leg].begin(dialog, as: response, limits, at: now.boot)
    guard !self[leg].mustConfirm else { return acceptedForNow(response, by: leg, at: now) }
    guard let connected = connect(response, leg) else {
      return refuseMedia(of: leg, at: now)
    }
    self[leg].phase = .answered
    // An offer in the 2xx is answered by the caller's ACK, which ours must wait for.
    let acknowledged =
      isOfferless
      ? [] : acknowledge(leg, sequence: response.headers.cseq.number, body: .none)
    return acknowledged + callOff(othersThan: leg, at: now) + connected
      + settle(leg, at: now)
  }

  /// Takes the session of a 2xx and prepares the caller's. Nil when there is no common codec.
  private mutating func connect(_ response: SIPResponse, _ leg: LegID) -> [CallAction]? {
    switch response.body {
    case .session(let description):
      let taken =
        isOfferless
        ? self[leg].session.takeOffer(description, limit: limits.mediaLines)
        : self[leg].session.takeAnswer(description)
      guard let terms = taken else { return nil }
      // Whom we answered was told already.
      if !isReceived { _ = isOfferless ? caller.offer(terms) : caller.answer(with: terms) }
      return directed(to: leg)
    case .none
    where !isOfferless && self[leg].session.remote != nil
      && self[leg].progressTag == response.headers.to.tag:
      return []  // The answer came with an earlier 18x of the same dialog.
    case .none, .malformedSession, .other: return nil
    }
  }

  mutating func refuseMedia(of leg: LegID, at now: Moment) -> [CallAction] {
    let sequence = self[leg].invite.headers.cseq.number
    return acknowledge(leg, sequence: sequence, body: .none) + hangUp(leg)
      + failed(leg, .incompatibleMedia, at: now)
  }

  mutating func callOff(othersThan winner: LegID, at now: Moment) -> [CallAction] {
    further = nil
    return callees.map(\.id).filter { $0 != winner }.flatMap {
      giveUp($0, .answeredElsewhere, reason: Reason.completedElsewhere)
    }
  }

  /// Chargeable answers wait for the disk; others go on at once.
  private mutating func settle(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard self[leg].isTrunk else {
      return [.record(.answered, leg: leg)] + connectCaller(to: leg, at: now)
    }
    let receipt = FactReceipt(number: callerToken.number)
    let until = now.boot.advanced(by: limits.durabilityWait)
    state = .settling(leg, receipt, until: until)
    return [.recordAndWait(.answered, leg: leg, receipt: receipt)]
  }

  /// The carrier's answer is on disk.
  mutating func answerIsDurable(_ receipt: FactReceipt, at now: Moment) -> [CallAction] {
    switch state {
    case .settling(let leg, receipt, _): connectCaller(to: leg, at: now)
    case .ringing, .settling, .holdingBack, .talking, .attended, .ending:
      confirmationIsDurable(receipt, at: now) ?? transferIsDurable(receipt, at: now)
    }
  }

  /// Tells the caller, unless it must first acknowledge what it was told before.
  mutating func connectCaller(to leg: LegID, at now: Moment) -> [CallAction] {
    // It has the call, whatever becomes of it: nobody is asked any more.
    for place in callees.indices { callees[place].mustConfirm = false }
    if let asked = callerTook(leg, at: now) { return asked }
    if caller.progress?.mustBeHeard == true {
      let patience = TransactionTimers.standard.patience
      state = .holdingBack(leg, until: now.boot.advanced(by: patience))
      return []
    }
    (caller.progress, flow) = (nil, nil)
    state = .talking(leg, until: now.boot.advanced(by: limits.callDuration))
    guard !isReceived else { return leaveReception(to: leg) }
    caller.phase = .answered
    caller.dialog?.confirm()
    let body = caller.session.described.map(SIPBody.session) ?? .none
    let response = caller.response(to: caller.invite, StatusCode.ok, body: body)
    return [.record(.answered, leg: caller.id)]
      + answer(callerToken, to: caller.invite, with: response, on: caller.id, at: now)
  }

  /// Sends a 2xx to an INVITE and waits for its ACK.
  mutating func answer(
    _ token: RequestToken, to request: SIPRequest, with response: SIPResponse, on leg: LegID,
    at now: Moment
  ) -> [CallAction] {
    var response = response
    self[leg].time(answering: request, with: &response, limits, at: now.boot)
    self[leg].answer = PendingAnswer(
      token: token, response: response, retransmission: Retransmission(at: now.boot))
    return [.respond(response, to: token)]
  }
}

/// Values of the Reason field (RFC 3326).
enum Reason {
  static let completedElsewhere = "SIP;cause=200;text=\"Call completed elsewhere\""
  static let callerGone = "SIP;cause=487;text=\"Request Terminated\""

  /// The Q.850 cause of an outcome.
  static func cause(of outcome: CallOutcome) -> String { "Q.850;cause=\(outcome.q850Cause)" }
}

extension Dialog {
  /// The dialog of a 2xx. One without Contact breaks RFC 3261 section 12.1.1; it is reached where
  /// the INVITE went, since even then it must be acknowledged and ended.
  init?(accepting response: SIPResponse, to invite: SIPRequest) {
    var response = response
    if response.headers.contacts.addresses.isEmpty {
      response.headers.contacts = .addresses([NameAddress(uri: invite.uri)])
    }
    self.init(request: invite, response: response)
  }
}
