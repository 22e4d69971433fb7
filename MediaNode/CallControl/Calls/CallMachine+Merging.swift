import NodeContract
import SIP

/// Attended transfer (RFC 3891, RFC 5589 section 7): of two calls of the transferor's, the two
/// parties that stay make one. The second call's legs join the first; their records stay apart.
extension CallMachine {
  /// Whether the leg may be left out of this call now.
  func canLose(_ leg: LegID) -> Bool {
    guard case .talking = state, transfer == nil, referral == nil, renegotiation == nil else {
      return false
    }
    return isSettled && partner(of: leg) != nil
  }

  /// Takes the legs of `other` over, whose relay is closed, and moves the one that stays to the
  /// transferor's side of ours.
  ///
  /// - Parameter left: the transferor's leg in the other call.
  mutating func merge(
    _ other: CallMachine, without left: LegID, for wish: TransferWish, at now: Moment
  ) -> [CallAction] {
    guard let moved = other.partner(of: left),
      var terms = self[wish.stayer].session.terms
    else { return tell(StatusCode.notAcceptableHere) }
    terms.direction = .both
    open.merge(other.open) { known, _ in known }
    moves.merge(other.moves) { known, _ in known }
    callees += other.legs.map { leg in
      var leg = leg
      leg.recordedIn = leg.recordedIn ?? other.id
      return leg
    }
    seat(moved, in: wish.transferor)
    _ = self[moved].offer(terms)
    transfer = Transfer(
      transferor: wish.transferor, stayer: wish.stayer, token: wish.token, targets: [moved],
      stage: .moving(moved, nextAt: now.boot))
    let gone = close(left, .answered, by: .party) + hangUp(left)
    return gone + move(moved, at: now)
  }

  /// Gives a leg another's place at the relay.
  private mutating func seat(_ leg: LegID, in place: LegID) {
    let (side, address) = (self[place].side, self[place].relayAddress)
    let local = self[place].session.local
    self[leg].side = side
    self[leg].relayAddress = address
    self[leg].session = self[leg].session.placed(at: local)
  }

  /// Offers the moved party the stayer's session at its new place.
  mutating func move(_ leg: LegID, at now: Moment) -> [CallAction] {
    guard self[leg].answer == nil, moves[leg] == nil, let description = self[leg].session.described,
      let invite = self[leg].dialog?.request(.invite, body: .session(description))
    else { return joinLater(leg, at: now) }
    transfer?.stage = .moving(leg, nextAt: nil)
    return [send(invite, on: leg, for: .joining)]
  }

  /// The moved party's answer: the stayer is offered its session in turn.
  mutating func moved(_ response: SIPResponse, _ leg: LegID, at now: Moment) -> [CallAction] {
    switch response.status {
    case ..<300:
      guard case .session(let answer) = response.body,
        self[leg].session.takeAnswer(answer) != nil
      else { return joinFailed(.incompatibleMedia, at: now) }
      return join(leg, at: now)
    case StatusCode.requestPending: return joinLater(leg, at: now)
    default: return joinFailed(.incompatibleMedia, at: now)
    }
  }
}
