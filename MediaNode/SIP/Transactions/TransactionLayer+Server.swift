public import NodeContract

extension TransactionLayer {
  /// Whether a request is a repetition of one that was heard.
  public func isOpen(_ request: SIPRequest) -> Bool {
    ServerTransactionKey(of: request).map { serverIDs[$0] != nil } ?? false
  }

  /// Sends a response to a request. Without effect when the transaction is over or has its final
  /// response, but a 2xx to an INVITE may be sent again until 64·T1 have passed.
  public mutating func respond(
    _ response: SIPResponse, to id: ServerTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let actions = servers[id]?.machine.respond(response) else { return [] }
    let events = perform(actions, of: id, at: now)
    if !response.isProvisional { noteCompletion(of: id) }
    return events
  }

  /// What is kept for repetitions only may have to give way.
  private mutating func noteCompletion(of id: ServerTransactionID) {
    guard case .other(let machine)? = servers[id]?.machine, machine.state == .completed else {
      return
    }
    completed.forgetEnded { servers[$0] == nil }
    completed.append(id)
  }

  mutating func receive(
    _ request: SIPRequest, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let key = ServerTransactionKey(of: request) else { return [] }
    var request = request
    request.headers.noteSource(of: flow)
    switch request.method {
    case .ack: return acknowledge(with: request, key, over: flow, at: now)
    case .cancel: return cancel(with: request, key, over: flow, at: now)
    default: break
    }
    if let id = serverIDs[key] {
      return perform(servers[id]?.machine.repeated() ?? [], of: id, at: now)
    }
    guard hasRoom(for: request) || makeRoom(at: now) else { return refuse(request, over: flow) }
    return open(request, key, over: flow, at: now)
  }

  /// Requests within dialogs have a reserve.
  private func hasRoom(for request: SIPRequest) -> Bool {
    let reserve = request.headers.to.tag == nil ? 0 : limits.reserveForDialogs
    return openCount < limits.openTransactions + reserve
  }

  /// Forgets the oldest request that has its answer. Should it come again, it is a new one.
  private mutating func makeRoom(at now: BootInstant) -> Bool {
    guard let oldest = completed.takeOldest(where: { servers[$0] == nil }) else { return false }
    _ = perform(.end, of: oldest, at: now)
    return true
  }

  /// Answers 503 and keeps nothing.
  private func refuse(_ request: SIPRequest, over flow: Flow) -> [TransactionEvent] {
    var response = request.response(
      StatusCode.serviceUnavailable, toTag: request.statelessTag)
    response.headers["Retry-After"] = String(limits.retryAfter)
    return [.send(.response(response), over: flow), .refused(request, over: flow)]
  }

  private mutating func open(
    _ request: SIPRequest, _ key: ServerTransactionKey, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    let id = ServerTransactionID(serial: nextSerial())
    open(serverMachine(for: request.method, over: flow), id, key, over: flow, at: now)
    return [.request(request, id, over: flow)]
  }

  /// A server transaction begins in silence.
  mutating func open(
    _ machine: ServerMachine, _ id: ServerTransactionID, _ key: ServerTransactionKey,
    over flow: Flow, at now: BootInstant
  ) {
    servers[id] = Record(machine: machine, key: key, flow: flow)
    serverIDs[key] = id
    _ = perform(machine.start(), of: id, at: now)
  }

  func serverMachine(for method: SIPMethod, over flow: Flow) -> ServerMachine {
    let isReliable = flow.transport.isReliable
    guard method == .invite else {
      return .other(ServerTransaction(isReliable: isReliable, timers: timers))
    }
    return .invite(
      InviteServerTransaction(
        isReliable: isReliable, timers: timers, lifetime: limits.inviteLifetime))
  }

  /// An ACK is never answered.
  private mutating func acknowledge(
    with ack: SIPRequest, _ key: ServerTransactionKey, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let id = serverIDs[key], let actions = servers[id]?.machine.acknowledge(ack) else {
      return [.acknowledged(ack, over: flow)]
    }
    return perform(actions, of: id, at: now)
  }

  /// A CANCEL is answered the same however often it comes, so it needs no transaction of its own
  /// (RFC 3261 section 9.2).
  private mutating func cancel(
    with request: SIPRequest, _ key: ServerTransactionKey, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let id = serverIDs[key], case .invite(let machine)? = servers[id]?.machine else {
      let response = request.response(
        StatusCode.dialogDoesNotExist, toTag: request.statelessTag)
      return [.send(.response(response), over: flow)]
    }
    let response = request.response(
      StatusCode.ok, toTag: machine.localTag ?? request.statelessTag)
    let actions = servers[id]?.machine.cancel() ?? []
    return [.send(.response(response), over: flow)] + perform(actions, of: id, at: now)
  }

  mutating func fire(
    _ timer: TransactionTimer, of id: ServerTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    guard let actions = servers[id]?.machine.fire(timer) else { return [] }
    return perform(actions, of: id, at: now)
  }

  private mutating func perform(
    _ actions: [ServerTransactionAction], of id: ServerTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    actions.flatMap { perform($0, of: id, at: now) }
  }

  private mutating func perform(
    _ action: ServerTransactionAction, of id: ServerTransactionID, at now: BootInstant
  ) -> [TransactionEvent] {
    guard var record = servers[id] else { return [] }
    switch action {
    case .send(let response): return [.send(.response(response), over: record.flow)]
    case .acknowledged(let ack): return [.acknowledged(ack, over: record.flow)]
    case .cancelled: return [.cancelled(id)]
    case .acknowledgementMissing: return [.acknowledgementMissing(id)]
    case .unanswered: return [.unanswered(id)]
    case .arm(let timer, let duration):
      Self.set(
        timer, of: &record, to: .server(id, timer), at: now.advanced(by: duration), in: &wheel)
      servers[id] = record
    case .stop(let timer):
      Self.set(timer, of: &record, to: nil, at: now, in: &wheel)
      servers[id] = record
    case .end:
      Self.set(.retransmission, of: &record, to: nil, at: now, in: &wheel)
      Self.set(.expiry, of: &record, to: nil, at: now, in: &wheel)
      servers[id] = nil
      if serverIDs[record.key] == id { serverIDs[record.key] = nil }
    }
    return []
  }
}

extension TransactionLayer.ServerMachine {
  func start() -> [ServerTransactionAction] {
    switch self {
    case .invite(let machine): machine.start()
    case .other(let machine): machine.start()
    }
  }

  var answer: SIPResponse? {
    switch self {
    case .invite(let machine): machine.answer
    case .other(let machine): machine.answer
    }
  }

  func repeated() -> [ServerTransactionAction] {
    switch self {
    case .invite(let machine): machine.repeated()
    case .other(let machine): machine.repeated()
    }
  }

  mutating func respond(_ response: SIPResponse) -> [ServerTransactionAction] {
    change(invite: { $0.respond(response) }, other: { $0.respond(response) })
  }

  mutating func fire(_ timer: TransactionTimer) -> [ServerTransactionAction] {
    change(invite: { $0.fire(timer) }, other: { $0.fire(timer) })
  }

  mutating func cancel() -> [ServerTransactionAction] {
    change(invite: { $0.cancel() }, other: { _ in [] })
  }

  mutating func acknowledge(_ ack: SIPRequest) -> [ServerTransactionAction] {
    change(invite: { $0.acknowledge(ack) }, other: { _ in [] })
  }

  private mutating func change(
    invite: (inout InviteServerTransaction) -> [ServerTransactionAction],
    other: (inout ServerTransaction) -> [ServerTransactionAction]
  ) -> [ServerTransactionAction] {
    switch self {
    case .invite(var machine):
      defer { self = .invite(machine) }
      return invite(&machine)
    case .other(var machine):
      defer { self = .other(machine) }
      return other(&machine)
    }
  }
}

extension SIPRequest {
  /// A To tag for an answer that leaves no state: the same for each repetition of the request
  /// (RFC 3261 section 8.2.7). FNV-1a, 64 bits; nothing depends on its being hard to guess.
  public var statelessTag: String {
    let text = "\(headers.vias.first?.branch ?? "") \(headers.callID) \(headers.cseq.number)"
    let hash = text.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    return String(hash, radix: 36)
  }
}
