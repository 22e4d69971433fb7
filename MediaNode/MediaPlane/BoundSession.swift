import Epoll
import Glibc
import NodeContract

/// A session whose sockets are bound: made by the thread that asks for the relay, so that a taken
/// port is its error, and handed to the relay thread that owns them from then on.
struct BoundSession: Sendable {
  let session: RelaySession
  /// In the order of `RelayTable`.
  let sockets: [UDPSocket]

  init(_ session: RelaySession) throws(SystemError) {
    self.session = session
    let locals = [session.localA, session.localB]
    var sockets: [UDPSocket] = []
    for local in locals { sockets.append(try UDPSocket(binding: local)) }
    for local in locals {
      guard let control = local.nextPort else {
        throw SystemError("bind RTCP above \(local)", code: EADDRNOTAVAIL)
      }
      sockets.append(try UDPSocket(binding: control))
    }
    self.sockets = sockets
  }

  /// What the relay thread's table holds of them.
  var ports: [RelayPort] {
    let expected = [
      session.expectedA, session.expectedB, session.expectedA?.nextPort,
      session.expectedB?.nextPort,
    ]
    return sockets.indices.map { index in
      RelayPort(
        descriptor: sockets[index].descriptor, channel: index < 2 ? .media : .control,
        expected: expected[index], payloadTypes: session.payloadTypes)
    }
  }
}
