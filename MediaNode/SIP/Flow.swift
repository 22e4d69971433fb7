public import NodeContract

public enum SIPTransport: String, Hashable, Sendable {
  case udp = "UDP"
  case tcp = "TCP"
  case tls = "TLS"

  /// Whether requests need no retransmission (RFC 3261 section 17).
  public var isReliable: Bool { self != .udp }
}

/// The path between one of our sockets and a peer.
public struct Flow: Hashable, Sendable {
  public var transport: SIPTransport
  public var local: IPEndpoint
  public var remote: IPEndpoint

  public init(transport: SIPTransport = .udp, local: IPEndpoint, remote: IPEndpoint) {
    self.transport = transport
    self.local = local
    self.remote = remote
  }
}
