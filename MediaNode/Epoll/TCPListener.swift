import Glibc
public import NodeContract

/// A bound, listening, non-blocking TCP socket. Owns its descriptor and closes it at its end;
/// whoever watches it unwatches first.
public final class TCPListener: Sendable {
  public let descriptor: Int32
  /// Where it is bound, with the kernel's choice where port 0 was asked for.
  public let local: IPEndpoint

  /// Binds and listens. Connections of an earlier process that linger are no obstacle
  /// (`SO_REUSEADDR`), another listener is.
  public init(binding endpoint: IPEndpoint, backlog: Int32 = 512) throws(SystemError) {
    let descriptor = try SocketCalls.open(SOCK_STREAM, for: endpoint)
    do throws(SystemError) {
      SocketCalls.set(descriptor, SOL_SOCKET, SO_REUSEADDR, to: 1)
      try SocketCalls.bind(descriptor, to: endpoint)
      guard listen(descriptor, backlog) == 0 else { throw SystemError("listen on \(endpoint)") }
      local = try SocketCalls.localEndpoint(of: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  /// Takes a listening socket over.
  public init(adopting descriptor: Int32) throws(SystemError) {
    local = try SocketCalls.localEndpoint(of: descriptor)
    try SocketCalls.makeNonBlocking(descriptor)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The next connection that waits; nil when none does, or when no descriptor is left for it.
  public func accept() -> TCPStream? {
    while true {
      var address = SocketAddress()
      let accepted = address.withMutablePointer { Int(Glibc.accept(descriptor, $0, $1)) }
      guard accepted >= 0 else {
        // A connection that was given up before it was taken says nothing about the next.
        if errno == EINTR || errno == ECONNABORTED { continue }
        return nil
      }
      if let remote = address.endpoint,
        (try? SocketCalls.makeNonBlocking(Int32(accepted))) != nil
      {
        return TCPStream(accepted: Int32(accepted), remote: remote)
      }
      close(Int32(accepted))
    }
  }
}
