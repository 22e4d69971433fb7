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

extension SIPResponse {
  /// Where the response goes when the connection that its request came by is gone: to where the
  /// peer says that it listens, at the address that it came from (RFC 3261 section 18.2.2). Nil for
  /// datagrams, for TLS, where nobody would have proved to be that peer, and where there is no other.
  public func wayBack(after lost: Flow) -> Flow? {
    guard lost.transport == .tcp, let via = headers.vias.first else { return nil }
    let listener = IPEndpoint(lost.remote.address, port: via.port ?? 5060)
    return listener == lost.remote
      ? nil : Flow(transport: .tcp, local: lost.local, remote: listener)
  }
}
