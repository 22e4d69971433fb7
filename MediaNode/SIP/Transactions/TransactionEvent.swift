/// Names one server transaction: a request that came in and our answers to it. Never reused.
public struct ServerTransactionID: Hashable, Sendable {
  let serial: UInt64
}

/// Names one client transaction: a request of ours and the answers to it. Never reused.
public struct ClientTransactionID: Hashable, Sendable {
  let serial: UInt64
}

/// What the transaction layer wants done, in this order.
public enum TransactionEvent: Hashable, Sendable {
  /// To the wire.
  case send(SIPMessage, over: Flow)
  /// A new request for the user; its topmost Via already has `received` and `rport`.
  /// Never an ACK or a CANCEL.
  case request(SIPRequest, ServerTransactionID, over: Flow)
  /// A CANCEL for this INVITE, which has no final response yet. The CANCEL is already answered
  /// 200; the user answers the INVITE 487 (RFC 3261 section 9.2).
  case cancelled(ServerTransactionID)
  /// The ACK of a 2xx; it belongs to a dialog, not to a transaction (RFC 3261 section 17).
  case acknowledged(SIPRequest, over: Flow)
  /// Every response for the user: provisional, each repetition of a 2xx, the first other final.
  case response(SIPResponse, ClientTransactionID)
  /// No final response came in time (timer B or F, or after a CANCEL); the transaction is over.
  case timedOut(ClientTransactionID)
  /// Our final response, 3xx to 6xx, was never acknowledged (timer H); the transaction is over.
  case acknowledgementMissing(ServerTransactionID)
  /// The user gave no final response within the limit; the transaction is over.
  case unanswered(ServerTransactionID)
  /// A response that matches nothing, dropped; for counting.
  case stray(SIPResponse)
  /// A request over the limit of open transactions, answered 503 with Retry-After; for counting.
  case refused(SIPRequest, over: Flow)
}
