import NodeContract
import RTP
import SRTP

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
    /// Of an RTP port: the number of the latest protected report that went to the party; nil where none
    /// could.
    var reportsSent: UInt32?

    var reception: Reception {
      stream.map { Reception(continuing: $0.ssrc, at: $0.sequence) } ?? Reception()
    }
  }

  struct Stream: Hashable, Sendable {
    var ssrc: UInt32
    var sequence: UInt16
    /// How often its numbers began again under the party's key, and under the other party's.
    var rollover: UInt32?
    var rolloverAtPartner: UInt32?
  }

  public let session: RelaySession
  /// In the order of `RelayTable`.
  let ports: [Port]
  /// What we sent to each party of our own making.
  let generated: GeneratedStreams

  /// A session that has seen nothing.
  public init(_ session: RelaySession) {
    let expected = [
      session.expectedA, session.expectedB, session.expectedA?.nextPort,
      session.expectedB?.nextPort,
    ]
    self.init(session, ports: expected.map { Port(expected: $0) })
  }

  init(
    _ session: RelaySession, ports: [Port], generated: GeneratedStreams = GeneratedStreams()
  ) {
    self.session = session
    self.ports = ports
    self.generated = generated
  }

  /// The same relay under another number: those of two machines are not apart.
  public func renumbered(_ id: UInt64) -> RelayCheckpoint {
    var session = session
    session.id = id
    return RelayCheckpoint(session, ports: ports, generated: generated)
  }

  /// Of the party whose RTP is at `index`: its own stream comes in, its partner's goes out.
  func rollover(of index: Int, at now: BootInstant) -> Rollover {
    var rollover = Rollover()
    if let stream = ports[index].stream, let counter = stream.rollover {
      rollover.inbound[stream.ssrc] = .init(counter: counter, sequence: stream.sequence)
    }
    if let stream = ports[RelayTable.partner(of: index)].stream,
      let counter = stream.rolloverAtPartner
    {
      let splice = index == 0 ? generated.spliceA : generated.spliceB
      rollover.outbound[splice?.ssrc ?? stream.ssrc] = .init(
        counter: counter, sequence: splice?.sequence ?? stream.sequence)
    }
    if let own = index == 0 ? generated.a : generated.b {
      let packet = own.packet(afterTakeoverAt: now)
      rollover.outbound[own.ssrc] = .init(
        counter: own.rollover(packet), sequence: own.sequence(packet))
    }
    rollover.reports = ports[index].reportsSent.map { $0 &+ ReportSealer.leap } ?? 0
    return rollover
  }
}

extension RelayCheckpoint.Port {
  init(_ port: RelayPort, own: LegProtection?, partner: LegProtection?, splice: StreamSplice?) {
    self.init(
      expected: port.expected, source: port.source, isMultiplexed: port.isMultiplexed,
      stream: port.reception.received == 0
        ? nil
        : RelayCheckpoint.Stream(
          ssrc: port.reception.ssrc, sequence: port.reception.latestSequence,
          rollover: own?.inboundRollover(of: port.reception.ssrc),
          rolloverAtPartner: partner?.outboundRollover(of: splice?.ssrc ?? port.reception.ssrc)),
      reportsSent: port.channel == .media ? own?.reportsSent : nil)
  }
}
