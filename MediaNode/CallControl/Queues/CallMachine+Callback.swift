import Announcements
import Digits
import NodeContract
import SIP

/// Callers who ask to be called back (``CallbackOffer``), and the calls that are made for them
/// (``CallbackTurn``).
extension CallMachine {
  // MARK: - The caller asks

  /// The caller stands there, and may be told.
  mutating func offerCallback(at position: Int, at now: Moment) -> [CallAction] {
    talkOfCallback(at: now) { $0.offer(at: position, in: $1) } ?? []
  }

  /// Nil: the key means something else, or nothing.
  mutating func askedForCallback(by digit: Digit, on side: RelaySide, at now: Moment)
    -> [CallAction]?
  {
    guard case .attended = state, side == caller.side, waitingCaller != nil else { return nil }
    return talkOfCallback(at: now) { offer, _ in offer.pressed(digit) }
  }

  mutating func callbackFound(_ number: CallbackOffer.Number, isOwn: Bool, at now: Moment)
    -> [CallAction]
  {
    talkOfCallback(at: now) { $0.found(number, isOwn: isOwn, in: $1) } ?? []
  }

  mutating func callbackKept(_ isKept: Bool, at now: Moment) -> [CallAction] {
    talkOfCallback(at: now) { $0.kept(isKept, in: $1) } ?? []
  }

  mutating func callbackHeard(_ outcome: Programme.Outcome, at now: Moment) -> [CallAction]? {
    if queued?.callback?.stage == .kept { return end(.answered, at: now) }
    return talkOfCallback(at: now) { $0.heard(outcome, in: $1) }
  }

  private mutating func talkOfCallback(
    at now: Moment, _ event: (inout CallbackOffer, SpokenLanguage) -> [CallbackOffer.Step]?
  ) -> [CallAction]? {
    guard case .attended = state, let caller = waitingCaller, var offer = caller.callback,
      let steps = event(&offer, caller.host.language)
    else { return nil }
    queued?.callback = offer
    return steps.flatMap { step -> [CallAction] in
      switch step {
      case .say(let programme): say(programme, at: now)
      case .find(let number): [.findCallback(number)]
      case .keep(let number): [.keepPlace(number)]
      case .waitOn: silence()
      }
    }
  }

  // MARK: - The caller is called

  /// Begins a call that nobody made: the agents are rung.
  mutating func beginTurn() -> [CallAction] {
    planTransports()
    return [.openRelay(plan)] + callees.indices.map { ask($0, offer: .spoken) }
  }

  /// An agent answered: it stands where callers stand, and hears that the other rings. Nil: it is no such call.
  mutating func agentTook(_ leg: LegID, at now: Moment) -> [CallAction]? {
    guard callback?.stage == .agents else { return nil }
    callback?.stage = .asking
    queued?.stage = .served(leg)
    promote(leg)
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    // The relay must decode before it can play what the agent hears next.
    return reviewPassage() + [.callBack]
  }

  /// The one who asked answered. Nil: it is no such call.
  mutating func callbackReached() -> [CallAction]? {
    guard let turn = callback else { return nil }
    callback?.stage = .reached
    attendance = nil
    return [.stopPlaying(to: caller.side), .record(.answered, leg: turn.leg)]
  }

  /// Nobody is owed this call any more: it was answered, or it ends.
  var isTurnOver: Bool { isCallbackReached || callback != nil && isEnding }

  var isCallbackReached: Bool { callback?.stage == .reached }

  /// What stands in the records for the call as a whole.
  func callbackEnded(_ outcome: CallOutcome, _ evidence: EndEvidence) -> [CallAction] {
    guard let turn = callback else { return [] }
    // Who answered may have left before the other did.
    let said: CallOutcome = turn.stage != .reached && outcome == .answered ? .cancelled : outcome
    let end = LegEnd(
      outcome: turn.stage == .reached && outcome != .nodeLost ? .answered : said,
      evidence: evidence, endedBy: .us)
    return [.record(.ended(end), leg: turn.leg)]
  }
}

extension AudioTerms {
  /// What the exchange itself offers whom it calls: what every phone and carrier knows. What else we can make
  /// of it is added to each offer.
  static let spoken = AudioTerms(
    formats: [
      PayloadFormat("8", .voice(.aLaw)), PayloadFormat("0", .voice(.muLaw)),
      PayloadFormat("101", .events),
    ],
    attributes: [
      SessionAttribute("rtpmap", "8 PCMA/8000"), SessionAttribute("rtpmap", "0 PCMU/8000"),
      SessionAttribute("rtpmap", "101 telephone-event/8000"), SessionAttribute("fmtp", "101 0-15"),
    ])

  private init(formats: [PayloadFormat], attributes: [SessionAttribute]) {
    self.formats = formats
    self.attributes = attributes
    direction = .both
  }
}
