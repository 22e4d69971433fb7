public import NodeContract

/// All transactions of a SIP element (RFC 3261 section 17 with RFC 6026) as one value.
///
/// It answers nothing by itself but CANCEL (200 or 481), retransmissions, finals other than 2xx
/// (with their ACK), and requests over the limit. Repeating a 2xx until its ACK comes is the
/// user's task (RFC 3261 section 13.3.1.4): ``respond(_:to:at:)`` sends it again each time, and
/// ``Retransmission`` says when.
public struct TransactionLayer: Sendable {
  public init(timers: TransactionTimers = .standard, limits: TransactionLimits = .standard) {
  }

  /// Takes a message off the wire. `flow` is the path it came by; answers go back over it.
  public mutating func receive(
    _ message: SIPMessage, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    []
  }

  /// Puts a topmost Via with `branch` and the flow's local address on `request` and sends it.
  ///
  /// `branch` begins with ``Via/magicCookie`` and is unique. An ACK of a 2xx only goes to the
  /// wire: no transaction is made and its id names nothing; send it again with the same branch
  /// when the 2xx comes again.
  public mutating func send(
    _ request: SIPRequest, over flow: Flow, branch: String, at now: BootInstant
  ) -> (id: ClientTransactionID, events: [TransactionEvent]) {
    (ClientTransactionID(serial: 0), [])
  }

  /// Cancels an INVITE of ours: at once when a provisional response came, else as soon as one
  /// comes (RFC 3261 section 9.1). The INVITE's final response follows, or `timedOut`. Without
  /// effect once a final response came.
  public mutating func cancel(
    _ id: ClientTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    []
  }

  /// Sends a response to a request. Without effect when the transaction is over or has its final
  /// response, but a 2xx to an INVITE may be sent again until 64·T1 have passed.
  public mutating func respond(
    _ response: SIPResponse, to id: ServerTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    []
  }

  /// Does all that was due until `now`.
  public mutating func advance(to now: BootInstant) -> [TransactionEvent] {
    []
  }

  /// When `advance` has something to do next; it may turn out to be nothing.
  public var nextDeadline: BootInstant? { nil }

  /// The transactions not yet over; 0 again some time after the last message.
  public var openCount: Int { 0 }
}
