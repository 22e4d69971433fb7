public import NodeContract
import SIP

/// Who is heard at all, before anything is remembered of a request.
extension Exchange {
  /// The shell's measure of how far it is behind.
  public mutating func measured(_ pressure: NodePressure, at now: Moment) {
    protection.measure(pressure, at: now.boot)
  }

  /// False: the message is dealt with. Responses, and what belongs to an open transaction or a
  /// dialog of ours, are always heard: calls in progress come first.
  mutating func admits(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool {
    guard case .request(let request) = message, request.method != .ack,
      request.method != .cancel, !isWithinDialog(request)
    else { return true }
    let verdict = protection.judge(facts(of: request, over: flow), at: now.boot, &random)
    guard verdict != .admit, !layer.isOpen(request) else { return true }
    switch verdict {
    case .admit: return true
    case .drop: droppedRequests += 1
    case .refuse:
      shedRequests += 1
      refuse(request, over: flow)
    }
    return false
  }

  private func isWithinDialog(_ request: SIPRequest) -> Bool {
    guard let tag = request.headers.to.tag else { return false }
    let key = DialogKey(callID: request.headers.callID, localTag: tag)
    return dialogs[key] != nil || subscriptions[key] != nil
  }

  private func facts(of request: SIPRequest, over flow: Flow) -> Protection.Request {
    guard let address = address(at: flow.local) else { return Protection.Request(flow: flow) }
    let isPeer = address.role == .trunks && isCarrier(flow, at: address.name)
    let tenant = isPeer ? nil : tenant(of: request)
    return Protection.Request(
      flow: flow, userAgent: request.headers["User-Agent"] ?? "", isFromPeer: isPeer,
      isForUs: isPeer || tenant != nil || names(request.uri, address),
      isEmergency: request.method == .invite
        && (tenant?.isEmergency(request.uri.user ?? "") ?? false),
      continues: request.headers.to.tag != nil)
  }

  /// Whom a phone's request is for.
  func tenant(of request: SIPRequest) -> DirectoryTenant? {
    let uri = request.uri
    return directory.tenant(
      domain: uri.scheme == .tel ? request.headers.from.uri.host : uri.host)
  }

  /// A request to our own address, as of a health check. Carriers' addresses are for carriers, and
  /// those that prove who they are may come from anywhere.
  private func names(_ uri: SIPURI, _ address: ExchangeAddress) -> Bool {
    switch address.role {
    case .phones: IPAddress(uri.host) == address.ip
    case .trunks:
      directory.provenTrunks.values.contains { $0.address == address.name && $0.visitor != nil }
    }
  }

  /// 503 with Retry-After, which leaves nothing behind: the sender may try elsewhere.
  mutating func refuse(_ request: SIPRequest, over flow: Flow) {
    var response = request.response(StatusCode.serviceUnavailable, toTag: nextTag())
    response.headers.noteSource(of: flow)
    response.headers["Retry-After"] = nextRetryAfter()
    outbox.append(.send(.response(response), over: flow))
  }

  /// A proven request of the tenant's: false, and answered 503, when those are too many. Calls for
  /// help are never too many.
  mutating func hasRoom(
    for arrival: Arrival, of tenant: DirectoryTenant, at now: Moment
  ) -> Bool {
    let isEmergency =
      arrival.request.method == .invite && tenant.isEmergency(arrival.request.uri.user ?? "")
    guard !isEmergency, !protection.admit(tenant.id, at: now.boot) else { return true }
    shedRequests += 1
    let retry = HeaderField("Retry-After", nextRetryAfter())
    respond(StatusCode.serviceUnavailable, [retry], to: arrival, at: now)
    return false
  }
}
