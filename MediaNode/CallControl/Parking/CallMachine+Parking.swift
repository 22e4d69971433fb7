import Announcements
import NodeContract
import SIP

/// A party waits under music at a parking place. While it waits the exchange itself is its other party;
/// when somebody takes it, or its parker is rung, it is a party whose other one has left, and whoever
/// comes takes that one's place as in a transfer.
extension CallMachine {
  /// Whether that leg's partner can be parked by it now.
  func canPark(from leg: LegID) -> Bool {
    guard case .talking = state, partner(of: leg) != nil, !self[leg].isTrunk else { return false }
    return transfer == nil && referral == nil && renegotiation == nil && isSettled
  }

  /// The parker hands the stayer over to a parking place, and leaves.
  mutating func park(_ wish: TransferWish, at slot: UInt8, for parker: ExtensionID, at now: Moment)
    -> [CallAction]
  {
    guard let left = leave(wish, to: .parked, at: now) else {
      return tell(StatusCode.notAcceptableHere)
    }
    (recording, stay) = (nil, nil)
    parking = Parking(
      slot: slot, parker: parker, place: wish.transferor,
      returnsAt: now.boot.advanced(by: limits.parking))
    return left
  }

  // MARK: - Somebody comes for it

  /// Whether whoever dials the place gets the party now.
  var canBeTaken: Bool {
    guard case .attended = state, parking != nil else { return false }
    return caller.isOpen && caller.answer == nil && !isOfferingAttendance && !isAway(caller.id)
  }

  /// The newcomer dialled the place.
  mutating func taken(
    by newcomer: Leg, _ token: RequestToken, _ offer: AudioTerms, at now: Moment
  ) -> [CallAction] {
    guard let place = leavePlace() else { return [] }
    return replaced(place, by: newcomer, token, offer, at: now)
  }

  /// The parker's devices are asked to take it back. The token names the receipt of their answer.
  mutating func returns(to legs: [Leg], _ token: RequestToken, until: BootInstant, at now: Moment)
    -> [CallAction]
  {
    guard let place = leavePlace() else { return waitOn(at: now) }
    parking?.returns &+= 1
    let wish = TransferWish(
      transferor: place, stayer: caller.id, token: token, target: SIPURI(host: ""), replaces: nil,
      hops: 0)
    return transfer(wish, to: legs, until: until)
  }

  /// Stands where the parker has just left. Nil: something is under way with the party.
  private mutating func leavePlace() -> LegID? {
    guard canBeTaken, case .attended(let until) = state, let parking else { return nil }
    state = .talking(parking.place, until: until)
    attendance = nil
    return parking.place
  }

  /// Nobody took it: it waits on at its place. Nil: it does not wait.
  mutating func parkAgain(at now: Moment) -> [CallAction]? {
    guard parking != nil, caller.isOpen, case .talking(_, let until) = state else { return nil }
    state = .attended(until: until)
    attendance = Attendance(purpose: .parked)
    return waitOn(at: now) + offerAttendanceLater(at: now)
  }

  /// Comes back another time. Whoever came back in vain too often is hung up.
  mutating func waitOn(at now: Moment) -> [CallAction] {
    guard let parking, parking.returns < limits.parkingReturns else {
      return end(.answered, at: now)
    }
    self.parking?.returnsAt = now.boot.advanced(by: limits.parking)
    return []
  }

  /// The parker cannot be rung.
  mutating func returnsInVain(at now: Moment) -> [CallAction] {
    parking?.returns &+= 1
    return waitOn(at: now)
  }

  // MARK: - Time

  /// When it comes back to its parker; nil: it is not waiting.
  var parkingDeadline: BootInstant? {
    guard case .attended = state else { return nil }
    return parking?.returnsAt
  }

  mutating func parkingDeadlinePassed(at now: Moment) -> [CallAction] {
    guard let deadline = parkingDeadline, deadline <= now.boot else { return [] }
    guard canBeTaken else {
      let pause = caller.glarePause
      parking?.returnsAt = now.boot.advanced(by: pause)
      return []
    }
    // Until the exchange has found the parker's devices.
    parking?.returnsAt = now.boot.advanced(by: limits.parking)
    return [.returnParked]
  }
}
