import NodeContract
import SIP

/// How legs and calls end. Each leg's end is recorded exactly once: when it leaves the open phases.
extension CallMachine {
  /// The caller gave up. A CANCEL that crosses our 2xx changes nothing (RFC 3261 section 9.2).
  mutating func callerCancelled(at now: Moment) -> [CallAction] {
    switch state {
    case .ringing, .settling, .holdingBack, .attended: isReceived ? [] : cancelled(at: now)
    case .talking, .ending: []
    }
  }

  private mutating func cancelled(at now: Moment) -> [CallAction] {
    close(caller.id, .cancelled, by: .party) + final(.cancelled) + end(.cancelled, at: now)
  }

  /// Nobody took our final response, or the transaction layer gave the INVITE up.
  mutating func callerLost(at now: Moment) -> [CallAction] {
    switch state {
    case .ringing, .settling, .holdingBack, .attended:
      isReceived ? [] : end(.noAnswer, at: now)
    case .talking, .ending: []
    }
  }

  /// The relay broke.
  mutating func relayFailed(at now: Moment) -> [CallAction] {
    end(.internalError, at: now)
  }

  /// It does nothing about a deadline of its own.
  mutating func goesInCircles(at now: Moment) -> [CallAction] {
    end(.internalError, at: now)
  }

  /// Processes died of what was said in it.
  mutating func isDeadly(at now: Moment) -> [CallAction] {
    end(.internalError, at: now)
  }

  /// Neither party sends media any more. Who rings may be silent, and so may who holds.
  mutating func mediaSilent(at now: Moment) -> [CallAction] {
    switch state {
    case .talking, .attended: break
    case .ringing, .settling, .holdingBack, .ending: return []
    }
    guard !legs.contains(where: { $0.isOpen && $0.session.isHolding }) else { return [] }
    return end(.answered, evidence: .mediaEnded, at: now)
  }

  /// The node stops for good: whoever talks is hung up, whoever rings is told to try elsewhere.
  mutating func serviceStops(at now: Moment) -> [CallAction] {
    end(.overloaded, at: now)
  }

  /// A service address of this call is not ours any more.
  mutating func addressLost(at now: Moment) -> [CallAction] {
    end(.nodeLost, evidence: .nodeLost, at: now)
  }

  /// Ends whatever is still open, as our doing.
  mutating func end(
    _ outcome: CallOutcome, evidence: EndEvidence = .signalled, at now: Moment
  ) -> [CallAction] {
    guard !isEnding else { return [] }
    var actions = soundIsOver(outcome)
    for leg in callees.map(\.id) {
      actions += release(leg, outcome, evidence: evidence)
    }
    actions += releaseCaller(outcome, evidence: evidence) + abandonRequests()
    actions += errandEnded(outcome, evidence)
    actions += abandonTransfer()
    actions += atRelay.map { .measure($0) } + [.closeRelay]
    caller.progress = nil
    (further, attendance, stay, seats, parking) = (nil, nil, nil, [:], nil)
    confirmation = nil
    (recording, isRecorded) = (nil, false)
    moves = moves.filter { self[$0.key].owesBye }
    state = .ending(until: lingering(from: now.boot))
    return actions
  }

  /// Those who were heard last.
  var atRelay: [LegID] {
    (errand?.stage == .callers ? [] : [caller.id]) + (connected.map { [$0] } ?? [])
  }

  /// A party may repeat a 2xx, or send a BYE that crosses ours, until its timers end; a call that
  /// never had a dialog has nothing to wait for.
  private func lingering(from now: BootInstant) -> BootInstant {
    let hadDialog = caller.dialog?.isConfirmed == true
    let asked = callees.contains { $0.dialog != nil || $0.phase == .cancelling }
    return hadDialog || asked ? now.advanced(by: TransactionTimers.standard.patience) : now
  }

  private mutating func release(_ leg: LegID, _ outcome: CallOutcome, evidence: EndEvidence)
    -> [CallAction]
  {
    switch self[leg].phase {
    case .inviting, .ringing:
      return giveUp(leg, outcome, evidence: evidence, reason: Reason.cause(of: outcome))
    case .answered:
      if let left = leaveUnconfirmed(leg, outcome, evidence: evidence) { return left }
      let recorded = close(leg, answeredOutcome(outcome), evidence: evidence, by: .us)
      return recorded + hangUp(leg)
    case .cancelling, .closed: return []
    }
  }

  private mutating func releaseCaller(_ outcome: CallOutcome, evidence: EndEvidence)
    -> [CallAction]
  {
    switch caller.phase {
    case .inviting, .ringing:
      return close(caller.id, outcome, evidence: evidence, by: .us) + final(outcome)
    case .answered:
      let recorded = close(caller.id, answeredOutcome(outcome), evidence: evidence, by: .us)
      return recorded + hangUp(caller.id)
    case .cancelling, .closed: return []
    }
  }

  /// An answered leg stays answered, whatever ends it; only a lost node is worth its own word.
  private func answeredOutcome(_ outcome: CallOutcome) -> CallOutcome {
    outcome == .nodeLost ? .nodeLost : .answered
  }

  private func final(_ outcome: CallOutcome) -> [CallAction] {
    var response = caller.response(to: caller.invite, outcome.sipStatus)
    response.headers["Reason"] = Reason.cause(of: outcome)
    return [.respond(response, to: callerToken)]
  }

  // MARK: - One leg

  /// Records the leg's end, unless that was done.
  mutating func close(
    _ leg: LegID, _ outcome: CallOutcome, evidence: EndEvidence = .signalled, by: EndedBy
  ) -> [CallAction] {
    guard self[leg].isOpen else { return [] }
    self[leg].phase = .closed
    return [
      .record(.ended(LegEnd(outcome: outcome, evidence: evidence, endedBy: by)), leg: leg)
    ]
  }

  /// Cancels an INVITE of ours that nobody answered yet, or that somebody answered who did not take the call.
  mutating func giveUp(
    _ leg: LegID, _ outcome: CallOutcome, evidence: EndEvidence = .signalled, reason: String
  ) -> [CallAction] {
    guard self[leg].isOpen else { return [] }
    if let left = leaveUnconfirmed(leg, outcome, evidence: evidence) { return left }
    let recorded = close(leg, outcome, evidence: evidence, by: .us)
    self[leg].phase = .cancelling
    return recorded + [.cancel(branch: self[leg].inviteBranch, reason: reason)]
  }

  /// BYE, at once or as soon as the party acknowledged our 2xx.
  mutating func hangUp(_ leg: LegID) -> [CallAction] {
    guard self[leg].answer == nil else {
      self[leg].owesBye = true
      return []
    }
    if isAwaited(leg) {
      // It hears of it if it comes back in time.
      self[leg].owesBye = true
      return []
    }
    guard var dialog = self[leg].dialog else { return [] }
    let unacknowledged = owedAcknowledgement(leg)
    let bye = dialog.request(.bye)
    self[leg].dialog = dialog
    return unacknowledged + [send(bye, on: leg, for: .bye)]
  }

  /// An offer in a 2xx that nobody answered: the ACK comes all the same, and a BYE after it.
  private mutating func owedAcknowledgement(_ leg: LegID) -> [CallAction] {
    guard let sequence = owedSequence(leg) else { return [] }
    return acknowledge(leg, sequence: sequence, body: .none)
  }

  private func owedSequence(_ leg: LegID) -> UInt32? {
    if let renegotiation, renegotiation.asked == leg, let owed = renegotiation.owedSequence {
      return owed
    }
    guard isOfferless, leg != caller.id, self[leg].acknowledgement == nil else { return nil }
    return self[leg].invite.headers.cseq.number
  }

  /// Acknowledges and ends a dialog that our INVITE made and nobody wants.
  mutating func endStray(_ response: SIPResponse, of leg: LegID) -> [CallAction] {
    guard var dialog = self[leg].newDialog(accepting: response) else { return [] }
    let ack = dialog.acknowledgement(of: response.headers.cseq.number)
    let actions = [
      CallAction.acknowledge(
        ack, over: self[leg].path(ofStray: ack, after: response),
        branch: self[leg].nextBranch())
    ]
    let tag = dialog.id.remoteTag
    guard !self[leg].strayTags.contains(tag), self[leg].strayTags.count < 8 else {
      return actions
    }
    self[leg].strayTags.append(tag)
    let bye = dialog.request(.bye)
    let branch = self[leg].nextBranch()
    open[branch] = OpenRequest(leg: leg, purpose: .bye)
    let flow = self[leg].path(ofStray: bye, after: response)
    return actions + [.request(bye, over: flow, branch: branch)]
  }

  // MARK: - Sending

  mutating func send(_ request: SIPRequest, on leg: LegID, for purpose: Purpose) -> CallAction {
    let branch = self[leg].nextBranch()
    open[branch] = OpenRequest(leg: leg, purpose: purpose)
    var request = request
    if request.method.isOffering { request.headers.others += self[leg].sessionFields }
    return .request(request, over: self[leg].path(of: request), branch: branch)
  }

  /// The ACK of the party's 2xx with this CSeq number, kept to be sent again.
  mutating func acknowledge(_ leg: LegID, sequence: UInt32, body: SIPBody) -> [CallAction] {
    guard let dialog = self[leg].dialog else {
      return [.log(.error, "a 2xx without a dialog, \(self[leg].phase)", leg: leg)]
    }
    let ack = dialog.acknowledgement(of: sequence, body: body)
    let acknowledgement = Acknowledgement(request: ack, branch: self[leg].nextBranch())
    self[leg].acknowledgement = acknowledgement
    return [acknowledge(acknowledgement, on: leg)]
  }

  func acknowledge(_ acknowledgement: Acknowledgement, on leg: LegID) -> CallAction {
    .acknowledge(
      acknowledgement.request, over: self[leg].path(of: acknowledgement.request),
      branch: acknowledgement.branch)
  }
}
