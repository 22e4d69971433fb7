import Digits
import NodeContract
import SIP

/// How the audio of a call passes: it follows from what both parties told and were told, once that is
/// settled between them.
extension CallMachine {
  /// What the relay must do otherwise than before.
  mutating func reviewPassage() -> [CallAction] {
    guard let passage = settledPassage, passage != self.passage else { return [] }
    self.passage = passage
    return [.carry(passage)]
  }

  /// Nil while an offer is open or nobody has answered: then all stays as it is.
  private var settledPassage: Passage? {
    if let asked = confirmation?.asked, confirmation?.run != nil { return passage(asking: asked) }
    if isAttended { return attendedPassage }
    guard renegotiation == nil, transfer?.answered == nil, let other = heard,
      let near = PassageEnd(caller, isAway: isAway(caller.id)),
      let far = PassageEnd(self[other], isAway: isAway(other))
    else { return nil }
    // Whoever was transferred to somebody else stands where the caller stood, and sits where it sat.
    let settled =
      caller.side == .caller
      ? Passage(caller: near, callee: far, isShared: isShared)
      : Passage(caller: far, callee: near, isShared: isShared)
    return settled.silent(on: recording?.notice?.sides ?? [])
  }

  /// Others hear what is said, now or later.
  private var isShared: Bool {
    // Where a rule wants it, keys are listened for that have a pause end.
    stay != nil || recording?.isPaused == false || recording?.terms != nil
  }

  /// Who is on the other side of the relay: who answered, or plays tones before that.
  private var heard: LegID? {
    switch state {
    case .settling(let leg, _, _), .holdingBack(let leg, _), .talking(let leg, _): leg
    case .ringing:
      isForOneOnly ? callees.first { $0.isOpen && !$0.mustConfirm }?.id : nil
    case .attended, .ending: nil
    }
  }

  // MARK: - Keys

  /// A key that a party tells by INFO. Nil: the other knows no telephone events, and is told by INFO in
  /// turn.
  mutating func pressed(
    _ key: DigitInfo, _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction]? {
    self[leg].informs = true
    if isAttended, leg == caller.id {
      let answered = reply(StatusCode.ok, to: request, token, on: leg)
      return answered + pressed(key.digit, on: self[leg].side, at: now)
    }
    if confirmation?.asked == leg {
      let answered = reply(StatusCode.ok, to: request, token, on: leg)
      return answered + confirmationKey(key.digit, at: now)
    }
    guard case .talking = state, let other = partner(of: leg),
      self[other].session.terms?.events != nil
    else { return nil }
    let answered = reply(StatusCode.ok, to: request, token, on: leg)
    return answered + reviewPassage() + [.tellKey(key, self[other].side)]
  }

  /// The relay heard a key for a party that is told by INFO.
  mutating func inform(_ side: RelaySide, of key: DigitInfo) -> [CallAction] {
    guard case .talking = state, let leg = talker(on: side),
      open.values.count(where: { $0.purpose == .informing }) < limits.relayedRequestsPerCall,
      let info = self[leg].dialog?.request(
        .info, body: .other(contentType: DigitInfo.contentType, bytes: Array(key.body.utf8)))
    else { return [] }
    return [send(info, on: leg, for: .informing)]
  }

  private func talker(on side: RelaySide) -> LegID? {
    [caller.id, connected].compactMap(\.self).first { self[$0].side == side && self[$0].isOpen }
  }
}

extension DigitInfo {
  /// Nil when the body is about something else.
  init?(_ body: SIPBody) {
    guard case .other(let type, let bytes) = body else { return nil }
    self.init(contentType: type, body: String(decoding: bytes, as: UTF8.self))
  }
}
