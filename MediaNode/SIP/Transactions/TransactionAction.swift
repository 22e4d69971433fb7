/// The two timers of a transaction.
enum TransactionTimer: Hashable, Sendable {
  /// Timers A, E, G.
  case retransmission
  /// All others: at most one of them runs at a time.
  case expiry
}

/// What a client transaction wants done.
enum ClientTransactionAction: Hashable, Sendable {
  case send(SIPRequest)
  case deliver(SIPResponse)
  /// Replaces a timer of that kind which still runs.
  case arm(TransactionTimer, after: Duration)
  case stop(TransactionTimer)
  /// A provisional response came for what is to be cancelled: send the CANCEL.
  case cancel
  case timedOut
  /// The last action: forget the transaction.
  case end
}

/// What a server transaction wants done.
enum ServerTransactionAction: Hashable, Sendable {
  case send(SIPResponse)
  /// Replaces a timer of that kind which still runs.
  case arm(TransactionTimer, after: Duration)
  case stop(TransactionTimer)
  case acknowledged(SIPRequest)
  case cancelled
  case acknowledgementMissing
  case unanswered
  /// The last action: forget the transaction.
  case end
}
