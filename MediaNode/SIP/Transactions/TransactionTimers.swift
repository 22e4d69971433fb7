/// The round-trip estimates that all timers derive from (RFC 3261 section 17.1.1.1 and table 4).
public struct TransactionTimers: Hashable, Sendable {
  /// An estimate of the round-trip time.
  public var t1: Duration
  /// The longest interval between retransmissions, but for the INVITE's own.
  public var t2: Duration
  /// How long a message may stay in the network.
  public var t4: Duration

  public init(t1: Duration, t2: Duration, t4: Duration) {
    self.t1 = t1
    self.t2 = t2
    self.t4 = t4
  }

  /// 500 ms, 4 s and 5 s.
  public static let standard = TransactionTimers(
    t1: .milliseconds(500), t2: .seconds(4), t4: .seconds(5))

  /// Timers B, D, F, H, J, L and M: after that long nobody retransmits any more.
  public var patience: Duration { t1 * 64 }
}

/// The bounds of the transaction layer, all in one place.
public struct TransactionLimits: Hashable, Sendable {
  /// So many transactions may be open before new requests outside dialogs are answered 503. Those
  /// other than INVITE that have their answer are forgotten before, the oldest first.
  public var openTransactions: Int
  /// So many more are kept for requests within dialogs: calls in progress must be able to end.
  public var reserveForDialogs: Int
  /// How long an INVITE may go without a final response: one of ours since its last provisional
  /// response (timer C, RFC 3261 section 16.6), then it is cancelled; a peer's since it came.
  public var inviteLifetime: Duration
  /// The Retry-After of a 503, in seconds.
  public var retryAfter: Int

  public init(
    openTransactions: Int, reserveForDialogs: Int, inviteLifetime: Duration, retryAfter: Int
  ) {
    self.openTransactions = openTransactions
    self.reserveForDialogs = reserveForDialogs
    self.inviteLifetime = inviteLifetime
    self.retryAfter = retryAfter
  }

  /// 50,000 and 10,000 transactions, 5 minutes, 5 seconds.
  public static let standard = TransactionLimits(
    openTransactions: 50_000, reserveForDialogs: 10_000, inviteLifetime: .seconds(300),
    retryAfter: 5)
}
