import Epoll
import NodeContract

/// One port that is nobody else's, neither by UDP nor by TCP.
struct SharedPort {
  let socket: UDPSocket
  let listener: TCPListener

  /// A port that is free for the one may be taken for the other: then the next.
  init(at address: IPAddress) throws(SystemError) {
    for _ in 0..<100 {
      let socket = try UDPSocket(binding: IPEndpoint(address, port: 0))
      guard let listener = try? TCPListener(binding: socket.local) else { continue }
      self.init(socket: socket, listener: listener)
      return
    }
    throw SystemError("find a port at \(address)", code: 98)
  }

  private init(socket: UDPSocket, listener: TCPListener) {
    self.socket = socket
    self.listener = listener
  }
}
