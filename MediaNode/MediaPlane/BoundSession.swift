import Epoll
import Gates
import Glibc
import NodeContract
import RTP

/// A session whose sockets are bound: made by the thread that asks for the relay, so that a taken
/// port is its error, and handed to the relay thread that owns them from then on.
struct BoundSession: Sendable {
  let session: RelaySession
  /// What another process had learnt of it.
  let learnt: RelayCheckpoint?
  /// Another process had its call before.
  let isCarriedOn: Bool
  /// In the order of `RelayTable`.
  let sockets: [UDPSocket]

  init(_ session: RelaySession, isCarriedOn: Bool) throws(SystemError) {
    try self.init(
      session, learnt: nil, isCarriedOn: isCarriedOn,
      sockets: Self.bind(Self.locals(of: session)))
  }

  /// Carries on what another process did, at the same addresses and ports: with its sockets where
  /// somebody kept them, else with new ones.
  init(
    restoring checkpoint: RelayCheckpoint, adopting descriptors: [Int32]?
  ) throws(SystemError) {
    let session = checkpoint.session
    guard let descriptors else {
      try self.init(
        session, learnt: checkpoint, isCarriedOn: true,
        sockets: Self.bind(Self.locals(of: session)))
      return
    }
    var sockets: [UDPSocket] = []
    for descriptor in descriptors {
      DatagramPeer.forget(for: descriptor)
      sockets.append(try UDPSocket(adopting: descriptor))
    }
    guard sockets.map(\.local) == (try Self.locals(of: session)) else {
      throw SystemError("adopt the sockets of \(session.localA)", code: EINVAL)
    }
    self.init(session, learnt: checkpoint, isCarriedOn: true, sockets: sockets)
  }

  private init(
    _ session: RelaySession, learnt: RelayCheckpoint?, isCarriedOn: Bool, sockets: [UDPSocket]
  ) {
    self.session = session
    self.learnt = learnt
    self.isCarriedOn = isCarriedOn
    self.sockets = sockets
  }

  private static func bind(_ locals: [IPEndpoint]) throws(SystemError) -> [UDPSocket] {
    var sockets: [UDPSocket] = []
    for local in locals { sockets.append(try UDPSocket(binding: local)) }
    return sockets
  }

  private static func locals(of session: RelaySession) throws(SystemError) -> [IPEndpoint] {
    let media = [session.localA, session.localB]
    let control = media.compactMap(\.nextPort)
    guard control.count == media.count else {
      throw SystemError("bind RTCP above \(media)", code: EADDRNOTAVAIL)
    }
    return media + control
  }

  /// What the relay thread's table holds of them.
  func ports(by gates: AddressGates) -> [RelayPort] {
    let learnt = learnt ?? RelayCheckpoint(session)
    return zip(sockets, learnt.ports).enumerated().map { index, part in
      RelayPort(
        descriptor: part.0.descriptor, channel: index < 2 ? .media : .control,
        latch: SourceLatch(expected: part.1.expected, source: part.1.source),
        payloadTypes: session.payloadTypes, clockRate: session.clockRate,
        isMultiplexed: part.1.isMultiplexed || session[RelayTable.side(of: index)].isMultiplexed,
        isProtected: session[RelayTable.side(of: index)].isProtected,
        reception: part.1.reception, gate: gates.gate(of: part.0.local.address))
    }
  }
}
