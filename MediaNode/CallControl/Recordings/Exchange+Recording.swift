public import NodeContract

/// Calls are recorded when somebody wants it.
extension Exchange {
  /// Whoever may decides; a call that is not up, or not ours, is left alone.
  public mutating func record(_ order: RecordingOrder, of call: CallID, at now: Moment)
    -> [ExchangeAction]
  {
    update(call, at: now) { $0.record(order, at: now) }
    return takeOutbox(at: now)
  }
}
