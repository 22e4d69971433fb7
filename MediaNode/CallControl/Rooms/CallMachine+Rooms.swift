import NodeContract
import SIP

/// Rooms in which the parties of several calls hear each other.
extension CallMachine {
  /// Begins: the caller is answered, and sits in the room. Its offer is taken.
  mutating func begin(in stay: RoomStay, saying programme: Programme?, at now: Moment)
    -> [CallAction]
  {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    let description = caller.session.describe(terms.attended)
    attendance = Attendance(purpose: .room)
    self.stay = stay
    let answered = answerCaller(with: description, at: now)
    let said = programme.map { say($0, at: now) } ?? []
    return [.openRelay(plan)] + answered + said
  }

  /// The caller's INVITE is answered by us.
  mutating func answerCaller(with description: SessionDescription, at now: Moment) -> [CallAction] {
    caller.phase = .answered
    caller.dialog?.confirm()
    let response = caller.response(to: caller.invite, StatusCode.ok, body: .session(description))
    return [.record(.answered, leg: caller.id)]
      + answer(callerToken, to: caller.invite, with: response, on: caller.id, at: now)
  }

  /// The transferor hands the stayer over to a room, and leaves.
  mutating func transfer(_ wish: TransferWish, into stay: RoomStay, at now: Moment) -> [CallAction]
  {
    transfer(wish.stayer, leftBy: wish.transferor, into: stay, at: now)
      ?? tell(StatusCode.notAcceptableHere)
  }

  /// Nil: it cannot be.
  mutating func transfer(
    _ stayer: LegID, leftBy transferor: LegID, into stay: RoomStay, at now: Moment
  ) -> [CallAction]? {
    guard let left = leave(transferor, stayer, to: .room, at: now) else { return nil }
    self.stay = stay
    return left
  }

  /// The transferor leaves, and the stayer has us alone for that. Nil: it cannot, as it has no session or is a
  /// fax machine at work, to which we have nothing to say.
  mutating func leave(_ wish: TransferWish, to purpose: Attendance.Purpose, at now: Moment)
    -> [CallAction]?
  {
    leave(wish.transferor, wish.stayer, to: purpose, at: now)
  }

  private mutating func leave(
    _ transferor: LegID, _ stayer: LegID, to purpose: Attendance.Purpose, at now: Moment
  ) -> [CallAction]? {
    guard case .talking(_, let until) = state, let terms = self[stayer].session.terms,
      !terms.isFax
    else { return nil }
    isOfferless = false
    if transferor == caller.id { promote(stayer) }
    state = .attended(until: until)
    attendance = Attendance(purpose: purpose)
    let left = close(transferor, .answered, by: .party)
    referral?.hangsUp = true
    let told = referral == nil && !left.isEmpty ? hangUp(transferor) : tell(StatusCode.ok)
    return [.measure(transferor)] + left + told + offerAttendance(at: now)
  }

  /// Whoever sits here has given its seat to another, and leaves: as soon as it knows, where it asked for
  /// that in this call.
  mutating func seatIsGiven(at now: Moment) -> [CallAction] {
    let closed = close(caller.id, .answered, by: .party)
    stay = nil
    guard referral == nil else {
      referral?.hangsUp = true
      return closed + tell(StatusCode.ok)
    }
    return closed + hangUp(caller.id) + end(.answered, at: now)
  }

  /// A supervisor is about to hear both parties.
  mutating func supervised(in room: RoomID) -> [CallAction] {
    guard case .talking = state else { return [] }
    stay = RoomStay(room: room, number: nil)
    return []
  }

  /// Nobody hears them any more.
  mutating func unsupervised() -> [CallAction] {
    guard case .talking = state else { return [] }
    stay = nil
    return []
  }

  /// What the relay must do otherwise than before with what is said.
  mutating func review() -> [CallAction] {
    reviewPassage() + reviewNotice() + reviewSeats() + reviewRecording()
  }

  // MARK: - Seats

  /// What the relay must do otherwise than before. Comes after what it must decode.
  mutating func reviewSeats() -> [CallAction] {
    let due = dueSeats
    guard due != seats else { return [] }
    let before = seats
    seats = due
    return RelaySide.allCases.compactMap { side in
      due[side] == before[side] ? nil : .seat(due[side], side)
    }
  }

  /// A conference does not hear the music under which one of it holds.
  private var dueSeats: [RelaySide: RoomSeat] {
    guard let stay, passage.isDecoded else { return [:] }
    switch state {
    case .attended:
      guard caller.phase == .answered else { return [:] }
      return caller.session.isHolding
        ? [:] : [caller.side: RoomSeat(stay.room, as: stay.role)]
    case .talking:
      let seat = RoomSeat(stay.room, as: .talker)
      return [.caller: seat, .callee: seat]
    case .ringing, .settling, .holdingBack, .ending: return [:]
    }
  }
}
