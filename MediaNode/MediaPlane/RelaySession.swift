public import NodeContract
public import RTP

/// The two parties of a relayed stream.
public enum RelaySide: Hashable, Sendable, CaseIterable { case a, b }

/// A stream between two parties, relayed packet by packet and never changed but for its
/// protection. Each side has a port
/// for RTP and, one above it, one for RTCP (RFC 3550 section 11).
public struct RelaySession: Hashable, Sendable {
  /// Never used twice by one process.
  public var id: UInt64
  /// Where our RTP socket for party A is bound: the address and port that A was told.
  public var localA: IPEndpoint
  public var localB: IPEndpoint
  /// Where A's session description says it listens; nil while nothing is known. Packets go there
  /// until A's own first packet shows better.
  public var expectedA: IPEndpoint?
  public var expectedB: IPEndpoint?
  /// A packet of another type is garbage.
  public var payloadTypes: PayloadTypes
  /// Units of both parties' timestamps in a second; jitter is told by it.
  public var clockRate: UInt32

  /// What lies beneath A's audio when the relay opens; see `MediaPlane.secure`.
  public var transportA: LegTransport
  public var transportB: LegTransport

  public init(
    id: UInt64, localA: IPEndpoint, localB: IPEndpoint, expectedA: IPEndpoint? = nil,
    expectedB: IPEndpoint? = nil, payloadTypes: PayloadTypes = .all, clockRate: UInt32 = 8_000,
    transportA: LegTransport = .plain, transportB: LegTransport = .plain
  ) {
    self.id = id
    self.localA = localA
    self.localB = localB
    self.expectedA = expectedA
    self.expectedB = expectedB
    self.payloadTypes = payloadTypes
    self.clockRate = clockRate
    self.transportA = transportA
    self.transportB = transportB
  }

  var transports: [LegTransport] { [transportA, transportB] }

  subscript(side: RelaySide) -> LegTransport {
    get { side == .a ? transportA : transportB }
    set {
      switch side {
      case .a: transportA = newValue
      case .b: transportB = newValue
      }
    }
  }
}
