import CLinux
import Glibc

/// A bound socket that outlives the nodes that read it.
struct ListeningSocket {
  let descriptor: Int32

  /// Room for the packets that arrive while no node reads: two seconds of a busy SIP port.
  private static let receiveBufferBytes: Int32 = 4 << 20
  /// Connections that the kernel holds meanwhile, of at most `net.core.somaxconn`.
  private static let backlog: Int32 = 4_096

  /// Binds `name`; the descriptor's number is at least `lowest`, clear of those that children get.
  init(_ name: SocketName, numberedFrom lowest: Int32) throws {
    var address = try SocketForm(name)
    let type = name.kind == .udp ? SOCK_DGRAM : SOCK_STREAM
    let socket = Glibc.socket(address.family, Int32(type.rawValue), 0)
    guard socket >= 0 else { throw failure("open", name) }
    defer { close(socket) }
    var one: Int32 = 1
    if address.family == AF_INET6 {
      setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, 4)
    }
    // Connections of earlier nodes that linger are no obstacle.
    if name.kind == .tcp { setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, 4) }
    guard address.bind(socket) == 0 else { throw failure("bind", name) }
    switch name.kind {
    case .udp: Self.makeRoom(in: socket)
    case .tcp: guard listen(socket, Self.backlog) == 0 else { throw failure("listen at", name) }
    }
    descriptor = fcntl(socket, F_DUPFD_CLOEXEC, lowest)
    guard descriptor >= 0 else { throw failure("move", name) }
  }

  private static func makeRoom(in socket: Int32) {
    var size = receiveBufferBytes
    if setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4) != 0 {
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }
  }
}

private func failure(_ deed: String, _ name: SocketName) -> StartError {
  let reason = String(cString: strerror(errno))
  return StartError("cannot \(deed) \(name.text): \(reason)")
}

/// The kernel's form of a socket name.
private struct SocketForm {
  private var v4 = sockaddr_in()
  private var v6 = sockaddr_in6()
  let family: Int32

  init(_ name: SocketName) throws {
    if inet_pton(AF_INET, name.host, &v4.sin_addr) == 1 {
      family = AF_INET
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = name.port.bigEndian
    } else if inet_pton(AF_INET6, name.host, &v6.sin6_addr) == 1 {
      family = AF_INET6
      v6.sin6_family = sa_family_t(AF_INET6)
      v6.sin6_port = name.port.bigEndian
    } else {
      throw StartError("\(name.host) is no IP address")
    }
  }

  mutating func bind(_ socket: Int32) -> Int32 {
    func bind<Form>(_ form: inout Form) -> Int32 {
      withUnsafePointer(to: &form) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.bind(socket, $0, socklen_t(MemoryLayout<Form>.size))
        }
      }
    }
    return family == AF_INET ? bind(&v4) : bind(&v6)
  }
}
