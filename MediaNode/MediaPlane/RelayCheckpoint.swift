public import NodeContract
import RTP

/// A relayed stream as a value: what another process needs to open the same ports and carry on as if
/// nothing had happened. Packets are passed on as they are, so there are no offsets to keep.
public struct RelayCheckpoint: Hashable, Sendable {
  /// One socket.
  struct Port: Hashable, Sendable {
    var expected: IPEndpoint?
    /// Who is heard; nobody steals it across a takeover either.
    var source: IPEndpoint?
    var isMultiplexed = false
    /// Where the stream stands, so that a NAT that re-binds meanwhile is followed.
    var stream: Stream?

    var reception: Reception {
      stream.map { Reception(continuing: $0.ssrc, at: $0.sequence) } ?? Reception()
    }
  }

  struct Stream: Hashable, Sendable {
    var ssrc: UInt32
    var sequence: UInt16
  }

  public let session: RelaySession
  /// In the order of `RelayTable`.
  let ports: [Port]

  /// A session that has seen nothing.
  public init(_ session: RelaySession) {
    let expected = [
      session.expectedA, session.expectedB, session.expectedA?.nextPort,
      session.expectedB?.nextPort,
    ]
    self.init(session, ports: expected.map { Port(expected: $0) })
  }

  init(_ session: RelaySession, ports: [Port]) {
    self.session = session
    self.ports = ports
  }
}

extension RelayCheckpoint.Port {
  init(_ port: RelayPort) {
    self.init(
      expected: port.expected, source: port.source, isMultiplexed: port.isMultiplexed,
      stream: port.reception.received == 0
        ? nil
        : RelayCheckpoint.Stream(
          ssrc: port.reception.ssrc, sequence: port.reception.latestSequence))
  }
}
