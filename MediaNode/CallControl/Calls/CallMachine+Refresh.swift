import NodeContract
import SIP

/// Session timers (RFC 4028): each party's session is refreshed by whoever was agreed upon, and a
/// party that is gone does not keep the other in a call for ever.
extension CallMachine {
  /// When a session is to be refreshed, or is over.
  var sessionDeadline: BootInstant? {
    guard isUp else { return nil }
    return earliest { leg in
      leg.phase == .answered && moves[leg.id] == nil ? leg.timer?.nextDeadline : nil
    }
  }

  /// Whether it has been answered and nobody hung up.
  var isUp: Bool {
    switch state {
    case .talking: true
    case .attended: caller.phase == .answered
    case .ringing, .settling, .holdingBack, .ending: false
    }
  }

  private var timedLegs: [LegID] {
    // Whoever is yet to be told of a new address is asked by that whether it is there.
    legs.filter { $0.phase == .answered && $0.timer != nil && moves[$0.id] == nil }.map(\.id)
  }

  mutating func sessionDeadlinePassed(at now: Moment) -> [CallAction] {
    guard isUp else { return [] }
    var actions: [CallAction] = []
    for leg in timedLegs {
      guard let timer = self[leg].timer, timer.nextDeadline <= now.boot else { continue }
      if timer.endsAt <= now.boot { return actions + expired(leg, at: now) }
      actions += refresh(leg, at: now)
    }
    return actions
  }

  private mutating func expired(_ leg: LegID, at now: Moment) -> [CallAction] {
    [.log(.notice, "no session refresh came: the call ends", leg: leg)] + end(.answered, at: now)
  }

  /// By UPDATE, which disturbs nothing, where the party knows it; else by a re-INVITE with the
  /// session as it is.
  private mutating func refresh(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard let request = refreshRequest(to: leg) else {
      self[leg].putRefreshOff(at: now.boot)
      return []
    }
    self[leg].timer?.refreshAt = nil
    return [send(request, on: leg, for: .refresh)]
  }

  /// Nil: not now, as something else is under way or our 2xx is not acknowledged.
  private mutating func refreshRequest(to leg: LegID) -> SIPRequest? {
    if self[leg].takesUpdate { return self[leg].dialog?.request(.update) }
    guard mayOffer(on: leg), let described = self[leg].session.described else { return nil }
    return self[leg].dialog?.request(.invite, body: .session(described))
  }

  /// The party took what it was offered for a transfer that has failed meanwhile: it is offered what it had.
  /// Where an offer is under way, that says what holds.
  mutating func offerFormer(to leg: LegID) -> [CallAction] {
    guard case .talking = state, self[leg].isOpen, mayOffer(on: leg),
      let description = self[leg].session.describeAgain(),
      let request = self[leg].dialog?.request(.invite, body: .session(description))
    else { return [] }
    return [send(request, on: leg, for: .refresh)]
  }

  private func mayOffer(on leg: LegID) -> Bool {
    renegotiation == nil && transfer == nil && self[leg].answer == nil && isSettled
  }

  /// Whether a re-INVITE of ours that only refreshes waits for its answer.
  var isRefreshing: Bool {
    open.values.contains { $0.purpose == .refresh && !self[$0.leg].takesUpdate }
  }

  // MARK: - The party's answer

  mutating func refreshed(_ response: SIPResponse, by leg: LegID, at now: Moment) -> [CallAction] {
    guard response.status >= 200 else { return [] }
    self[leg].dialog?.receive(response)
    switch response.status {
    case ..<300: return stillThere(response, leg, at: now)
    case StatusCode.requestTimeout, StatusCode.dialogDoesNotExist: return refreshFailed(at: now)
    case _ where response.headers.cseq.method == .update && Self.meansUnknown(response.status):
      self[leg].takesUpdate = false
      return isEnding ? [] : refresh(leg, at: now)
    // Whoever refuses is there, and does not count the time.
    case ..<500
    where self[leg].timer?.isAgreed == false && response.status != StatusCode.requestPending:
      self[leg].timer = self[leg].timer?.renewed(at: now.boot)
      return []
    default:
      self[leg].putRefreshOff(at: now.boot)
      return []
    }
  }

  private static func meansUnknown(_ status: Int) -> Bool {
    [StatusCode.methodNotAllowed, StatusCode.badExtension, StatusCode.notImplemented]
      .contains(status)
  }

  private mutating func stillThere(_ response: SIPResponse, _ leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard response.headers.cseq.method == .invite else { return [] }
    let acknowledged = acknowledge(leg, sequence: response.headers.cseq.number, body: .none)
    let before = self[leg].session
    guard !isEnding, case .session(let answer) = response.body,
      self[leg].session.takeAnswer(answer) != nil,
      self[leg].session.travels(otherwiseThan: before)
    else { return acknowledged }
    return acknowledged + directed(to: leg)
  }

  /// Silence, or a party that knows no such dialog: it is gone (section 10).
  mutating func refreshFailed(at now: Moment) -> [CallAction] { end(.answered, at: now) }

  // MARK: - The party refreshes

  /// The answer to an offer that says nothing new: what the party was told last. The other party
  /// need not hear of it. Nil: it is news.
  func answerToRefresh(_ request: SIPRequest, on leg: LegID) -> SIPBody? {
    let side = self[leg].session
    guard case .session(let offer) = request.body, offer.origin == side.origin,
      let described = side.described
    else { return nil }
    var taken = side
    guard taken.takeOffer(offer, limit: limits.mediaLines, orFax: true) != nil,
      taken.matches(side)
    else { return nil }
    return .session(described)
  }
}

extension Leg {
  fileprivate mutating func putRefreshOff(at now: BootInstant) {
    let pause = glarePause
    timer?.refreshAt = now.advanced(by: pause)
  }

  /// How long we wait after offers that met: whose Call-ID it is waits longer, so that both do not
  /// meet again (RFC 3261 section 14.1). By chance as the tag is, so that it is the same for
  /// whoever carries the call on.
  var glarePause: Duration {
    isIncoming
      ? .milliseconds(chance(below: 201) * 10) : .milliseconds(2_100 + chance(below: 191) * 10)
  }

  /// Differs from leg to leg and from request to request.
  func chance(below limit: UInt32) -> Int64 {
    var hash: UInt32 = 2_166_136_261 ^ branches
    for byte in localTag.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return Int64((hash ^ hash >> 15) % limit)
  }
}
