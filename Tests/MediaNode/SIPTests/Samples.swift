import NodeContract
import SIP

/// A phone at 192.0.2.7 that talks to us at 198.51.100.1.
enum Sample {
  static func flow(_ transport: SIPTransport = .udp, remotePort: UInt16 = 5062) -> Flow {
    Flow(
      transport: transport,
      local: IPEndpoint(.v4(0xC633_6401), port: 5060),
      remote: IPEndpoint(.v4(0xC000_0207), port: remotePort))
  }

  static func request(
    _ method: SIPMethod, branch: String = "z9hG4bKone", number: UInt32 = 1, toTag: String? = nil,
    hasVia: Bool = true
  ) -> SIPRequest {
    let via = Via(
      transport: "UDP", host: "192.0.2.7", port: 5062,
      parameters: [SIPParameter("branch", branch), SIPParameter("rport")])
    var to = NameAddress(uri: SIPURI(user: "102", host: "demo.tandem.test"))
    to.tag = toTag
    return SIPRequest(
      method: method, uri: to.uri,
      headers: SIPHeaders(
        vias: hasVia ? [via] : [],
        from: NameAddress(
          uri: SIPURI(user: "101", host: "demo.tandem.test"),
          parameters: [SIPParameter("tag", "caller")]),
        to: to, callID: "one@192.0.2.7", cseq: CSeq(number, method), maxForwards: 70,
        contacts: .addresses([
          NameAddress(uri: SIPURI(user: "101", host: "192.0.2.7", port: 5062))
        ])))
  }

  /// A request of ours as it has no Via yet.
  static func outgoing(_ method: SIPMethod, number: UInt32 = 1) -> SIPRequest {
    request(method, number: number, hasVia: false)
  }
}

/// Milliseconds of the boot clock.
func at(_ milliseconds: Int64) -> BootInstant {
  BootInstant(nanoseconds: milliseconds * 1_000_000)
}

extension TransactionEvent {
  var sent: SIPMessage? {
    guard case .send(let message, over: _) = self else { return nil }
    return message
  }

  var sentRequest: SIPRequest? {
    guard case .request(let request)? = sent else { return nil }
    return request
  }

  var sentResponse: SIPResponse? {
    guard case .response(let response)? = sent else { return nil }
    return response
  }

  var serverID: ServerTransactionID? {
    guard case .request(_, let id, over: _) = self else { return nil }
    return id
  }

  /// What happened, in one word and a status: for lists of expected events.
  var summary: String {
    switch self {
    case .send(.request(let request), over: _): "send \(request.method)"
    case .send(.response(let response), over: _): "send \(response.status)"
    case .request(let request, _, over: _): "request \(request.method)"
    case .cancelled: "cancelled"
    case .acknowledged: "acknowledged"
    case .response(let response, _): "response \(response.status)"
    case .timedOut: "timed out"
    case .acknowledgementMissing: "acknowledgement missing"
    case .unanswered: "unanswered"
    case .stray(let response): "stray \(response.status)"
    case .refused: "refused"
    }
  }
}

extension TransactionLayer {
  /// Everything that happens until `end`, each with its time in milliseconds.
  mutating func history(until end: Int64) -> [String] {
    var lines: [String] = []
    while let deadline = nextDeadline, deadline <= at(end) {
      for event in advance(to: deadline) {
        lines.append("\(deadline.nanoseconds / 1_000_000) \(event.summary)")
      }
    }
    return lines
  }
}
