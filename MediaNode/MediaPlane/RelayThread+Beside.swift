import CLinux
import Epoll
import Gates
import NodeContract
import RTP
import TLS

/// What shares a port with media and is none (RFC 7983): checks of the way, which are answered here,
/// and handshakes, which are made on another thread.
extension RelayThread {
  /// - Parameter datagram: begins with a byte with which no RTP begins.
  func receiveBeside(
    _ datagram: UnsafeRawBufferPointer, _ index: Int, of ports: Ports, at now: BootInstant
  ) {
    guard let first = datagram.first, let source = sender.pointee.endpoint,
      let id = table.sessions[index / RelayTable.portsPerSession],
      let transport = sessions[id]?.session[RelayTable.side(of: index)]
    else { return ports[index].noteGarbage() }
    switch first {
    case 0..<4: checked(datagram, by: transport.connectivity, from: source, index, id, at: now)
    case 20..<64 where transport.isByHandshake && ports[index].channel == .media:
      guard mayShakeHands(source, with: transport, ports[index]) else {
        return ports[index].noteStranger()
      }
      handshakes?.receive(id, RelayTable.side(of: index), Array(datagram), from: source)
    default: ports[index].noteGarbage()
    }
  }

  /// Whom we begin with is known; who begins may come from anywhere, unless it proved where it is.
  private func mayShakeHands(
    _ source: IPEndpoint, with transport: LegTransport, _ port: RelayPort
  ) -> Bool {
    guard case .handshake(let handshake) = transport.protection else { return false }
    return (!port.isProven && !handshake.isClient) || source == port.source ?? port.expected
  }

  /// A check without the party's name and our password gets no answer.
  private func checked(
    _ datagram: UnsafeRawBufferPointer, by connectivity: LegConnectivity?,
    from source: IPEndpoint, _ index: Int, _ id: UInt64, at now: BootInstant
  ) {
    guard let connectivity, let check = ConnectivityCheck(parsing: datagram) else {
      return table.ports[index].noteGarbage()
    }
    let password = Array(connectivity.ourPassword.utf8)
    guard check.user.elementsEqual(connectivity.user.utf8),
      check.isProven(in: datagram, by: { OpenSSLHashing.hmacSHA1(key: password, $0) })
    else { return table.ports[index].noteStranger() }
    let answer = check.answer(to: source) { bytes in
      bytes.withUnsafeBytes { OpenSSLHashing.hmacSHA1(key: password, $0) }
    }
    send(answer, from: table.ports[index], to: sender.pointee)
    if check.isAnsweredWithSuccess, check.isNominating {
      nominated(source, check.priority, index, id, at: now)
    }
  }

  private func nominated(
    _ source: IPEndpoint, _ priority: UInt32, _ index: Int, _ id: UInt64, at now: BootInstant
  ) {
    let offset = index % RelayTable.portsPerSession
    let nomination = Nomination(source: source, priority: priority, checkedAt: now)
    let known = sessions[id]?.nominations[offset]
    guard known.map({ nomination.outdoes($0) }) ?? true else { return }
    sessions[id]?.nominations[offset] = nomination
    guard !table.ports[index].isProven || table.ports[index].source != source else { return }
    table.ports[index].prove(source)
    if table.ports[index].channel == .media { guessControl(of: index, in: table.ports) }
    if let checkpoint = checkpoint(of: id) { onLatch(checkpoint) }
  }

  func send(_ bytes: [UInt8], from port: RelayPort, to destination: SocketAddress) {
    guard port.gate.relays else { return }
    _ = destination.withPointer { address, length in
      bytes.withUnsafeBytes {
        clinux_send(port.descriptor, $0.baseAddress, $0.count, address, length)
      }
    }
  }
}

/// The way that a party chose for its media.
struct Nomination: Hashable, Sendable {
  let source: IPEndpoint
  let priority: UInt32
  /// By its latest check.
  let checkedAt: BootInstant

  /// A party that did not check a way for so long left it.
  private static let patience: Duration = .seconds(5)

  /// Parties may choose several ways, of which the best counts as long as it is checked.
  func outdoes(_ other: Nomination) -> Bool {
    source == other.source || priority >= other.priority
      || other.checkedAt.duration(to: checkedAt) >= Self.patience
  }
}
