import NodeContract
import SIP

/// A message on its way to all devices of an extension.
struct TextMessage: Sendable {
  let request: SIPRequest
  let sender: ServerTransactionID
  /// Devices that have not answered.
  var waiting: Set<ClientTransactionID> = []
  /// The best of the refusals so far.
  var refusal = StatusCode.temporarilyUnavailable
}

/// MESSAGE between extensions (RFC 3428): each device of the recipient hears it, and the first that
/// takes it answers for all.
extension Exchange {
  mutating func message(_ arrival: Arrival, at now: Moment) {
    guard arrival.address.role == .phones, let tenant = tenant(of: arrival.request) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    guard arrival.request.headers.maxForwards != 0 else {
      return respond(StatusCode.tooManyHops, to: arrival, at: now)
    }
    guard let sender = authenticate(arrival, of: tenant, at: now) else { return }
    if let refusal = refusalOfMessage(arrival.request) {
      return respond(refusal.status, refusal.headers, to: arrival, at: now)
    }
    guard let recipient = tenant.extensionsByNumber[arrival.request.uri.user ?? ""] else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    deliver(arrival, from: sender, to: recipient, of: tenant, at: now)
  }

  private func refusalOfMessage(_ request: SIPRequest) -> RequestScreening.Refusal? {
    guard case .other(let type, let bytes) = request.body,
      type.prefix(while: { $0 != ";" && $0 != " " }).lowercased() == Capabilities.acceptedMessages
    else {
      let accept = HeaderField("Accept", Capabilities.acceptedMessages)
      return .init(status: StatusCode.unsupportedMediaType, headers: [accept])
    }
    return bytes.count > limits.messageBytes ? .init(status: StatusCode.contentTooLarge) : nil
  }

  private mutating func deliver(
    _ arrival: Arrival, from sender: ExtensionEntry, to recipient: ExtensionEntry,
    of tenant: DirectoryTenant, at now: Moment
  ) {
    let devices = registrar.devices(of: recipient.key(in: tenant)).compactMap { device in
      device.ways.first { isServed($0.flow.local) }
    }
    guard !devices.isEmpty else {
      return respond(StatusCode.temporarilyUnavailable, to: arrival, at: now)
    }
    guard texts.count < limits.messagesUnderWay else {
      let retry = HeaderField("Retry-After", nextRetryAfter())
      return respond(StatusCode.serviceUnavailable, [retry], to: arrival, at: now)
    }
    merged.insert(arrival.request, at: now.boot)
    let token = nextToken()
    texts[token] = TextMessage(request: arrival.request, sender: arrival.id)
    for device in devices {
      let copy = arrival.message(
        from: sender, to: recipient, at: device, in: tenant.snapshot.domain,
        callID: nextTag(), tag: nextTag())
      send(copy, over: device.flow, for: token, at: now)
    }
  }

  private mutating func send(
    _ request: SIPRequest, over flow: Flow, for token: RequestToken, at now: Moment
  ) {
    let branch = Via.magicCookie + nextTag()
    let sent = layer.send(signed(request), over: flow, branch: branch, at: now.boot)
    texting[sent.id] = token
    texts[token]?.waiting.insert(sent.id)
    handle(sent.events, at: now)
  }

  // MARK: - Answers

  /// True when the response was to a MESSAGE.
  mutating func messageAnswered(
    _ response: SIPResponse, _ id: ClientTransactionID, at now: Moment
  ) -> Bool {
    guard let token = texting[id] else { return false }
    if response.status >= 200 { answered(response.status, id, token, at: now) }
    return true
  }

  mutating func messageTimedOut(_ id: ClientTransactionID, at now: Moment) -> Bool {
    guard let token = texting[id] else { return false }
    answered(StatusCode.temporarilyUnavailable, id, token, at: now)
    return true
  }

  private mutating func answered(
    _ status: Int, _ id: ClientTransactionID, _ token: RequestToken, at now: Moment
  ) {
    texting[id] = nil
    guard var text = texts[token] else { return }
    text.waiting.remove(id)
    if Self.isMoreTelling(status, than: text.refusal) { text.refusal = status }
    texts[token] = text
    if (200..<300).contains(status) {
      finish(token, status, at: now)
    } else if text.waiting.isEmpty {
      finish(token, text.refusal, at: now)
    }
  }

  /// A device that refuses says more than one that is not there. A challenge is not passed on: no
  /// sender has a password for the recipient's phone.
  private static func isMoreTelling(_ status: Int, than known: Int) -> Bool {
    (400..<700).contains(status) && ![401, 407, 408, 430, 481, 503].contains(status)
      && known == StatusCode.temporarilyUnavailable
  }

  private mutating func finish(_ token: RequestToken, _ status: Int, at now: Moment) {
    guard let text = texts.removeValue(forKey: token) else { return }
    send(text.request.response(status, toTag: nextTag()), to: text.sender, at: now)
  }
}

extension Exchange.Arrival {
  /// The message as this device hears it: from whom it was proven to be.
  fileprivate func message(
    from sender: ExtensionEntry, to recipient: ExtensionEntry, at device: Binding,
    in domain: String, callID: String, tag: String
  ) -> SIPRequest {
    var from = NameAddress(
      displayName: sender.displayName, uri: SIPURI(user: sender.number, host: domain))
    from.tag = tag
    return SIPRequest(
      method: .message, uri: device.contact,
      headers: SIPHeaders(
        vias: [], from: from, to: NameAddress(uri: SIPURI(user: recipient.number, host: domain)),
        callID: callID, cseq: CSeq(1, .message), maxForwards: hopsLeft,
        routes: device.traits.path, others: passedOn),
      body: request.body)
  }

  private var passedOn: [HeaderField] {
    request.headers.others.filter { field in
      ["Date", "Subject", "In-Reply-To"].contains { field.isNamed($0) }
    }
  }
}
