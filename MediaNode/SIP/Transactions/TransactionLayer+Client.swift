public import NodeContract

extension TransactionLayer {
  /// Puts a topmost Via with `branch` and the flow's local address on `request` and sends it.
  ///
  /// `branch` begins with ``Via/magicCookie`` and is unique. An ACK of a 2xx only goes to the
  /// wire: no transaction is made and its id names nothing; send it again with the same branch
  /// when the 2xx comes again.
  ///
  /// - Parameter mayMove: the peer listens at its address for TCP too, as far as we know: there a
  ///   request goes that is too large for a datagram.
  public mutating func send(
    _ request: SIPRequest, over flow: Flow, branch: String, mayMove: Bool = false,
    at now: BootInstant
  ) -> (id: ClientTransactionID, events: [TransactionEvent]) {
    let id = ClientTransactionID(serial: nextSerial())
    let via = Via(branch: branch, over: flow)
    var request = request
    request.headers.vias.insert(via, at: 0)
    guard request.method != .ack,
      let key = ClientTransactionKey(via: via, method: request.headers.cseq.method)
    else { return (id, [.send(.request(request), over: flow)]) }
    if mayMove, let other = largeRequests.otherFlow(for: request, than: flow, at: now) {
      let machine = machine(for: request.sent(by: other.transport), over: other)
      return (id, open(machine, id, key, over: other, isMoved: true, at: now))
    }
    return (id, open(machine(for: request, over: flow), id, key, over: flow, at: now))
  }

  func machine(for request: SIPRequest, over flow: Flow) -> ClientMachine {
    let isReliable = flow.transport.isReliable
    guard request.method == .invite else {
      let machine = ClientTransaction(request, isReliable: isReliable, timers: timers)
      return request.method == .cancel ? .cancel(machine) : .other(machine)
    }
    return .invite(
      InviteClientTransaction(
        request, isReliable: isReliable, timers: timers, lifetime: limits.inviteLifetime))
  }

  mutating func open(
    _ machine: ClientMachine, _ id: ClientTransactionID, _ key: ClientTransactionKey,
    over flow: Flow, isMoved: Bool = false, at now: BootInstant,
    start: (inout ClientMachine) -> [ClientTransactionAction] = { $0.start() }
  ) -> [TransactionEvent] {
    var machine = machine
    let actions = start(&machine)
    clients[id] = Record(machine: machine, key: key, flow: flow, isMoved: isMoved)
    clientIDs[key] = id
    return perform(actions, of: id, at: now)
  }

  /// Cancels an INVITE of ours: at once when a provisional response came, else as soon as one
  /// comes (RFC 3261 section 9.1). The INVITE's final response follows, or `timedOut`. Without
  /// effect once a final response came.
  ///
  /// - Parameter reason: the value of the CANCEL's Reason field (RFC 3326).
  public mutating func cancel(
    _ id: ClientTransactionID, because reason: String? = nil, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let actions = clients[id]?.machine.cancel(because: reason) else { return [] }
    return perform(actions, of: id, at: now)
  }

  /// The connection under this flow is gone: requests that went over it get no answer any more
  /// (RFC 3261 section 17.1.4), but for those that can go as datagrams.
  public mutating func close(_ flow: Flow, at now: BootInstant) -> [TransactionEvent] {
    let lost = clients.filter { $0.value.flow == flow }.keys.sorted { $0.serial < $1.serial }
    return lost.flatMap { id in
      returnToDatagrams(id, at: now)
        ?? perform(.timedOut, of: id, at: now) + perform(.end, of: id, at: now)
    }
  }

  mutating func receive(_ response: SIPResponse, at now: BootInstant) -> [TransactionEvent] {
    guard
      let key = ClientTransactionKey(
        via: response.headers.vias.first, method: response.headers.cseq.method),
      let id = clientIDs[key], let actions = clients[id]?.machine.receive(response)
    else { return [.stray(response)] }
    return perform(actions, of: id, at: now)
  }

  mutating func fire(
    _ timer: TransactionTimer, of id: ClientTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let actions = clients[id]?.machine.fire(timer) else { return [] }
    return perform(actions, of: id, at: now)
  }

  mutating func perform(
    _ actions: [ClientTransactionAction], of id: ClientTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    actions.flatMap { perform($0, of: id, at: now) }
  }

  private mutating func perform(
    _ action: ClientTransactionAction, of id: ClientTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    guard var record = clients[id] else { return [] }
    switch action {
    case .send(let request): return [.send(.request(request), over: record.flow)]
    case .deliver(let response): return record.machine.isCancel ? [] : [.response(response, id)]
    case .timedOut: return record.machine.isCancel ? [] : [.timedOut(id)]
    case .cancel: return sendCancel(of: record, at: now)
    case .arm(let timer, let duration):
      Self.set(
        timer, of: &record, to: .client(id, timer), at: now.advanced(by: duration), in: &wheel)
      clients[id] = record
    case .stop(let timer):
      Self.set(timer, of: &record, to: nil, at: now, in: &wheel)
      clients[id] = record
    case .end:
      Self.set(.retransmission, of: &record, to: nil, at: now, in: &wheel)
      Self.set(.expiry, of: &record, to: nil, at: now, in: &wheel)
      clients[id] = nil
      if clientIDs[record.key] == id { clientIDs[record.key] = nil }
    }
    return []
  }

  /// The CANCEL is a transaction of its own, with the branch of its INVITE.
  private mutating func sendCancel(
    of record: Record<ClientMachine, ClientTransactionKey>, at now: BootInstant
  ) -> [TransactionEvent] {
    guard case .invite(let machine) = record.machine else { return [] }
    var request = machine.request.sameHop(.cancel)
    request.headers["Reason"] = machine.reason
    var key = record.key
    key.method = .cancel
    return open(
      self.machine(for: request, over: record.flow), ClientTransactionID(serial: nextSerial()), key,
      over: record.flow, at: now)
  }
}

extension TransactionLayer.ClientMachine {
  var isCancel: Bool {
    switch self {
    case .cancel: true
    case .invite, .other: false
    }
  }

  func start() -> [ClientTransactionAction] {
    switch self {
    case .invite(let machine): machine.start()
    case .other(let machine), .cancel(let machine): machine.start()
    }
  }

  mutating func receive(_ response: SIPResponse) -> [ClientTransactionAction] {
    change(invite: { $0.receive(response) }, other: { $0.receive(response) })
  }

  mutating func fire(_ timer: TransactionTimer) -> [ClientTransactionAction] {
    change(invite: { $0.fire(timer) }, other: { $0.fire(timer) })
  }

  mutating func cancel(because reason: String?) -> [ClientTransactionAction] {
    change(invite: { $0.cancel(because: reason) }, other: { _ in [] })
  }

  mutating func change(
    invite: (inout InviteClientTransaction) -> [ClientTransactionAction],
    other: (inout ClientTransaction) -> [ClientTransactionAction]
  ) -> [ClientTransactionAction] {
    switch self {
    case .invite(var machine):
      defer { self = .invite(machine) }
      return invite(&machine)
    case .other(var machine):
      defer { self = .other(machine) }
      return other(&machine)
    case .cancel(var machine):
      defer { self = .cancel(machine) }
      return other(&machine)
    }
  }
}
