import Digits
import NodeContract
import SIP

/// Whoever must say that it takes the call: see ``Confirmation``. Until then the call rings on for its caller
/// and for everybody else, and the party's leg is charged as any that was answered.
extension CallMachine {
  /// It answered, and has not taken the call.
  func isUnconfirmed(_ leg: LegID) -> Bool { confirmation?.answered.contains(leg) ?? false }

  /// A 2xx of such a party: its session is with us until it takes the call.
  mutating func acceptedForNow(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard case .ringing(let until) = state, let answer = takeSession(of: response, by: leg) else {
      return refuseMedia(of: leg, at: now)
    }
    self[leg].phase = .answered
    var asking = confirmation ?? Confirmation(ringsUntil: until)
    asking.enter(leg, isSaved: !self[leg].isTrunk)
    confirmation = asking
    // Nobody's time to answer is cut short by its question.
    let patience = limits.confirmation * asking.answered.count
    state = .ringing(until: max(until, now.boot.advanced(by: patience)))
    let recorded: CallAction =
      self[leg].isTrunk
      ? .recordAndWait(.answered, leg: leg, receipt: leg.answerReceipt)
      : .record(.answered, leg: leg)
    return acknowledge(leg, sequence: response.headers.cseq.number, body: answer) + [recorded]
      + askWhoAnswered()
  }

  /// What our ACK says; nil: there is no common codec.
  private mutating func takeSession(of response: SIPResponse, by leg: LegID) -> SIPBody? {
    switch response.body {
    case .session(let offer) where isOfferless:
      guard let terms = self[leg].session.takeOffer(offer, limit: limits.mediaLines) else {
        return nil
      }
      return .session(self[leg].session.describe(terms.attended))
    case .session(let answer):
      return self[leg].session.takeAnswer(answer) == nil ? nil : SIPBody.none
    case .none
    where !isOfferless && self[leg].session.remote != nil
      && self[leg].progressTag == response.headers.to.tag:
      return SIPBody.none
    case .none, .malformedSession, .other: return nil
    }
  }

  // MARK: - The question

  /// A carrier's answer is on disk. Nil: it is not that of somebody to be asked.
  mutating func confirmationIsDurable(_ receipt: FactReceipt, at now: Moment) -> [CallAction]? {
    guard let leg = confirmation?.unsaved.first(where: { $0.answerReceipt == receipt }) else {
      return nil
    }
    confirmation?.save(leg)
    return askWhoAnswered()
  }

  private func askWhoAnswered() -> [CallAction] {
    guard case .ringing = state, confirmation?.isDue == true else { return [] }
    return [.askConfirmation]
  }

  /// Puts the question to whoever answered first.
  mutating func ask(_ question: Programme, at now: Moment) -> [CallAction] {
    guard case .ringing = state, var asking = confirmation, asking.isDue, let leg = asking.asked
    else { return [] }
    asking.number &+= 1
    asking.run = ProgrammeRun(question, number: asking.number, at: now.boot)
    confirmation = asking
    // The relay must decode before it can play.
    return reviewPassage() + directed(to: leg)
      + [.play(question.announcement, asking.number, to: self[leg].side, from: .zero)]
  }

  var confirmationDeadline: BootInstant? { confirmation?.run?.nextDeadline }

  mutating func confirmationDeadlinePassed(at now: Moment) -> [CallAction] {
    questioned(at: now) { $0.deadlinePassed(at: now.boot) }
  }

  mutating func confirmationPlayed(_ number: UInt32, at now: Moment) -> [CallAction] {
    questioned(at: now) { $0.played(number, at: now.boot) }
  }

  mutating func confirmationKey(_ digit: Digit, at now: Moment) -> [CallAction] {
    questioned(at: now) { $0.pressed(digit, at: now.boot) }
  }

  private mutating func questioned(
    at now: Moment, _ event: (inout ProgrammeRun) -> [ProgrammeRun.Step]
  ) -> [CallAction] {
    guard let leg = confirmation?.asked, var run = confirmation?.run else { return [] }
    let steps = event(&run)
    confirmation?.run = run
    confirmation?.number = run.number
    return steps.flatMap { step -> [CallAction] in
      switch step {
      case .play:
        [.play(run.programme.announcement, run.number, to: self[leg].side, from: .zero)]
      case .stop: [.stopPlaying(to: self[leg].side)]
      case .over(let outcome): said(outcome, by: leg, at: now)
      }
    }
  }

  /// 1 takes the call, silence is no answer, and every other key declines.
  private mutating func said(_ outcome: Programme.Outcome, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    switch outcome {
    case .entered(let keys) where keys == [Digit("1")]: confirmed(leg, at: now)
    case .entered: confirmationFailed(leg, .rejected, at: now)
    case .said, .nothing: confirmationFailed(leg, .noAnswer, at: now)
    }
  }

  /// What a process that carries the call on must have played.
  func questionGoesOn(at now: Moment) -> [CallAction] {
    guard let leg = confirmation?.asked, let run = confirmation?.run,
      let position = run.position(at: now.boot)
    else { return [] }
    return [.play(run.programme.announcement, run.number, to: self[leg].side, from: position)]
  }

  /// The party hears its question and nothing else, and nobody hears the party.
  func passage(asking leg: LegID) -> Passage? {
    guard let sound = PassageEnd(self[leg])?.sound(hearing: .nothing) else { return nil }
    let caller = isAttended ? PassageEnd(self.caller)?.sound(hearing: .nothing) : nil
    return Passage(sound, on: self[leg].side, beside: caller ?? .nobody(beside: sound))
  }

  // MARK: - What comes of it

  /// It takes the call.
  private mutating func confirmed(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard case .ringing = state, let terms = self[leg].session.terms else {
      return end(.internalError, at: now)
    }
    confirmation?.leave(leg)
    // Whom we answered was told already.
    if !isReceived { _ = isOfferless ? caller.offer(terms) : caller.answer(with: terms) }
    let others = callOff(othersThan: leg, at: now)
    confirmation = nil
    return others + directed(to: leg) + connectCaller(to: leg, at: now)
  }

  /// It does not: the call goes on as if it had not answered.
  mutating func confirmationFailed(
    _ leg: LegID, _ outcome: CallOutcome, by: EndedBy = .us,
    evidence: EndEvidence = .signalled, at now: Moment
  ) -> [CallAction] {
    guard let left = leaveUnconfirmed(leg, outcome, by: by, evidence: evidence) else { return [] }
    guard case .ringing = state else { return left }
    failures.append(outcome)
    return left + askWhoAnswered() + askNext(at: now)
  }

  /// Lets go of somebody who answered and did not take the call. Nil: it is no such party.
  mutating func leaveUnconfirmed(
    _ leg: LegID, _ outcome: CallOutcome, by: EndedBy = .us,
    evidence: EndEvidence = .signalled
  ) -> [CallAction]? {
    guard isUnconfirmed(leg) else { return nil }
    let isHeard = confirmation?.asked == leg && confirmation?.run?.isOver == false
    let silenced: [CallAction] = isHeard ? [.stopPlaying(to: self[leg].side)] : []
    confirmation?.leave(leg)
    if let asking = confirmation, asking.answered.isEmpty {
      if case .ringing = state { state = .ringing(until: asking.ringsUntil) }
      confirmation = nil
    }
    let closed = close(leg, outcome, evidence: evidence, by: by)
    return silenced + closed + (by == .party ? [] : hangUp(leg))
  }

  // MARK: - Meanwhile

  /// The party's new offer is answered by us.
  mutating func answerUnconfirmed(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    guard self[leg].answer == nil else {
      return reply(StatusCode.serverInternalError, to: request, token, on: leg)
    }
    // Our offer would have to be answered within its ACK, while it may take the call.
    guard case .session(let offer) = request.body else {
      return reply(StatusCode.requestPending, to: request, token, on: leg)
    }
    let before = self[leg].session
    guard let terms = self[leg].session.takeOffer(offer, limit: limits.mediaLines) else {
      return reply(StatusCode.notAcceptableHere, to: request, token, on: leg)
    }
    let body = SIPBody.session(self[leg].session.describe(terms.attended))
    let isHeard = confirmation?.asked == leg && confirmation?.run != nil
    let moved = isHeard && self[leg].session.travels(otherwiseThan: before)
    return accept(request, token, with: body, on: leg, at: now) + (moved ? directed(to: leg) : [])
  }

  /// The ACK of a caller that made no offer, whose other party has its answer from us.
  mutating func callerAnswered(_ body: SIPBody, at now: Moment) -> [CallAction] {
    guard case .session(let answer) = body, caller.session.takeAnswer(answer) != nil else {
      return end(.incompatibleMedia, at: now)
    }
    return directed(to: caller.id)
  }
}
