import NodeContract
import SIP

/// Parties are told where their call goes on: see ``LegMove``.
extension CallMachine {
  /// Nothing leads to the party yet.
  func isAway(_ leg: LegID) -> Bool { moves[leg]?.isAway ?? false }

  /// Nothing can be said to the party before it comes by itself.
  func isAwaited(_ leg: LegID) -> Bool { moves[leg]?.stage == .awaited }

  /// Whether a re-INVITE that tells of the new place waits for its answer.
  var isTelling: Bool { open.values.contains { $0.purpose == .moving } }

  /// When somebody is to be told, or is given up.
  var moveDeadline: BootInstant? { moves.values.map(\.nextDeadline).min() }

  mutating func moveDeadlinePassed(at now: Moment) -> [CallAction] {
    var actions: [CallAction] = []
    for leg in moves.keys.sorted() {
      guard let move = moves[leg], move.nextDeadline <= now.boot else { continue }
      guard self[leg].isOpen else {
        (moves[leg], self[leg].owesBye) = (nil, false)
        continue
      }
      actions += move.until <= now.boot ? unproven(leg, at: now) : tellPlace(to: leg, at: now)
    }
    return actions
  }

  /// The session as it was, at the new place.
  private mutating func tellPlace(to leg: LegID, at now: Moment) -> [CallAction] {
    guard mayTellPlace(to: leg), let described = self[leg].session.described,
      let request = self[leg].dialog?.request(.invite, body: .session(described))
    else {
      tellLater(leg, at: now)
      return []
    }
    moves[leg]?.stage = .told
    return [send(request, on: leg, for: .moving)]
  }

  /// One INVITE is under way in a dialog at most (RFC 3261 section 14.1).
  private func mayTellPlace(to leg: LegID) -> Bool {
    guard self[leg].answer == nil else { return false }
    if let renegotiation, renegotiation.requester == leg || renegotiation.asked == leg {
      return false
    }
    return !open.values.contains { request in
      guard request.leg == leg else { return false }
      switch request.purpose {
      case .renegotiation, .joining, .attending, .moving: return true
      case .refresh: return !self[leg].takesUpdate
      case .invite, .bye, .abandoned, .notice, .progress, .informing, .relayed: return false
      }
    }
  }

  private mutating func tellLater(_ leg: LegID, at now: Moment) {
    let pause = self[leg].glarePause
    moves[leg]?.stage = .due(at: now.boot.advanced(by: pause))
  }

  // MARK: - The party's answer

  mutating func placeAnswered(_ response: SIPResponse, by leg: LegID, at now: Moment)
    -> [CallAction]
  {
    guard response.status >= 200 else { return [] }
    self[leg].dialog?.receive(response)
    guard !response.isSuccess else { return followed(response, by: leg) }
    guard moves[leg] != nil, !isEnding else { return [] }
    switch response.status {
    case StatusCode.requestTimeout, StatusCode.dialogDoesNotExist:
      moves[leg]?.stage = .awaited
      return notThere(leg, at: now)
    case StatusCode.requestPending, 500..<600:
      moves[leg]?.isThere = true
      tellLater(leg, at: now)
      return []
    default: return staysBehind(leg)
    }
  }

  private mutating func followed(_ response: SIPResponse, by leg: LegID) -> [CallAction] {
    let acknowledged = acknowledge(leg, sequence: response.headers.cseq.number, body: .none)
    let before = self[leg].session
    (moves[leg], self[leg].lostFlow) = (nil, nil)
    if self[leg].owesBye {
      self[leg].owesBye = false
      return acknowledged + hangUp(leg)
    }
    guard !isEnding, case .session(let answer) = response.body,
      self[leg].session.takeAnswer(answer) != nil,
      self[leg].session.travels(otherwiseThan: before)
    else { return acknowledged }
    return acknowledged + directed(to: leg)
  }

  mutating func placeUnanswered(by leg: LegID, at now: Moment) -> [CallAction] {
    self[leg].owesBye = false
    if moves[leg] != nil { moves[leg]?.stage = .awaited }
    return moves[leg] == nil || isEnding ? [] : notThere(leg, at: now)
  }

  /// Nobody there knows the dialog. Where a phone has only registered, it may have been another one of its
  /// extension's.
  private mutating func notThere(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard moves[leg]?.mobility == .returns else { return lost(leg, at: now) }
    return []
  }

  /// Whoever said that it could not just then is there; of whom nothing was heard is gone.
  private mutating func unproven(_ leg: LegID, at now: Moment) -> [CallAction] {
    moves[leg]?.isThere == true ? staysBehind(leg) : lost(leg, at: now)
  }

  /// Whoever refuses is there, and keeps its call: it may be heard all the same.
  private mutating func staysBehind(_ leg: LegID) -> [CallAction] {
    moves[leg] = nil
    return [.log(.notice, "the party does not follow to its call's new address", leg: leg)]
  }

  /// The party is gone with the site. When it was last heard the lost node's own record says better.
  mutating func lost(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard self[leg].phase == .answered else {
      moves[leg] = nil
      return failed(leg, .offline, at: now)
    }
    // Should it follow after all, it is hung up.
    self[leg].owesBye = moves[leg]?.stage == .told
    moves[leg] = nil
    let closed = close(leg, .nodeLost, evidence: .nodeLost, by: .us)
    if leg == transfer?.transferor { return closed }
    if leg == transfer?.answered { return closed + targetFailed(leg, .nodeLost, at: now) }
    return leg == caller.id || leg == connected ? closed + end(.answered, at: now) : closed
  }

  // MARK: - The party comes by itself

  /// Nothing leads to the called phone yet, which is to register soon.
  mutating func expects(_ leg: LegID, until: BootInstant) {
    moves[leg] = LegMove(mobility: .returns, stage: .awaited, until: until)
    self[leg].lostFlow = self[leg].flow
  }

  /// The caller of such a phone hears that it rings.
  mutating func soundsRinging() -> [CallAction] {
    progress = StatusCode.ringing
    return [.respond(caller.response(to: caller.invite, StatusCode.ringing), to: callerToken)]
  }

  /// A request of the party's arrived, or its phone registered: now it can be told, or hung up.
  mutating func cameBack(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard isAwaited(leg) else { return [] }
    guard self[leg].isOpen else {
      let owesBye = self[leg].owesBye
      (moves[leg], self[leg].owesBye) = (nil, false)
      return owesBye ? hangUp(leg) : []
    }
    guard self[leg].phase == .answered else {
      (moves[leg], self[leg].lostFlow) = (nil, nil)
      self[leg].alternatives = [self[leg].way]
      return askNextWay(leg, at: now) ?? []
    }
    moves[leg]?.stage = .due(at: now.boot)
    return []
  }
}
