public import NodeContract
import SIP

/// From transactions to what they mean.
extension Exchange {
  mutating func handle(_ events: [TransactionEvent], at now: Moment) {
    for event in events { handle(event, at: now) }
  }

  private mutating func handle(_ event: TransactionEvent, at now: Moment) {
    switch event {
    case .send(let message, let flow):
      // What is not ours any more says nothing, not even a retransmission.
      if isServed(flow.local) { outbox.append(.send(message, over: flow)) }
    case .request(let request, let id, let flow): received(request, id, over: flow, at: now)
    case .cancelled(let id): cancelled(id, at: now)
    case .acknowledged(let request, _): acknowledged(request, at: now)
    case .response(let response, let id): received(response, id, at: now)
    case .timedOut(let id): timedOut(id, at: now)
    case .acknowledgementMissing(let id): lost(id, at: now)
    case .unanswered(let id): lost(id, at: now)
    case .stray, .refused: break
    }
  }

  // MARK: - Requests

  private mutating func received(
    _ request: SIPRequest, _ id: ServerTransactionID, over flow: Flow, at now: Moment
  ) {
    guard let address = address(at: flow.local) else { return }
    let arrival = Arrival(request: request, id: id, flow: flow, address: address)
    if let refusal = RequestScreening(limits: limits).refusal(of: request) {
      return respond(refusal.status, refusal.headers, to: arrival, at: now)
    }
    if request.headers.to.tag != nil { return receivedInDialog(arrival, at: now) }
    guard !isMerged(request, at: now) else {
      return respond(StatusCode.loopDetected, to: arrival, at: now)
    }
    switch request.method {
    case .register: register(arrival, at: now)
    case .invite: invite(arrival, at: now)
    case .options: answerOptions(arrival, at: now)
    case .subscribe: subscribe(arrival, at: now)
    case .message: message(arrival, at: now)
    default: respond(StatusCode.dialogDoesNotExist, to: arrival, at: now)
    }
  }

  private mutating func receivedInDialog(_ arrival: Arrival, at now: Moment) {
    let headers = arrival.request.headers
    let key = DialogKey(callID: headers.callID, localTag: headers.to.tag ?? "")
    if receivedInSubscription(arrival, at: now) { return }
    guard let place = dialogs[key] else {
      return respond(StatusCode.dialogDoesNotExist, to: arrival, at: now)
    }
    let token = nextToken()
    calls[place.call]?.requests[token] = arrival.id
    servers[arrival.id] = RequestKey(call: place.call, token: token)
    update(place.call, at: now) {
      $0.requested(arrival.request, token, on: place.leg, over: arrival.flow, at: now)
    }
  }

  /// What we can (RFC 3261 section 11.2).
  mutating func answerOptions(_ arrival: Arrival, at now: Moment) {
    respond(StatusCode.ok, Capabilities.fields, to: arrival, at: now)
  }

  private mutating func acknowledged(_ request: SIPRequest, at now: Moment) {
    let headers = request.headers
    let key = DialogKey(callID: headers.callID, localTag: headers.to.tag ?? "")
    guard let place = dialogs[key] else { return }
    update(place.call, at: now) { $0.acknowledged(request, on: place.leg, at: now) }
  }

  private mutating func cancelled(_ id: ServerTransactionID, at now: Moment) {
    guard let key = servers[id] else { return }
    update(key.call, at: now) { call in
      key.token == call.callerToken
        ? call.callerCancelled(at: now)
        : call.newcomerCancelled(key.token, at: now) ?? call.offerCancelled(key.token)
    }
  }

  private mutating func lost(_ id: ServerTransactionID, at now: Moment) {
    guard let key = servers.removeValue(forKey: id) else { return }
    calls[key.call]?.requests[key.token] = nil
    update(key.call, at: now) { call in
      key.token == call.callerToken ? call.callerLost(at: now) : []
    }
  }

  // MARK: - Responses

  private mutating func received(
    _ response: SIPResponse, _ id: ClientTransactionID, at now: Moment
  ) {
    if registrationAnswered(response, id, at: now) || notificationAnswered(response, id, at: now)
      || messageAnswered(response, id, at: now)
    {
      return
    }
    guard let key = clients[id] else { return repeatedSuccess(response, at: now) }
    noteAnswer(response, from: key.flow, at: now)
    if answersChallenge(response, id, key, at: now) { return }
    if response.status >= 200 { forget(id, key) }
    if response.status == StatusCode.flowFailed { flowFailed(under: key) }
    let orphaned = orphaned
    update(key.call, at: now) {
      $0.answered(response, under: key.branch, orphaned: orphaned, at: now)
    }
  }

  /// A 2xx to an INVITE of ours that had its final response before.
  private mutating func repeatedSuccess(_ response: SIPResponse, at now: Moment) {
    let headers = response.headers
    guard response.isSuccess, headers.cseq.method == .invite, let tag = headers.from.tag,
      let place = dialogs[DialogKey(callID: headers.callID, localTag: tag)]
    else { return }
    update(place.call, at: now) { $0.repeated(response, by: place.leg) }
  }

  private mutating func timedOut(_ id: ClientTransactionID, at now: Moment) {
    if registrationTimedOut(id, at: now) || notificationTimedOut(id, at: now)
      || messageTimedOut(id, at: now)
    {
      return
    }
    guard let key = clients[id] else { return }
    noteSilence(of: key.flow, at: now)
    forget(id, key)
    update(key.call, at: now) { $0.timedOut(under: key.branch, at: now) }
  }

  mutating func forget(_ id: ClientTransactionID, _ key: ClientKey) {
    clients[id] = nil
    calls[key.call]?.sent[key.branch] = nil
  }

  // MARK: - Responding outside calls

  /// A request that arrived, with the way back.
  struct Arrival {
    let request: SIPRequest
    let id: ServerTransactionID
    let flow: Flow
    let address: ExchangeAddress
  }

  mutating func respond(
    _ status: Int, _ headers: [HeaderField] = [], to arrival: Arrival, at now: Moment
  ) {
    var response = arrival.request.response(status, toTag: nextTag())
    response.headers.others += headers
    send(response, to: arrival.id, at: now)
  }

  mutating func send(_ response: SIPResponse, to id: ServerTransactionID, at now: Moment) {
    var response = response
    if response.status >= 200 {
      response.headers["Server"] = configuration.product
      if response.headers["Allow"] == nil { response.headers["Allow"] = Capabilities.allow }
    }
    handle(layer.respond(response, to: id, at: now.boot), at: now)
  }

  // MARK: - Addresses

  func address(at local: IPEndpoint) -> ExchangeAddress? {
    configuration.addresses.first { $0.receives(at: local) }
  }

  public func isServed(_ local: IPEndpoint) -> Bool {
    address(at: local).map { grants[$0.name] != nil } ?? false
  }

  /// Whether carriers are at the other end of what leaves from there: they listen at their addresses,
  /// where phones may sit behind a NAT.
  func isCarriersSide(_ local: IPEndpoint) -> Bool { address(at: local)?.role == .trunks }

  /// Without a grant nothing is remembered of a request; it is answered so that its sender may
  /// try elsewhere.
  mutating func refuseWithoutGrant(_ message: SIPMessage, over flow: Flow) {
    guard case .request(let request) = message, request.method != .ack else { return }
    refuse(request, over: flow)
  }

  /// Whoever is turned away together does not come back together: up to twice the least time.
  mutating func nextRetryAfter() -> String {
    let least = limits.retryAfter.components.seconds
    return String(Int64.random(in: least...2 * least, using: &random))
  }

  // MARK: - Names

  mutating func nextToken() -> RequestToken {
    serial += 1
    return RequestToken(number: serial)
  }

  mutating func nextTag() -> String {
    String(random.next(), radix: 36) + String(random.next() >> 32, radix: 36)
  }
}
