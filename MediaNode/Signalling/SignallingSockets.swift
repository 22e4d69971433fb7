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
    guard let sockets = InheritedSocket.parse(variable) else {
      throw InheritanceError.unreadable(variable)
    }
    return try endpoints.map { endpoint in
      guard let socket = sockets.first(where: { $0.local == endpoint && $0.transport == "udp" })
      else { throw InheritanceError.missing(endpoint) }
      return try UDPSocket(
        adopting: socket.descriptor, receiveBufferBytes: receiveBufferBytes)
    }
  }

  /// A TCP listener beside each UDP socket. The keeper holds none: a connection ends with the
  /// process that reads it, and peers open another.
  /// - Throws: `SystemError` when a port is taken.
  public static func listen(on endpoints: [IPEndpoint]) throws -> [TCPListener] {
    try endpoints.map { try TCPListener(binding: $0) }
  }
}

/// The keeper and the node's configuration disagree.
public enum InheritanceError: Error, CustomStringConvertible {
  case unreadable(String)
  case missing(IPEndpoint)

  public var description: String {
    switch self {
    case .unreadable(let variable):
      "TANDEM_DESCRIPTORS is “\(variable)”, which is not what a keeper writes. "
        + "Start the node through Keeper, or unset the variable."
    case .missing(let endpoint):
      "The keeper holds no UDP socket for \(endpoint). "
        + "Start it with --descriptor udp:\(endpoint), or take the address out of the configuration."
    }
  }
}
