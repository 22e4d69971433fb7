/// A peer's INVITE (RFC 3261 section 17.2.1, RFC 6026 section 8.5).
struct InviteServerTransaction: Sendable {
  enum State: Hashable, Sendable {
    /// Not answered finally. Leads to `completed`, `accepted` or `ended`.
    case proceeding
    /// Answered 3xx to 6xx, which is repeated until the ACK. Leads to `confirmed` or `ended`.
    case completed
    /// That ACK came; repetitions of it are absorbed. Leads to `ended`.
    case confirmed
    /// Answered 2xx; repetitions of the INVITE are absorbed, those of the 2xx are the user's.
    /// Leads to `ended`.
    case accepted
    case ended
  }

  private(set) var state = State.proceeding
  /// Our latest response.
  private(set) var answer: SIPResponse?
  private var wasCancelled = false
  private let isReliable: Bool
  private let timers: TransactionTimers
  private let lifetime: Duration
  private var interval: Duration

  /// - Parameter lifetime: how long the user may take for a final response.
  init(isReliable: Bool, timers: TransactionTimers, lifetime: Duration) {
    self.isReliable = isReliable
    self.timers = timers
    self.lifetime = lifetime
    interval = timers.t1
  }

  func start() -> [ServerTransactionAction] { [.arm(.expiry, after: lifetime)] }

  /// The tag by which our latest answer named us.
  var localTag: String? { answer?.headers.to.tag }

  /// The INVITE came again.
  func repeated() -> [ServerTransactionAction] {
    switch state {
    case .proceeding, .completed: answer.map { [.send($0)] } ?? []
    case .confirmed, .accepted, .ended: []
    }
  }

  /// A CANCEL came, perhaps again.
  mutating func cancel() -> [ServerTransactionAction] {
    guard state == .proceeding, !wasCancelled else { return [] }
    wasCancelled = true
    return [.cancelled]
  }

  mutating func respond(_ response: SIPResponse) -> [ServerTransactionAction] {
    switch state {
    case .proceeding:
      answer = response
      if response.isProvisional { return [.send(response)] }
      return response.isSuccess ? accept(with: response) : complete(with: response)
    case .accepted:
      return response.isSuccess ? [.send(response)] : []
    case .completed, .confirmed, .ended:
      return []
    }
  }

  /// Timer L.
  private mutating func accept(with response: SIPResponse) -> [ServerTransactionAction] {
    state = .accepted
    return [.send(response), .arm(.expiry, after: timers.patience)]
  }

  /// Timers G and H.
  private mutating func complete(with response: SIPResponse) -> [ServerTransactionAction] {
    state = .completed
    return [.send(response)] + (isReliable ? [] : [.arm(.retransmission, after: interval)])
      + [.arm(.expiry, after: timers.patience)]
  }

  /// An ACK came with this transaction's branch: of our 3xx to 6xx, or from a peer of RFC 2543,
  /// or a careless one, of our 2xx. Timer I.
  mutating func acknowledge(_ ack: SIPRequest) -> [ServerTransactionAction] {
    switch state {
    case .completed where isReliable:
      state = .ended
      return [.end]
    case .completed:
      state = .confirmed
      return [.stop(.retransmission), .arm(.expiry, after: timers.t4)]
    case .accepted:
      return [.acknowledged(ack)]
    case .proceeding, .confirmed, .ended:
      return []
    }
  }

  /// Timers G, H, I and L, and the lifetime.
  mutating func fire(_ timer: TransactionTimer) -> [ServerTransactionAction] {
    switch (state, timer) {
    case (.completed, .retransmission):
      interval = min(interval * 2, timers.t2)
      return answer.map { [.send($0), .arm(.retransmission, after: interval)] } ?? []
    case (.proceeding, .expiry):
      state = .ended
      return [.unanswered, .end]
    case (.completed, .expiry):
      state = .ended
      return [.acknowledgementMissing, .end]
    case (.confirmed, .expiry), (.accepted, .expiry):
      state = .ended
      return [.end]
    case (.proceeding, .retransmission), (.confirmed, .retransmission),
      (.accepted, .retransmission), (.ended, _):
      return []
    }
  }
}
