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

  /// An administrator decides. Nil: it is done.
  mutating func record(_ recording: RecordingOrder, _ order: ClickOrder, at now: Moment)
    -> ClickRefusal?
  {
    guard let call = calls[order.call]?.machine, call.tenant == order.tenant, call.isUp else {
      return .noCall
    }
    guard call.mayRecord(recording, as: .administrators) else { return .notAllowed }
    update(call.id, at: now) { $0.record(recording, at: now) }
    return nil
  }
}
