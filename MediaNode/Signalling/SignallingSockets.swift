public import Epoll
import Glibc
public import NodeContract

/// The node's SIP sockets: those that the keeper holds and handed down, or new ones where nobody
/// keeps them.
public enum SignallingSockets {
  /// Room for a burst while the node restarts and nobody reads: about 2,000 datagrams.
  public static let receiveBufferBytes = 4 << 20

  /// One socket per endpoint.
  /// - Parameter inherited: the keeper's `TANDEM_DESCRIPTORS`; nil where there is no keeper.
  /// - Throws: `SystemError` when a socket cannot be bound or adopted, `InheritanceError` when the
  ///   keeper handed down something else than the configuration names.
  public static func open(
    for endpoints: [IPEndpoint], inherited variable: String?
  ) throws -> [UDPSocket] {
    guard let variable else {
      return try endpoints.map {
        try UDPSocket(binding: $0, receiveBufferBytes: receiveBufferBytes)
      }
    }
    return try held("udp", at: endpoints, in: variable).map {
      try UDPSocket(adopting: $0, receiveBufferBytes: receiveBufferBytes)
    }
  }

  /// One listener per endpoint, for TCP or TLS. A connection ends with the process that reads it; the
  /// keeper's listeners let peers open another that waits for the next.
  /// - Throws: as `open(for:inherited:)`.
  public static func listen(
    on endpoints: [IPEndpoint], inherited variable: String? = nil
  ) throws -> [TCPListener] {
    guard let variable else { return try endpoints.map { try TCPListener(binding: $0) } }
    return try held("tcp", at: endpoints, in: variable).map { try TCPListener(adopting: $0) }
  }

  /// Those of the endpoints that a keeper handed down for the transport, `udp` or `tcp`; all of them
  /// where there is no keeper, since nobody else could have them.
  /// - Throws: `InheritanceError` when the variable is not a keeper's.
  public static func kept(
    _ transport: String, among endpoints: [IPEndpoint], in variable: String?
  ) throws -> [IPEndpoint] {
    guard let variable else { return endpoints }
    guard let sockets = InheritedSocket.parse(variable) else {
      throw InheritanceError.unreadable(variable)
    }
    return endpoints.filter { endpoint in
      sockets.contains { $0.local == endpoint && $0.transport == transport }
    }
  }

  private static func held(
    _ transport: String, at endpoints: [IPEndpoint], in variable: String
  ) throws -> [Int32] {
    guard let sockets = InheritedSocket.parse(variable) else {
      throw InheritanceError.unreadable(variable)
    }
    return try endpoints.map { endpoint in
      guard
        let socket = sockets.first(where: { $0.local == endpoint && $0.transport == transport })
      else { throw InheritanceError.missing("\(transport):\(endpoint)") }
      return socket.descriptor
    }
  }
}

/// The keeper and the node's configuration disagree.
public enum InheritanceError: Error, CustomStringConvertible {
  case unreadable(String)
  /// As `--descriptor` names it.
  case missing(String)

  public var description: String {
    switch self {
    case .unreadable(let variable):
      "TANDEM_DESCRIPTORS is “\(variable)”, which is not what a keeper writes. "
        + "Start the node through Keeper, or unset the variable."
    case .missing(let socket):
      "The keeper does not hold \(socket). "
        + "Start it with --descriptor \(socket), or take the address out of the configuration."
    }
  }
}
