/// A request of ours other than INVITE and ACK (RFC 3261 section 17.1.2).
struct ClientTransaction: Sendable {
  enum State: Hashable, Sendable {
    /// Nothing came back. Leads to `proceeding`, `completed` or `ended`.
    case trying
    /// A provisional response came. Leads to `completed` or `ended`.
    case proceeding
    /// A final response came; its repetitions are absorbed. Leads to `ended`.
    case completed
    case ended
  }

  private(set) var state = State.trying
  private var request: SIPRequest
  private var isReliable: Bool
  private let timers: TransactionTimers
  private var interval: Duration

  init(_ request: SIPRequest, isReliable: Bool, timers: TransactionTimers) {
    self.request = request
    self.isReliable = isReliable
    self.timers = timers
    interval = timers.t1
  }

  /// Sends the request; timers E and F.
  func start() -> [ClientTransactionAction] {
    [.send(request)] + (isReliable ? [] : [.arm(.retransmission, after: interval)])
      + [.arm(.expiry, after: timers.patience)]
  }

  /// Begins again by UDP: nobody took the connection. Nil once something came back.
  mutating func fallBack() -> [ClientTransactionAction]? {
    guard state == .trying else { return nil }
    isReliable = false
    request = request.sent(by: .udp)
    return start()
  }

  /// What another process needs to carry it on; nil once it has its final response. Whoever
  /// carries it on sends it again: the peer knows it by its branch.
  func sentRequest(over flow: Flow) -> SentRequest? {
    switch state {
    case .trying, .proceeding: SentRequest(request: request, flow: flow, isHeard: false)
    case .completed, .ended: nil
    }
  }

  mutating func receive(_ response: SIPResponse) -> [ClientTransactionAction] {
    switch state {
    case .trying, .proceeding:
      guard response.isProvisional else { return complete(with: response) }
      state = .proceeding
      return [.deliver(response)]
    case .completed, .ended:
      return []
    }
  }

  /// Timer K.
  private mutating func complete(with response: SIPResponse) -> [ClientTransactionAction] {
    guard !isReliable else {
      state = .ended
      return [.deliver(response), .end]
    }
    state = .completed
    return [.deliver(response), .stop(.retransmission), .arm(.expiry, after: timers.t4)]
  }

  /// Timers E, F and K.
  mutating func fire(_ timer: TransactionTimer) -> [ClientTransactionAction] {
    switch (state, timer) {
    case (.trying, .retransmission):
      interval = min(interval * 2, timers.t2)
      return [.send(request), .arm(.retransmission, after: interval)]
    case (.proceeding, .retransmission):
      interval = timers.t2
      return [.send(request), .arm(.retransmission, after: interval)]
    case (.trying, .expiry), (.proceeding, .expiry):
      state = .ended
      return [.timedOut, .end]
    case (.completed, .expiry):
      state = .ended
      return [.end]
    case (.completed, .retransmission), (.ended, _):
      return []
    }
  }
}
