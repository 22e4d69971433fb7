import Announcements
import NodeContract
import SIP

/// Parking: a call is left at a place of the tenant's, with a code or by a blind transfer to one, and taken
/// up again at any extension by whoever dials the place.
extension Exchange {
  /// True when the INVITE parks a call or takes one; it is answered then.
  mutating func parks(
    _ arrival: Arrival, _ user: ExtensionEntry, _ origin: CallOrigin, at now: Moment
  ) -> Bool {
    let tenant = origin.tenant
    guard let meant = tenant.feature(arrival.request.uri.user), meant.feature == .park else {
      return false
    }
    let slot =
      meant.argument.map { parkingSlot($0) }
      ?? parked.free(
        of: tenant.id, most: limits.parkingPlaces)
    if let slot, let waiting = parked[ParkingPlace(tenant: tenant.id, slot: slot)] {
      take(waiting, arrival, user, at: now)
    } else {
      park(at: slot, arrival, user, origin, at: now)
    }
    return true
  }

  /// Whom a transferor parks; false: it means somebody else.
  mutating func parks(_ wish: TransferWish, of id: CallID, at now: Moment) -> Bool {
    guard let call = calls[id]?.machine, let tenant = directory[call.tenant],
      isOurs(wish.target, tenant), let meant = tenant.feature(wish.target.user),
      meant.feature == .park
    else { return false }
    guard case .extension(let parker, _) = call[wish.transferor].party,
      let slot = freeSlot(meant.argument, of: tenant.id)
    else {
      update(id, at: now) { $0.transferRefused(.busy) }
      return true
    }
    update(id, at: now) { $0.park(wish, at: slot, for: parker, at: now) }
    return true
  }

  /// Nil: there is no such place, somebody is there, or all are taken.
  private func freeSlot(_ argument: String?, of tenant: TenantID) -> UInt8? {
    guard let argument else { return parked.free(of: tenant, most: limits.parkingPlaces) }
    return parkingSlot(argument).flatMap {
      parked[ParkingPlace(tenant: tenant, slot: $0)] == nil ? $0 : nil
    }
  }

  /// `1` to `99`, without zeros before.
  func parkingSlot(_ text: String) -> UInt8? {
    guard let slot = UInt8(text), slot >= 1, slot <= limits.parkingPlaces, text == "\(slot)" else {
      return nil
    }
    return slot
  }

  /// The place that somebody names by the tenant's code; nil: none.
  func parkingSlot(_ dialled: String?, in tenant: DirectoryTenant) -> UInt8? {
    guard let meant = tenant.feature(dialled), meant.feature == .park else { return nil }
    return meant.argument.flatMap { parkingSlot($0) }
  }

  // MARK: - Parking

  /// The call that the caller holds, or talks in, goes to the place; the caller hears its name.
  private mutating func park(
    at slot: UInt8?, _ arrival: Arrival, _ user: ExtensionEntry, _ origin: CallOrigin,
    at now: Moment
  ) {
    let language = origin.tenant.snapshot.dialling.language
    guard let slot, let held = parkable(by: user, of: origin.tenant) else {
      return tell(language.notice(.nothingParked), arrival, origin, at: now)
    }
    let name = origin.tenant.snapshot.features.text(.park, "\(slot)") ?? "\(slot)"
    tell(language.digits(name), arrival, origin, at: now)
    guard let call = calls[held.call]?.machine, let stayer = call.partner(of: held.leg) else {
      return
    }
    let wish = TransferWish(
      transferor: held.leg, stayer: stayer, token: nextToken(), target: SIPURI(host: ""),
      replaces: nil, hops: 0)
    update(held.call, at: now) { $0.park(wish, at: slot, for: user.id, at: now) }
  }

  /// What is held goes first, and of several the one that began last.
  private func parkable(by user: ExtensionEntry, of tenant: DirectoryTenant) -> LegKey? {
    let places = (lines[user.key(in: tenant)] ?? []).sorted().reversed().flatMap { id in
      calls[id].map { entry in
        entry.machine.legs.filter { leg in
          leg.isOpen && leg.party == .extension(user.id, number: user.number)
            && entry.machine.canPark(from: leg.id)
        }.map { LegKey(call: id, leg: $0.id) }
      } ?? []
    }
    return places.first { calls[$0.call]?.machine[$0.leg].session.isHolding == true }
      ?? places.first
  }

  private mutating func tell(
    _ prompts: [Prompt], _ arrival: Arrival, _ origin: CallOrigin, at now: Moment
  ) {
    let language = origin.tenant.snapshot.dialling.language
    let programme = Programme(announcement: Announcement(prompts, in: language))
    attend(arrival, origin, called: arrival.request.uri.user ?? "", at: now) {
      $0.begin(telling: programme, at: now)
    }
  }

  // MARK: - Taking

  private mutating func take(
    _ id: CallID, _ arrival: Arrival, _ user: ExtensionEntry, at now: Moment
  ) {
    guard let call = calls[id]?.machine, let parking = call.parking, call.canBeTaken else {
      return respond(StatusCode.busyHere, to: arrival, at: now)
    }
    takePlace(of: LegKey(call: id, leg: parking.place), arrival, user, at: now) {
      $0.taken(by: $1, $2, $3, at: now)
    }
  }

  /// The parker is rung at all its devices, whatever its rules say: it is its own call that comes back.
  mutating func returnParked(of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let parking = call.parking,
      let tenant = directory[call.tenant], let parker = tenant.extensionsByID[parking.parker],
      case .targets(let targets) = devices(of: parker, for: call, in: tenant, at: now)
    else { return update(id, at: now) { $0.returnsInVain(at: now) } }
    let room = max(0, limits.legsPerCall - call.legs.count)
    let legs = targets.prefix(room).map {
      outgoingLeg($0, in: call[parking.place], hops: 70, at: now)
    }
    guard !legs.isEmpty else { return update(id, at: now) { $0.returnsInVain(at: now) } }
    admit(legs, to: call, called: parker.number, from: call.caller.number, at: now)
    let token = nextToken()
    let until = now.boot.advanced(by: tenant.snapshot.ringTimeout)
    update(id, at: now) { $0.returns(to: legs, token, until: until, at: now) }
  }

  private func devices(
    of parker: ExtensionEntry, for call: CallMachine, in tenant: DirectoryTenant, at now: Moment
  ) -> CallDestination.Kind {
    let stayer = call.caller
    let origin = CallOrigin(
      tenant: tenant, party: stayer.party, number: stayer.number, displayName: nil, time: now.wall,
      isWithheld: stayer.number == CallerIdentity.anonymous)
    return allDevices(of: parker, called: parker.number, from: origin).kind
  }

  // MARK: - Who waits where

  /// Keeps the lot, and its lamps, as the call says.
  mutating func move(
    _ id: CallID, of tenant: TenantID, from before: Parking?, to after: Parking?, at now: Moment
  ) {
    guard before?.slot != after?.slot else { return }
    for (slot, isThere) in [(before?.slot, false), (after?.slot, true)] {
      guard let place = slot.map({ ParkingPlace(tenant: tenant, slot: $0) }) else { continue }
      if isThere { parked.enter(id, place) } else { parked.leave(id, place) }
      tellWatchers(of: place, at: now)
    }
  }

  /// A call of another machine's that waits where somebody waits already goes to another place.
  func ours(_ parking: Parking, of tenant: TenantID) -> Parking {
    guard parked[ParkingPlace(tenant: tenant, slot: parking.slot)] != nil,
      let free = parked.free(of: tenant, most: limits.parkingPlaces)
    else { return parking }
    return Parking(
      slot: free, parker: parking.parker, place: parking.place, returnsAt: parking.returnsAt,
      returns: parking.returns)
  }

  // MARK: - Lamps

  /// What the lamp of a place shows: whoever waits there.
  func waiting(at place: ParkingPlace) -> [DialogInfo.Entry] {
    guard let id = parked[place], let leg = calls[id]?.machine.caller else { return [] }
    return [
      DialogInfo.Entry(
        id: leg.id, callID: leg.callID, localTag: leg.localTag, remoteTag: leg.remoteTag ?? "",
        isInitiator: true, state: .confirmed, remote: Legible.text(leg.number))
    ]
  }

  private mutating func tellWatchers(of place: ParkingPlace, at now: Moment) {
    let resource = EventResource(
      tenant: place.tenant, extension: .parkingPlace(place.slot), package: .dialog)
    guard subscriptions.isWatched(resource) else { return }
    tellWatchers(of: resource, at: now)
  }
}
