import Epoll
import NodeContract
import RTP

/// A party that has talked from one place for a while is made known to the kernel (`DatagramPeer`): that
/// saves a tenth of a packet's cost, measured, and strangers do not reach us any more. Whoever may move
/// must be heard from elsewhere, so the kernel forgets a party before another place could be
/// believed (`SourceLatch`): when a description comes, and when the party has been silent for a moment.
extension RelayThread {
  /// To be asked with every packet of the party's.
  @inline(__always)
  func isPeerDue(_ index: Int, in ports: Ports) -> Bool {
    ports[index].packets & Self.packetsBeforePeer == 0 && !ports[index].isConnected
  }

  func makePeer(_ index: Int, in ports: Ports) {
    guard ports[index].isSettled, let place = ports[index].destination,
      let id = table.sessions[index / RelayTable.portsPerSession],
      let transport = sessions[id]?.session[RelayTable.side(of: index)],
      // Ways are checked from everywhere, and handshakes may come again.
      transport.connectivity == nil, !transport.isByHandshake
    else { return }
    ports[index].isConnected = DatagramPeer.choose(place, for: ports[index].descriptor)
  }

  func forgetPeer(_ index: Int) {
    guard table.ports[index].isConnected else { return }
    table.ports[index].isConnected = false
    DatagramPeer.forget(for: table.ports[index].descriptor)
  }

  /// Of a session of which one party may be about to speak from another place.
  func forgetSilentPeers(from first: Int, at now: BootInstant) {
    for index in first...first + 1 where table.ports[index].isConnected {
      guard let last = table.ports[index].lastPacket,
        last.duration(to: now) >= SourceLatch.silence - Self.silenceLead
      else { continue }
      forgetPeer(index)
    }
  }

  /// A third of a second of speech, less one: a mask.
  private static let packetsBeforePeer: UInt64 = 1 << 4 - 1
  /// The latch wants a silence, and then one packet that it can hear.
  private static let silenceLead: Duration = .milliseconds(150)
}
