import NodeContract
import SIP

/// Attended transfer into a conference: of two calls of the transferor's one is a seat there, which the
/// other party of the other call takes. Phones say so in either of both calls.
extension Exchange {
  /// REFER in the call whose other party is to sit there.
  mutating func takeSeat(
    _ wish: TransferWish, of id: CallID, from seated: CallMachine, _ replaces: Replaces,
    at now: Moment
  ) {
    guard let stay = seated.stay, let call = calls[id]?.machine else { return }
    guard seated.caller.party == call[wish.transferor].party else {
      return update(id, at: now) { $0.tell(StatusCode.forbidden) }
    }
    guard !replaces.isEarlyOnly else {
      return update(id, at: now) { $0.tell(StatusCode.busyHere) }
    }
    update(id, at: now) { $0.transfer(wish, into: stay, at: now) }
    // Else its party has no session to sit there with, and the transferor was told so.
    guard calls[id]?.machine.stay == stay else { return }
    update(seated.id, at: now) { $0.seatIsGiven(at: now) }
  }

  /// REFER in the conference.
  mutating func giveSeat(of id: CallID, toPartyOf replaces: Replaces, at now: Moment) {
    guard let seated = calls[id]?.machine, let stay = seated.stay else { return }
    guard let place = leg(replacedBy: replaces), place.call != id,
      let call = calls[place.call]?.machine, call.tenant == seated.tenant,
      let stayer = call.partner(of: place.leg)
    else { return update(id, at: now) { $0.tell(StatusCode.dialogDoesNotExist) } }
    guard call[place.leg].party == seated.caller.party else {
      return update(id, at: now) { $0.tell(StatusCode.forbidden) }
    }
    guard !replaces.isEarlyOnly else {
      return update(id, at: now) { $0.tell(StatusCode.busyHere) }
    }
    guard call.canLose(place.leg) else {
      return update(id, at: now) { $0.tell(StatusCode.requestPending) }
    }
    update(place.call, at: now) {
      $0.transfer(stayer, leftBy: place.leg, into: stay, at: now) ?? []
    }
    let isSeated = calls[place.call]?.machine.stay == stay
    update(id, at: now) {
      isSeated ? $0.seatIsGiven(at: now) : $0.tell(StatusCode.notAcceptableHere)
    }
  }
}

extension CallMachine {
  /// Whether the leg is the party of ours in a conference.
  func isSeated(_ leg: LegID) -> Bool {
    guard case .attended = state else { return false }
    return stay?.number != nil && leg == caller.id && caller.isOpen
  }
}
