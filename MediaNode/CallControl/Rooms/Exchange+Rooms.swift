import Announcements
import NodeContract
import SIP

/// Conferences: rooms by number, which begin with the first who dials it and end with the last.
extension Exchange {
  /// True when the INVITE wanted into a room; it is answered then.
  mutating func entersRoom(_ arrival: Arrival, _ origin: CallOrigin, at now: Moment) -> Bool {
    let dialled = arrival.request.uri.user ?? ""
    guard let number = origin.tenant.room(dialled) else { return false }
    let (stay, programme) = seat(
      inRoom: number, of: origin.tenant.id, origin.tenant.snapshot.dialling.language)
    attend(arrival, origin, called: dialled, at: now, hasRoom: hasSeat(in: stay.room)) {
      $0.begin(in: stay, saying: programme, at: now)
    }
    return true
  }

  /// Where a caller of a menu sits who wants to the room, and what it hears there; nil: there is no seat.
  mutating func stay(
    inRoom number: String, of tenant: DirectoryTenant, _ language: SpokenLanguage
  ) -> (RoomStay, Programme?)? {
    let (stay, programme) = seat(inRoom: number, of: tenant.id, language)
    return hasSeat(in: stay.room) ? (stay, programme) : nil
  }

  /// Whoever comes first is told so.
  private mutating func seat(inRoom number: String, of tenant: TenantID, _ language: SpokenLanguage)
    -> (RoomStay, Programme?)
  {
    let stay = RoomStay(room: room(RoomKey(tenant: tenant, number: number)), number: number)
    guard rooms.calls(in: stay.room).isEmpty else { return (stay, nil) }
    let alone = Announcement(language.notice(.aloneInConference), in: language)
    return (stay, Programme(announcement: alone))
  }

  /// Whom a transferor hands over to a room; false: it means somebody else.
  mutating func entersRoom(_ wish: TransferWish, of id: CallID, at now: Moment) -> Bool {
    guard let call = calls[id]?.machine, let tenant = directory[call.tenant],
      isOurs(wish.target, tenant),
      let number = tenant.room(wish.target.user)
    else { return false }
    let stay = RoomStay(
      room: room(RoomKey(tenant: call.tenant, number: number)), number: number)
    guard hasSeat(in: stay.room) else {
      update(id, at: now) { $0.transferRefused(.busy) }
      return true
    }
    update(id, at: now) { $0.transfer(wish, into: stay, at: now) }
    return true
  }

  private mutating func room(_ key: RoomKey) -> RoomID { rooms[key] ?? nextRoom() }

  mutating func nextRoom() -> RoomID {
    serial += 1
    return RoomID(number: serial)
  }

  /// Two who talk with each other take two seats.
  private func hasSeat(in room: RoomID) -> Bool {
    let taken = rooms.calls(in: room).reduce(0) { $0 + (calls[$1]?.machine.seats.count ?? 0) }
    return taken < limits.partiesPerRoom
  }

  // MARK: - Calls that the exchange answers

  /// A new call whose other party is the exchange itself; `begin` says what it does.
  /// Nil: it was refused.
  @discardableResult
  mutating func attend(
    _ arrival: Arrival, _ origin: CallOrigin, called: String, at now: Moment, hasRoom: Bool = true,
    passed: [LegParty] = [], _ begin: (inout CallMachine) -> [CallAction]
  ) -> CallID? {
    let id = CallID(at: now.wall, using: &random)
    var caller = callerLeg(arrival, origin, at: now)
    recordOffer(of: caller, id, origin, called: called, arrival, at: now)
    note(passed: passed, by: caller, in: id, of: origin.tenant.id, called: called, at: now)
    do throws(SetupFailure) {
      guard self.hasRoom(for: origin.tenant.id) else { throw SetupFailure(outcome: .overloaded) }
      guard hasRoom else { throw SetupFailure(outcome: .busy) }
      guard try Self.offer(of: arrival.request, to: &caller, limits) != nil else {
        throw SetupFailure(outcome: .incompatibleMedia)
      }
      let plan = try relay(for: caller, to: arrival.address)
      caller.session = caller.session.placed(at: plan.callerLocal)
      let until = now.boot.advanced(by: limits.callDuration)
      let call = CallMachine(
        id: id, tenant: origin.tenant.id, called: called, callerToken: nextToken(),
        isOfferless: false, plan: plan, limits: limits, caller: caller, callees: [],
        state: .attended(until: until))
      let begun = index(call, arrival)
      update(id, at: now, begin)
      tellWatchers(from: nil, to: begun, at: now)
      return id
    } catch {
      refuse(error.outcome, caller, id, origin.tenant.id, arrival, at: now)
      return nil
    }
  }

  // MARK: - Who is where

  mutating func move(
    _ call: CallID, of tenant: TenantID, from before: RoomStay?, to after: RoomStay?
  ) {
    if let after { rooms.enter(call, of: tenant, after) }
    if let before { rooms.leave(call, before.room) }
  }

  mutating func reviewSupervision(in stay: RoomStay, at now: Moment) {
    if stay.number == nil { reviewSupervision(in: stay.room, at: now) }
  }

  /// Whoever listened to two who do not talk any more hangs up; two whom nobody hears any more talk
  /// by themselves.
  mutating func reviewSupervision(in room: RoomID, at now: Moment) {
    let present = rooms.calls(in: room).sorted().filter { id in
      calls[id].map { $0.machine.stay?.number == nil && $0.machine.page == nil } ?? true
    }
    let supervised = present.filter { calls[$0]?.machine.attendance == nil }
    if supervised.count == present.count {
      for id in supervised { update(id, at: now) { $0.unsupervised() } }
    } else if supervised.isEmpty {
      for id in present { update(id, at: now) { $0.end(.answered, at: now) } }
    }
  }
}
