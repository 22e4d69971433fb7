public import NodeContract

/// What the relay measured of a leg's audio goes on record when the leg leaves the relay, a moment after
/// its end.
extension Exchange {
  mutating func measure(_ leg: LegID, of id: CallID) {
    guard let entry = calls[id], relays[entry.machine.plan.id] != nil,
      measuring.count < limits.measuredLegs
    else { return }
    measuring[leg] = MeasuredLeg(
      tenant: entry.machine.tenant, call: entry.machine[leg].recordedIn ?? id,
      epoch: entry.machine[leg].epoch)
    outbox.append(.measureRelay(entry.machine.plan.id, side: entry.machine[leg].side, leg))
  }

  /// The answer to `measureRelay`; nil: the relay was not open any more.
  public mutating func legMeasured(_ leg: LegID, _ media: LegMedia?, at now: Moment)
    -> [ExchangeAction]
  {
    guard let measured = measuring.removeValue(forKey: leg), let media, media.packets > 0 else {
      return []
    }
    let fact = configuration.fact(
      .measured(media), tenant: measured.tenant, call: measured.call, leg: leg,
      epoch: measured.epoch, at: now)
    outbox.append(.record(fact, receipt: nil))
    return takeOutbox(at: now)
  }
}

/// A leg whose call may be forgotten before its measures come.
struct MeasuredLeg: Hashable, Sendable {
  let tenant: TenantID
  let call: CallID
  let epoch: Epoch
}
