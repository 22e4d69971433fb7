import NodeContract
import SIP

/// REFER with Replaces: two calls of one party become one of the other two.
extension Exchange {
  mutating func merge(
    _ wish: TransferWish, replacing replaces: Replaces, in id: CallID, at now: Moment
  ) {
    guard let place = leg(replacedBy: replaces), place.call != id,
      let first = calls[id]?.machine, let second = calls[place.call]?.machine,
      first.tenant == second.tenant
    else { return update(id, at: now) { $0.tell(StatusCode.dialogDoesNotExist) } }
    if second.isSeated(place.leg) {
      return takeSeat(wish, of: id, from: second, replaces, at: now)
    }
    if let refusal = refusal(of: wish, first, place.leg, second, replaces) {
      return update(id, at: now) { $0.tell(refusal) }
    }
    absorb(second.id, into: id, at: now)
    update(id, at: now) { $0.merge(second, without: place.leg, for: wish, at: now) }
    outbox.append(.retireCheckpoint(second.id))
  }

  /// Nobody hands on another's calls.
  private func refusal(
    of wish: TransferWish, _ first: CallMachine, _ left: LegID, _ second: CallMachine,
    _ replaces: Replaces
  ) -> Int? {
    guard second[left].party == first[wish.transferor].party else { return StatusCode.forbidden }
    guard case .talking = second.state else { return StatusCode.dialogDoesNotExist }
    guard !replaces.isEarlyOnly else { return StatusCode.busyHere }
    guard second.canLose(left) else { return StatusCode.requestPending }
    guard first.legs.count + second.legs.count <= limits.legsPerCall else {
      return StatusCode.serviceUnavailable
    }
    return nil
  }

  /// The leg whose dialog is named, with our tag as the one that is asked.
  func leg(replacedBy replaces: Replaces) -> LegKey? {
    let key = DialogKey(callID: replaces.callID, localTag: replaces.toTag)
    guard let place = dialogs[key], let leg = calls[place.call]?.machine[place.leg],
      leg.dialog?.id.remoteTag == replaces.fromTag
    else { return nil }
    return place
  }

  /// All that is kept beside the second call belongs to the first from now on.
  private mutating func absorb(_ second: CallID, into first: CallID, at now: Moment) {
    guard let entry = calls[second] else { return }
    for leg in entry.machine.atRelay { measure(leg, of: second) }
    closeRelay(of: second)
    calls[second] = nil
    deadlines.set(nil, for: second)
    initialInvites[entry.inviteKey] = nil
    for leg in entry.machine.legs {
      dialogs[DialogKey(callID: leg.callID, localTag: leg.localTag)] = LegKey(
        call: first, leg: leg.id)
    }
    for id in entry.machine.extensions {
      let key = BindingKey(tenant: entry.machine.tenant, extension: id)
      lines[key]?.remove(second)
      lines[key, default: []].insert(first)
    }
    for (id, key) in clients where key.call == second { clients[id]?.call = first }
    for (token, server) in entry.requests {
      servers[server] = RequestKey(call: first, token: token)
    }
    for receipt in entry.receipts { receipts[receipt] = receipts[receipt].map { _ in first } }
    calls[first]?.absorb(entry)
    guard let stay = entry.machine.stay else { return }
    rooms.leave(second, stay.room)
    reviewSupervision(in: stay, at: now)
  }
}

extension CallEntry {
  fileprivate mutating func absorb(_ other: CallEntry) {
    sent.merge(other.sent) { known, _ in known }
    requests.merge(other.requests) { known, _ in known }
    credentials.merge(other.credentials) { known, _ in known }
    receipts.formUnion(other.receipts)
  }
}
