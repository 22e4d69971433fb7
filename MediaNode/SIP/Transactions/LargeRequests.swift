import NodeContract

/// Requests too large for a datagram go by TCP (RFC 3261 section 18.1.1), and who was found to take
/// no connections gets datagrams all the same, in pieces if need be.
///
/// Only what may move does: a carrier listens at its address for both. A phone that registered by
/// UDP is reached where its datagrams came from and nowhere else, as there may be a NAT between.
/// Answers stay with their requests, and the ACK of a 2xx stays too: nothing would tell that nobody
/// took it.
struct LargeRequests: Sendable {
  /// Bytes of the largest request that a datagram carries where nobody knows the path's MTU.
  static let datagramLimit = 1_300
  /// So many who take no connections are remembered, for so long.
  private static let capacity = 1_000
  private static let memory = Duration.seconds(600)

  private var refusing: [IPEndpoint: BootInstant] = [:]

  /// The flow by which `request`, its Via included, goes instead of `flow`; nil: it stays.
  func otherFlow(for request: SIPRequest, than flow: Flow, at now: BootInstant) -> Flow? {
    guard flow.transport == .udp, request.method != .ack, !isRefusing(flow.remote, at: now),
      SIPPrinter().print(.request(request)).count > Self.datagramLimit
    else { return nil }
    return Flow(transport: .tcp, local: flow.local, remote: flow.remote)
  }

  private func isRefusing(_ remote: IPEndpoint, at now: BootInstant) -> Bool {
    refusing[remote].map { $0 > now } ?? false
  }

  /// Nobody took a connection there.
  mutating func noteRefusal(by remote: IPEndpoint, at now: BootInstant) {
    if refusing.count >= Self.capacity { refusing = refusing.filter { $0.value > now } }
    if refusing.count >= Self.capacity { refusing = [:] }
    refusing[remote] = now.advanced(by: Self.memory)
  }
}

extension TransactionLayer {
  /// Requests that went by TCP for their size alone, and that nobody took, go as datagrams.
  mutating func returnToDatagrams(_ id: ClientTransactionID, at now: BootInstant)
    -> [TransactionEvent]?
  {
    guard var record = clients[id], record.isMoved, let actions = record.machine.fallBack() else {
      return nil
    }
    largeRequests.noteRefusal(by: record.flow.remote, at: now)
    record.isMoved = false
    record.flow.transport = .udp
    clients[id] = record
    return perform(actions, of: id, at: now)
  }
}

extension TransactionLayer.ClientMachine {
  /// Begins again by UDP; nil once something came back.
  mutating func fallBack() -> [ClientTransactionAction]? {
    switch self {
    case .invite(var machine):
      defer { self = .invite(machine) }
      return machine.fallBack()
    case .other(var machine):
      defer { self = .other(machine) }
      return machine.fallBack()
    case .cancel: return nil
    }
  }
}

extension SIPRequest {
  /// The same by another transport: only the topmost Via says which.
  func sent(by transport: SIPTransport) -> SIPRequest {
    guard !headers.vias.isEmpty else { return self }
    var copy = self
    copy.headers.vias[0].transport = transport.rawValue
    return copy
  }
}
