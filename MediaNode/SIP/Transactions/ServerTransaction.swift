/// A peer's request other than INVITE and ACK (RFC 3261 section 17.2.2).
struct ServerTransaction: Sendable {
  enum State: Hashable, Sendable {
    /// Not answered. Leads to `proceeding`, `completed` or `ended`.
    case trying
    /// Answered provisionally. Leads to `completed` or `ended`.
    case proceeding
    /// Answered; repetitions of the request get the answer again. Leads to `ended`.
    case completed
    case ended
  }

  private(set) var state = State.trying
  /// Our latest response.
  private(set) var answer: SIPResponse?
  private let isReliable: Bool
  private let timers: TransactionTimers

  init(isReliable: Bool, timers: TransactionTimers) {
    self.isReliable = isReliable
    self.timers = timers
  }

  /// After 64·T1 the peer has given up, and an answer would be of no use.
  func start() -> [ServerTransactionAction] { [.arm(.expiry, after: timers.patience)] }

  /// The request came again.
  func repeated() -> [ServerTransactionAction] {
    switch state {
    case .trying, .ended: []
    case .proceeding, .completed: answer.map { [.send($0)] } ?? []
    }
  }

  mutating func respond(_ response: SIPResponse) -> [ServerTransactionAction] {
    switch state {
    case .trying, .proceeding:
      answer = response
      guard response.isProvisional else { return complete(with: response) }
      state = .proceeding
      return [.send(response)]
    case .completed, .ended:
      return []
    }
  }

  /// Timer J.
  private mutating func complete(with response: SIPResponse) -> [ServerTransactionAction] {
    guard !isReliable else {
      state = .ended
      return [.send(response), .end]
    }
    state = .completed
    return [.send(response), .arm(.expiry, after: timers.patience)]
  }

  mutating func fire(_ timer: TransactionTimer) -> [ServerTransactionAction] {
    switch (state, timer) {
    case (.trying, .expiry), (.proceeding, .expiry):
      state = .ended
      return [.unanswered, .end]
    case (.completed, .expiry):
      state = .ended
      return [.end]
    case (.trying, .retransmission), (.proceeding, .retransmission),
      (.completed, .retransmission), (.ended, _):
      return []
    }
  }
}
