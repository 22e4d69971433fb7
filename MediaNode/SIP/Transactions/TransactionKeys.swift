import NodeContract

/// What makes a request belong to a server transaction (RFC 3261 section 17.2.3).
public enum ServerTransactionKey: Hashable, Sendable {
  /// A peer of RFC 3261: its branch is unique by itself, together with its own address.
  case branch(String, host: String, port: UInt16, method: SIPMethod)
  /// A peer of RFC 2543, whose branch proves nothing. The To tag is left out: an ACK has ours,
  /// the request it belongs to has none, and the rest tells requests apart.
  indirect case legacy(
    uri: SIPURI, fromTag: String?, callID: String, sequence: UInt32, via: Via, method: SIPMethod)

  /// INVITE also for an ACK and a CANCEL.
  var method: SIPMethod {
    switch self {
    case .branch(_, _, _, let method), .legacy(_, _, _, _, _, let method): method
    }
  }

  /// An ACK and a CANCEL have the key of their INVITE. Nil without a Via.
  init?(of request: SIPRequest) {
    guard let via = request.headers.vias.first else { return nil }
    let method: SIPMethod =
      switch request.method {
      case .ack, .cancel: .invite
      default: request.method
      }
    if let branch = via.branch, via.hasUniqueBranch {
      self = .branch(branch, host: via.host, port: via.port ?? 5060, method: method)
    } else {
      self = .legacy(
        uri: request.uri, fromTag: request.headers.from.tag, callID: request.headers.callID,
        sequence: request.headers.cseq.number, via: via, method: method)
    }
  }
}

/// What makes a response belong to a client transaction (RFC 3261 sections 17.1.3 and 18.1.2).
struct ClientTransactionKey: Hashable, Sendable {
  var branch: String
  var host: String
  var port: UInt16
  var method: SIPMethod

  /// Nil without a branch. `method` is that of CSeq.
  init?(via: Via?, method: SIPMethod) {
    guard let via, let branch = via.branch else { return nil }
    self.branch = branch
    host = via.host
    port = via.port ?? 5060
    self.method = method
  }
}

extension SIPHeaders {
  /// Notes in the topmost Via where the request came from, for the way back
  /// (RFC 3261 section 18.2.1, RFC 3581 section 4). The transaction layer does so by itself.
  public mutating func noteSource(of flow: Flow) {
    if !vias.isEmpty { vias[0].noteSource(of: flow) }
  }
}

extension Via {
  /// Whether the branch begins with the magic cookie and goes on behind it.
  var hasUniqueBranch: Bool {
    guard let branch else { return false }
    return branch.hasPrefix(Via.magicCookie) && branch.utf8.count > Via.magicCookie.utf8.count
  }

  fileprivate mutating func noteSource(of flow: Flow) {
    let address = flow.remote.address.description
    let asksForPort = parameters.contains("rport")
    parameters["received"] = host == address && !asksForPort ? nil : address
    if asksForPort { parameters["rport"] = String(flow.remote.port) }
  }

  /// Our own Via for a request over this flow; asks for the port that the peer sees.
  init(branch: String, over flow: Flow) {
    self.init(
      transport: flow.transport.rawValue, host: flow.local.address.description,
      port: flow.local.port,
      parameters: [SIPParameter("rport"), SIPParameter("branch", branch)])
  }
}
