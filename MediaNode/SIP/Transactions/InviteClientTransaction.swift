/// An INVITE of ours (RFC 3261 section 17.1.1, RFC 6026 section 8.4).
struct InviteClientTransaction: Sendable {
  enum State: Hashable, Sendable {
    /// Nothing came back. Leads to `proceeding`, `completed`, `accepted` or `ended`.
    case calling
    /// A provisional response came. Leads to `completed`, `accepted` or `ended`.
    case proceeding
    /// A final response other than 2xx came and was acknowledged; its repetitions are
    /// acknowledged again. Leads to `ended`.
    case completed
    /// A 2xx came; more of them, also of other branches of a fork, go to the user. Leads to
    /// `ended`.
    case accepted
    case ended
  }

  /// How far a CANCEL got.
  private enum Cancellation {
    case none
    /// The user wants it; no provisional response came yet (RFC 3261 section 9.1).
    case wanted
    case sent
  }

  private(set) var state = State.calling
  private(set) var request: SIPRequest
  private var isReliable: Bool
  private let timers: TransactionTimers
  private let lifetime: Duration
  private var interval: Duration
  private var cancellation = Cancellation.none
  /// What the CANCEL says in its Reason field (RFC 3326).
  private(set) var reason: String?

  /// - Parameter lifetime: how long after its last provisional response it is cancelled.
  init(_ request: SIPRequest, isReliable: Bool, timers: TransactionTimers, lifetime: Duration) {
    self.request = request
    self.isReliable = isReliable
    self.timers = timers
    self.lifetime = lifetime
    interval = timers.t1
  }

  /// Sends the request; timers A and B.
  func start() -> [ClientTransactionAction] {
    [.send(request)] + (isReliable ? [] : [.arm(.retransmission, after: interval)])
      + [.arm(.expiry, after: timers.patience)]
  }

  /// Begins again by UDP: nobody took the connection. Nil once something came back.
  mutating func fallBack() -> [ClientTransactionAction]? {
    guard state == .calling else { return nil }
    isReliable = false
    request = request.sent(by: .udp)
    return start()
  }

  /// Begins where another process left off.
  mutating func resume(isHeard: Bool) -> [ClientTransactionAction] {
    guard isHeard else { return start() }
    state = .proceeding
    return [.arm(.expiry, after: lifetime)]
  }

  /// What another process needs to carry it on; nil once it has its final response.
  func sentRequest(over flow: Flow) -> SentRequest? {
    switch state {
    case .calling, .proceeding:
      SentRequest(
        request: request, flow: flow, isHeard: state == .proceeding,
        isCancelled: cancellation != .none, reason: reason)
    case .completed, .accepted, .ended: nil
    }
  }

  mutating func receive(_ response: SIPResponse) -> [ClientTransactionAction] {
    switch state {
    case .calling, .proceeding:
      if response.isProvisional { return proceed(with: response) }
      return response.isSuccess ? accept(response) : complete(with: response)
    case .completed:
      return response.status >= 300 ? [.send(acknowledgement(of: response))] : []
    case .accepted:
      return response.isSuccess ? [.deliver(response)] : []
    case .ended:
      return []
    }
  }

  /// The lifetime begins again, unless the CANCEL is out: it has its own limit.
  private mutating func proceed(with response: SIPResponse) -> [ClientTransactionAction] {
    state = .proceeding
    let actions: [ClientTransactionAction] = [.deliver(response), .stop(.retransmission)]
    switch cancellation {
    case .none: return actions + [.arm(.expiry, after: lifetime)]
    case .wanted: return actions + sendCancel()
    case .sent: return actions
    }
  }

  /// Timer M.
  private mutating func accept(_ response: SIPResponse) -> [ClientTransactionAction] {
    state = .accepted
    return [
      .deliver(response), .stop(.retransmission), .arm(.expiry, after: timers.patience),
    ]
  }

  /// Timer D.
  private mutating func complete(with response: SIPResponse) -> [ClientTransactionAction] {
    let ack = ClientTransactionAction.send(acknowledgement(of: response))
    guard !isReliable else {
      state = .ended
      return [ack, .deliver(response), .end]
    }
    state = .completed
    return [
      ack, .deliver(response), .stop(.retransmission), .arm(.expiry, after: timers.patience),
    ]
  }

  /// The user gave up.
  mutating func cancel(because reason: String? = nil) -> [ClientTransactionAction] {
    if cancellation == .none { self.reason = reason }
    switch (state, cancellation) {
    case (.calling, .none):
      cancellation = .wanted
      return []
    case (.proceeding, .none): return sendCancel()
    case (.calling, _), (.proceeding, _), (.completed, _), (.accepted, _), (.ended, _): return []
    }
  }

  /// The peer has 64·T1 from now to end it (RFC 3261 section 9.1).
  private mutating func sendCancel() -> [ClientTransactionAction] {
    cancellation = .sent
    return [.cancel, .arm(.expiry, after: timers.patience)]
  }

  /// Timers A, B, C, D and M.
  mutating func fire(_ timer: TransactionTimer) -> [ClientTransactionAction] {
    switch (state, timer) {
    case (.calling, .retransmission):
      interval *= 2
      return [.send(request), .arm(.retransmission, after: interval)]
    case (.proceeding, .expiry) where cancellation == .none:
      return sendCancel()
    case (.calling, .expiry), (.proceeding, .expiry):
      state = .ended
      return [.timedOut, .end]
    case (.completed, .expiry), (.accepted, .expiry):
      state = .ended
      return [.end]
    case (.proceeding, .retransmission), (.completed, .retransmission),
      (.accepted, .retransmission), (.ended, _):
      return []
    }
  }

  /// The ACK of a final response other than 2xx (RFC 3261 section 17.1.1.3).
  private func acknowledgement(of response: SIPResponse) -> SIPRequest {
    var ack = request.sameHop(.ack)
    ack.headers.to = response.headers.to
    return ack
  }
}

extension SIPRequest {
  /// The ACK or CANCEL that follows this INVITE hop by hop: same target, branch and number.
  func sameHop(_ method: SIPMethod) -> SIPRequest {
    SIPRequest(
      method: method, uri: uri,
      headers: SIPHeaders(
        vias: Array(headers.vias.prefix(1)), from: headers.from, to: headers.to,
        callID: headers.callID, cseq: CSeq(headers.cseq.number, method), maxForwards: 70,
        routes: headers.routes))
  }
}
