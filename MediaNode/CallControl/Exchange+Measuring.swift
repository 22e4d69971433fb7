public import NodeContract

/// What the relay measured of a leg's audio goes on record when the leg leaves the relay, a moment after
/// its end.
extension Exchange {
  mutating func measure(_ leg: LegID, of id: CallID) {
    guard let call = calls[id]?.machine, relays[call.plan.id] != nil,
      measuring.count < limits.measuredLegs
    else { return }
    measuring[leg] = MeasuredLeg(
      tenant: call.tenant, call: call[leg].recordedIn ?? id, epoch: call[leg].epoch)
    outbox.append(.measureRelay(call.plan.id, side: call[leg].side, leg))
  }

  /// The answer to `measureRelay`; nil: the relay was not open any more.
  public mutating func legMeasured(_ leg: LegID, _ media: LegMedia?, at now: Moment)
    -> [ExchangeAction]
  {
    guard let measured = measuring.removeValue(forKey: leg), let media, media.packets > 0 else {
      return []
    }
    let fact = fact(
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
