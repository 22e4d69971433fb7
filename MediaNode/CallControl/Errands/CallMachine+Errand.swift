import Announcements
import NodeContract
import SIP

/// Calls that the exchange makes for somebody: see ``Errand``.
extension CallMachine {
  /// Nobody called: those are rung of whom one is to be the caller.
  mutating func beginErrand() -> [CallAction] {
    planTransports()
    return [.openRelay(plan)] + callees.indices.map { ask($0, offer: .spoken) }
  }

  /// One of them answered: it stands where callers stand, and hears that the other rings. Nil: it is no such
  /// call.
  mutating func callerTook(_ leg: LegID, at now: Moment) -> [CallAction]? {
    guard errand?.stage == .callers else { return nil }
    errand?.stage = .asking
    if callbackPlace != nil { queued?.stage = .served(leg) }
    promote(leg)
    failures = []
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    // The relay must decode before it can play what the caller hears next.
    return reviewPassage() + [.runErrand]
  }

  /// None of them answered. Nil: it is no such call, or has its caller.
  mutating func callersMissed(at now: Moment) -> [CallAction]? {
    guard errand?.stage == .callers, callbackPlace == nil else { return nil }
    let ringing = callees.filter(\.isOpen).map(\.id)
    failures += ringing.map { _ in .noAnswer }
    let given = ringing.flatMap { giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer)) }
    return given + end(Self.best(of: failures), at: now)
  }

  /// Whom it is for answered. Nil: it is no such call, or was reached before.
  mutating func errandReached() -> [CallAction]? {
    guard let errand, errand.stage != .reached else { return nil }
    self.errand?.stage = .reached
    attendance = nil
    return [.stopPlaying(to: caller.side), .record(.answered, leg: errand.leg)]
  }

  /// A menu, a queue or a mailbox has its caller.
  mutating func errandReceived() -> [CallAction] {
    guard let errand, errand.stage == .asking else { return [] }
    self.errand?.stage = .reached
    return [.record(.answered, leg: errand.leg)]
  }

  /// Nobody can be reached there: whoever waits hears so.
  mutating func errandIsInVain(_ outcome: CallOutcome, at now: Moment) -> [CallAction] {
    guard case .attended = state, let language = errand?.host?.language else { return [] }
    failures.append(outcome)
    let notice = language.notice(outcome.notice ?? .nobodyAvailable)
    return say(Programme(announcement: Announcement(notice, in: language)), at: now)
  }

  /// Whoever had it made wants it no more.
  mutating func calledOff(at now: Moment) -> [CallAction] {
    errand?.click == nil ? [] : end(.cancelled, at: now)
  }

  /// What stands in the records for the call as a whole.
  func errandEnded(_ outcome: CallOutcome, _ evidence: EndEvidence) -> [CallAction] {
    guard let errand, errand.share == nil else { return [] }
    // Who answered may have left before the other did.
    let said: CallOutcome =
      errand.stage != .reached && outcome == .answered ? .cancelled : outcome
    let end = LegEnd(
      outcome: errand.stage == .reached && outcome != .nodeLost ? .answered : said,
      evidence: evidence, endedBy: .us)
    return [.record(.ended(end), leg: errand.leg)]
  }

  // MARK: - For places in queues

  /// Whose place it is; nil: it is no callback.
  var callbackPlace: CallID? { errand?.place }

  /// Nobody is owed this call any more: it was answered, or it ends.
  var isTurnOver: Bool { isCallbackReached || callbackPlace != nil && isEnding }

  var isCallbackReached: Bool { callbackPlace != nil && errand?.stage == .reached }
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
