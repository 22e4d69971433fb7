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
  /// The domain that the peer's certificate must name where we open a connection by TLS (RFC 5922
  /// section 4); nil: its own connections are used, and none is opened.
  public var peerName: String?

  public init(
    transport: SIPTransport = .udp, local: IPEndpoint, remote: IPEndpoint, peerName: String? = nil
  ) {
    self.transport = transport
    self.local = local
    self.remote = remote
    self.peerName = peerName
  }
}
