public import NodeContract

/// A request of ours without its final response, as another process may carry it on.
public struct SentRequest: Hashable, Sendable {
  /// As it went out, our Via on top.
  public var request: SIPRequest
  public var flow: Flow
  /// A provisional response came.
  public var isHeard: Bool
  /// An INVITE that was given up.
  public var isCancelled: Bool
  /// What its CANCEL says in the Reason field (RFC 3326).
  public var reason: String?
  /// It went by TCP because it is too large for a datagram.
  public var isMoved = false

  public init(
    request: SIPRequest, flow: Flow, isHeard: Bool, isCancelled: Bool = false,
    reason: String? = nil
  ) {
    self.request = request
    self.flow = flow
    self.isHeard = isHeard
    self.isCancelled = isCancelled
    self.reason = reason
  }
}

/// A peer's request whose transaction is not over, as another process may carry it on.
public struct HeardRequest: Hashable, Sendable {
  public var key: ServerTransactionKey
  public var flow: Flow
  /// Our latest response.
  public var answer: SIPResponse?

  public init(key: ServerTransactionKey, flow: Flow, answer: SIPResponse? = nil) {
    self.key = key
    self.flow = flow
    self.answer = answer
  }
}

/// Transactions outlive their process: what is open leaves one layer as values and goes on in
/// another. Timers begin anew there, so a peer is given more patience rather than less.
extension TransactionLayer {
  /// Nil when it has its final response, or never was.
  public func sentRequest(_ id: ClientTransactionID) -> SentRequest? {
    guard let record = clients[id] else { return nil }
    var sent: SentRequest? =
      switch record.machine {
      case .invite(let machine): machine.sentRequest(over: record.flow)
      case .other(let machine): machine.sentRequest(over: record.flow)
      case .cancel: nil
      }
    sent?.isMoved = record.isMoved
    return sent
  }

  /// Nil when it is over, or never was.
  public func heardRequest(_ id: ServerTransactionID) -> HeardRequest? {
    servers[id].map {
      HeardRequest(key: $0.key, flow: $0.flow, answer: $0.machine.answer)
    }
  }

  /// Carries on a request of ours: sends it again unless it was heard, and the CANCEL of one that
  /// was given up.
  public mutating func resume(_ sent: SentRequest, at now: BootInstant) -> (
    id: ClientTransactionID, events: [TransactionEvent]
  ) {
    let id = ClientTransactionID(serial: nextSerial())
    let headers = sent.request.headers
    guard let key = ClientTransactionKey(via: headers.vias.first, method: headers.cseq.method)
    else { return (id, []) }
    let machine = machine(for: sent.request, over: sent.flow)
    var events = open(
      machine, id, key, over: sent.flow, isMoved: sent.isMoved, at: now
    ) { $0.resume(sent) }
    if sent.isCancelled { events += cancel(id, because: sent.reason, at: now) }
    return (id, events)
  }

  /// Carries on a peer's request: its repetitions are recognised and answered as before.
  public mutating func resume(_ heard: HeardRequest, at now: BootInstant) -> ServerTransactionID {
    let id = ServerTransactionID(serial: nextSerial())
    open(
      serverMachine(for: heard.key.method, over: heard.flow), id, heard.key, over: heard.flow,
      at: now)
    if let answer = heard.answer { _ = respond(answer, to: id, at: now) }
    return id
  }
}

extension TransactionLayer.ClientMachine {
  fileprivate mutating func resume(_ sent: SentRequest) -> [ClientTransactionAction] {
    change(invite: { $0.resume(isHeard: sent.isHeard) }, other: { $0.start() })
  }
}
