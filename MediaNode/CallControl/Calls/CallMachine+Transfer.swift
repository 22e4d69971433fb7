import NodeContract
import SIP

/// Blind transfer (RFC 3515, RFC 5589 section 6), done here: the stayer never sees the REFER.
extension CallMachine {
  /// A REFER within a dialog.
  mutating func referred(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard !isEnding else {
      return reply(StatusCode.dialogDoesNotExist, to: request, token, on: leg)
    }
    guard let target = request.referTarget else {
      return reply(StatusCode.badRequest, to: request, token, on: leg)
    }
    let replaced = target.headers.first { $0.isNamed("Replaces") }?.value
    let replaces = replaced.flatMap { Replaces($0) }
    guard replaced == nil || replaces != nil else {
      return reply(StatusCode.badRequest, to: request, token, on: leg)
    }
    if let refusal = refusalOfTransfer(by: leg, to: target) {
      return reply(refusal, to: request, token, on: leg)
    }
    if let replaces, isAttended, stay?.number != nil {
      self[leg].refreshTarget(by: request)
      return accept(request, token, on: leg) + tell(StatusCode.trying) + [.giveSeat(replaces)]
    }
    guard let stayer = partner(of: leg) else {
      return reply(StatusCode.requestPending, to: request, token, on: leg)
    }
    self[leg].refreshTarget(by: request)
    let accepted = accept(request, token, on: leg)
    let wish = TransferWish(
      transferor: leg, stayer: stayer, token: token, target: target, replaces: replaces,
      hops: max(0, (request.headers.maxForwards ?? 70) - 1))
    return accepted + tell(StatusCode.trying) + [.transfer(wish)]
  }

  /// 202, and with it a subscription to how the transfer goes, unless whoever asks wants none
  /// (RFC 4488).
  private mutating func accept(_ request: SIPRequest, _ token: RequestToken, on leg: LegID)
    -> [CallAction]
  {
    var response = self[leg].response(to: request, StatusCode.accepted)
    if request.wantsSubscription {
      referral = Referral(leg: leg, id: request.headers.cseq.number)
    } else {
      response.headers["Refer-Sub"] = "false"
    }
    return [.respond(response, to: token)]
  }

  /// A carrier moves nobody at our tenant's cost. While anything else is under way, 491 says that
  /// another moment is better.
  private func refusalOfTransfer(by leg: LegID, to target: SIPURI) -> Int? {
    let method = target.parameters["method"] ?? SIPMethod.invite.rawValue
    guard !self[leg].isTrunk, method.uppercased() == SIPMethod.invite.rawValue else {
      return StatusCode.forbidden
    }
    guard legs.count < limits.legsPerCall else { return StatusCode.serviceUnavailable }
    let isFree = transfer == nil && referral == nil && renegotiation == nil && isSettled
    return isFree ? nil : StatusCode.requestPending
  }

  // MARK: - The targets ring

  /// The exchange found nobody to be asked.
  mutating func transferRefused(_ outcome: CallOutcome) -> [CallAction] {
    tell(outcome.sipStatus)
  }

  /// The exchange found these, which are not asked yet.
  mutating func transfer(
    _ wish: TransferWish, to targets: [Leg], until: BootInstant
  ) -> [CallAction] {
    guard var terms = self[wish.stayer].session.terms else {
      return tell(StatusCode.notAcceptableHere)
    }
    terms.direction = .both
    transfer = Transfer(
      transferor: wish.transferor, stayer: wish.stayer, token: wish.token,
      targets: targets.map(\.id), stage: .asking(until: until))
    let first = callees.count
    callees += targets
    return (first..<callees.count).map { ask($0, offer: terms) }
  }

  /// Whether the leg's answer is waited for.
  func asks(_ leg: LegID) -> Bool {
    switch (state, transfer?.stage) {
    case (.ringing, _): true
    case (.talking, .asking): transfer?.targets.contains(leg) ?? false
    case (.settling, _), (.holdingBack, _), (.talking, _), (.attended, _), (.ending, _): false
    }
  }

  /// A response to the INVITE of a target; nil when it is none.
  mutating func targetAnswered(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]?
  {
    guard let transfer, transfer.targets.contains(leg), self[leg].isOpen else { return nil }
    switch response.status {
    case ...100: return []
    case ..<200:
      self[leg].hear(progress: response)
      return targetRings(leg)
    case ..<300: return targetAccepted(response, leg, at: now)
    case StatusCode.sessionIntervalTooSmall where asksAgain(leg, after: response):
      return askAgain(leg, after: response)
    default:
      return triedNextWay(of: leg, after: response.status, at: now)
        ?? targetFailed(leg, outcome(of: response, from: self[leg]), at: now)
    }
  }

  private mutating func targetRings(_ leg: LegID) -> [CallAction] {
    guard self[leg].phase == .inviting else { return [] }
    self[leg].phase = .ringing
    return rung(leg) + tell(StatusCode.ringing)
  }

  /// A target is out; the transfer goes on while others ring.
  mutating func targetFailed(_ leg: LegID, _ outcome: CallOutcome, at now: Moment) -> [CallAction] {
    let closed = close(leg, outcome, by: .party)
    transfer?.failures.append(outcome)
    guard let transfer, !transfer.targets.contains(where: { self[$0].isOpen }) else {
      return closed
    }
    return closed + transferFailed(Self.best(of: transfer.failures), at: now)
  }

  /// All stays as it was, unless the transferor has left.
  private mutating func transferFailed(_ outcome: CallOutcome, at now: Moment) -> [CallAction] {
    guard let failed = transfer else { return [] }
    transfer = nil
    if let before = failed.before { self[failed.stayer].session.rollBack(to: before) }
    let told = tell(outcome.sipStatus)
    if self[failed.transferor].isOpen { return told }
    return told + (parkAgain(at: now) ?? end(.answered, at: now))
  }

  // MARK: - A target answers

  private mutating func targetAccepted(_ response: SIPResponse, _ leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard let transfer, let dialog = self[leg].newDialog(accepting: response) else {
      return targetFailed(leg, .internalError, at: now)
    }
    guard transfer.answered == nil else { return repeated(response, by: leg) }
    let response = self[leg].completed(response)
    self[leg].begin(dialog, as: response, limits, at: now.boot)
    let acknowledged = acknowledge(leg, sequence: response.headers.cseq.number, body: .none)
    guard case .session(let answer) = response.body,
      self[leg].session.takeAnswer(answer) != nil
    else {
      return acknowledged + hangUp(leg) + targetFailed(leg, .incompatibleMedia, at: now)
    }
    self[leg].phase = .answered
    let others = transfer.targets.filter { $0 != leg }.flatMap {
      giveUp($0, .answeredElsewhere, reason: Reason.completedElsewhere)
    }
    return acknowledged + others + settleTransfer(leg, at: now)
  }

  private mutating func settleTransfer(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard self[leg].isTrunk, let token = transfer?.token else {
      return [.record(.answered, leg: leg)] + join(leg, at: now)
    }
    let receipt = FactReceipt(number: token.number)
    let until = now.boot.advanced(by: limits.durabilityWait)
    transfer?.stage = .settling(leg, receipt, until: until)
    return [.recordAndWait(.answered, leg: leg, receipt: receipt)]
  }

  mutating func transferIsDurable(_ receipt: FactReceipt, at now: Moment) -> [CallAction] {
    guard case .settling(let leg, receipt, _) = transfer?.stage else { return [] }
    return join(leg, at: now)
  }

  // MARK: - Joining

  /// Offers the stayer the target's session, as soon as it has no offer of its own under way. What that
  /// changes is what the stayer goes back to where it refuses the target's.
  mutating func join(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard let stayer = transfer?.stayer, renegotiation == nil, self[stayer].answer == nil,
      moves[stayer] == nil
    else {
      return joinLater(leg, at: now)
    }
    if transfer?.before == nil, let terms = self[leg].session.terms {
      let before = self[stayer].session
      transfer?.before = before
      _ = self[stayer].offer(terms)
    }
    guard let description = self[stayer].session.described,
      let invite = self[stayer].dialog?.request(.invite, body: .session(description))
    else { return joinLater(leg, at: now) }
    transfer?.stage = .joining(leg, nextAt: nil)
    return [send(invite, on: stayer, for: .joining)]
  }

  mutating func joinLater(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard let current = transfer, current.attempts < 8 else {
      return joinFailed(.internalError, at: now)
    }
    let asked = self[current.isMoving ? leg : current.stayer]
    transfer?.attempts += 1
    let nextAt = now.boot.advanced(by: asked.glarePause)
    transfer?.stage =
      current.isMoving ? .moving(leg, nextAt: nextAt) : .joining(leg, nextAt: nextAt)
    return []
  }

  /// The stayer's answer to the target's session.
  mutating func joined(_ response: SIPResponse, by leg: LegID, at now: Moment) -> [CallAction] {
    guard response.status >= 200 else { return [] }
    self[leg].dialog?.receive(response)
    let acknowledged =
      response.isSuccess
      ? acknowledge(leg, sequence: response.headers.cseq.number, body: .none) : []
    if transfer?.isMoving == true, transfer?.answered == leg {
      return acknowledged + moved(response, leg, at: now)
    }
    guard let target = transfer?.answered, transfer?.stayer == leg else {
      return acknowledged + (response.isSuccess ? offerFormer(to: leg) : [])
    }
    switch response.status {
    case ..<300:
      guard case .session(let answer) = response.body,
        let terms = self[leg].session.takeAnswer(answer)
      else { return acknowledged + end(.answered, at: now) }
      return acknowledged + welcome(target, terms, at: now) + complete(with: target)
    case StatusCode.requestPending: return joinLater(target, at: now)
    case StatusCode.requestTimeout, StatusCode.dialogDoesNotExist: return end(.answered, at: now)
    default: return joinFailed(.incompatibleMedia, at: now)
    }
  }

  /// The party that was to be joined says nothing: it is gone.
  mutating func joinTimedOut(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard let current = transfer else { return [] }
    return leg == current.stayer
      ? end(.answered, at: now) : joinFailed(.internalError, at: now)
  }

  /// The stayer cannot talk to the target: that is hung up.
  mutating func joinFailed(_ outcome: CallOutcome, at now: Moment) -> [CallAction] {
    guard let target = transfer?.answered else { return [] }
    if let turnedAway = turnedAway(target, outcome) {
      return turnedAway + transferFailed(outcome, at: now)
    }
    return close(target, .answered, by: .us) + hangUp(target) + transferFailed(outcome, at: now)
  }

  /// Stayer and target talk; the transferor is out.
  private mutating func complete(with target: LegID) -> [CallAction] {
    guard let done = transfer, case .talking(_, let until) = state else { return [] }
    (transfer, parking) = (nil, nil)
    isOfferless = false
    if done.transferor == caller.id { promote(done.stayer) }
    state = .talking(target, until: until)
    let left = close(done.transferor, .answered, by: .party)
    referral?.hangsUp = true
    let told = referral == nil && !left.isEmpty ? hangUp(done.transferor) : tell(StatusCode.ok)
    let measured = [CallAction.measure(done.transferor)]
    return measured + directed(to: target) + directed(to: done.stayer) + left + told
  }

  /// The stayer stands where the caller stood. The one who was it comes first among the others, since
  /// the relay's ports are found by the first leg on each side.
  mutating func promote(_ stayer: LegID) {
    let former = caller
    caller = self[stayer]
    callees = [former] + callees.filter { $0.id != stayer }
  }

  // MARK: - Ends on the way

  /// A party hangs up that a transfer has to do with; nil: it ends the call.
  mutating func leftTransfer(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction]? {
    switch state {
    case .talking, .attended: break
    case .ringing, .settling, .holdingBack, .ending: return nil
    }
    let done = reply(StatusCode.ok, to: request, token, on: leg)
    if referral?.leg == leg { referral = nil }
    if leg == transfer?.transferor { return done + close(leg, .answered, by: .party) }
    if leg == transfer?.answered {
      if transfer?.arrival != nil { return done + joinFailed(.cancelled, at: now) }
      return done + close(leg, .answered, by: .party) + transferFailed(.noAnswer, at: now)
    }
    // It was transferred away before, and its BYE crossed ours.
    return leg == caller.id || leg == connected ? nil : done
  }

  mutating func transferDeadlinePassed(at now: Moment) -> [CallAction] {
    guard let current = transfer, let deadline = current.nextDeadline, deadline <= now.boot else {
      return []
    }
    switch current.stage {
    case .asking:
      let given = current.targets.flatMap {
        giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer))
      }
      return given + transferFailed(Self.best(of: current.failures + [.noAnswer]), at: now)
    case .settling: return joinFailed(.internalError, at: now)
    case .moving(let leg, _): return move(leg, at: now)
    case .joining(let leg, _): return join(leg, at: now)
    }
  }

  /// The call ends: whoever still waits to be hung up is.
  mutating func abandonTransfer() -> [CallAction] {
    let newcomer = transfer?.answered.flatMap { turnedAway($0, .rejected) } ?? []
    transfer = nil
    guard let waiting = referral else { return newcomer }
    referral = nil
    return newcomer + (waiting.hangsUp ? hangUp(waiting.leg) : [])
  }
}

extension SIPRequest {
  /// Whether a REFER makes a subscription (RFC 4488 section 4).
  fileprivate var wantsSubscription: Bool {
    headers["Refer-Sub"]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() != "false"
  }

  /// The one target of a REFER (RFC 3515 section 2.1); nil: none, several, or none that can be
  /// called.
  var referTarget: SIPURI? {
    let values = headers.values(of: "Refer-To").flatMap { headerElements(of: $0) }
    guard values.count == 1, let uri = NameAddress(values[0])?.uri else { return nil }
    switch uri.scheme {
    case .sip, .sips, .tel: return uri
    case .other: return nil
    }
  }
}
