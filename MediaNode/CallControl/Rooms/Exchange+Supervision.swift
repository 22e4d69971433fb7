import NodeContract
import SIP

/// A supervisor hears a call that is up: listens, whispers to one of both, or joins them.
extension Exchange {
  /// True when the INVITE wanted to hear a call; it is answered then.
  mutating func supervises(
    _ arrival: Arrival, _ user: ExtensionEntry, _ origin: CallOrigin, at now: Moment
  ) -> Bool {
    let dialled = arrival.request.uri.user ?? ""
    guard let meant = origin.tenant.feature(dialled), let way = SupervisionWay(meant.feature),
      let number = meant.argument
    else { return false }
    guard user.maySupervise else {
      respond(StatusCode.forbidden, to: arrival, at: now)
      return true
    }
    guard let entry = origin.tenant.extensionsByNumber[number] else {
      respond(StatusCode.notFound, to: arrival, at: now)
      return true
    }
    guard let place = talking(at: entry.key(in: origin.tenant), besides: user.id) else {
      respond(StatusCode.temporarilyUnavailable, to: arrival, at: now)
      return true
    }
    supervise(place, way, arrival, origin, called: dialled, at: now)
    return true
  }

  /// The call in which that extension talks, and its leg; of several the one that began last. Nobody
  /// listens to a call of its own.
  private func talking(at key: BindingKey, besides supervisor: ExtensionID) -> LegKey? {
    (lines[key] ?? []).sorted().reversed().lazy.compactMap { id in
      guard let call = calls[id]?.machine, case .talking = call.state,
        !call.extensions.contains(supervisor)
      else { return nil }
      return call.talker(at: key.extension).map { LegKey(call: id, leg: $0) }
    }.first
  }

  private mutating func supervise(
    _ place: LegKey, _ way: SupervisionWay, _ arrival: Arrival, _ origin: CallOrigin,
    called: String, at now: Moment
  ) {
    guard let call = calls[place.call]?.machine else { return }
    let room = call.stay?.room ?? nextRoom()
    let role = way.role(beside: call, call[place.leg].side)
    attend(arrival, origin, called: called, at: now) {
      $0.begin(in: RoomStay(room: room, number: nil, role: role), saying: nil, at: now)
    }
    // It may have been refused.
    guard rooms.calls(in: room).contains(where: { $0 != place.call }) else { return }
    update(place.call, at: now) { $0.supervised(in: room) }
  }
}

/// How a supervisor hears a call.
enum SupervisionWay: Hashable, Sendable, CaseIterable {
  case listening, whispering, joining

  init?(_ feature: Feature) {
    switch feature {
    case .listen: self = .listening
    case .whisper: self = .whispering
    case .join: self = .joining
    default: return nil
    }
  }

  fileprivate func role(beside call: CallMachine, _ side: RelaySide) -> RoomSeat.Role {
    switch self {
    case .listening: .listener
    case .whispering: .whisperer(to: call.plan.id, side)
    case .joining: .talker
    }
  }
}

extension CallMachine {
  /// The leg of that extension, while it talks with somebody.
  fileprivate func talker(at id: ExtensionID) -> LegID? {
    [caller.id, connected].compactMap(\.self).first { leg in
      guard case .extension(id, _) = self[leg].party else { return false }
      return partner(of: leg) != nil
    }
  }
}
