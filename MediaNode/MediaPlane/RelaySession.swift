public import NodeContract
public import RTP
public import SRTP

/// The two parties of a relayed stream.
public enum RelaySide: Hashable, Sendable { case a, b }

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

  /// Nil: A speaks and hears plain RTP.
  public var keysA: LegKeys?
  public var keysB: LegKeys?

  public init(
    id: UInt64, localA: IPEndpoint, localB: IPEndpoint, expectedA: IPEndpoint? = nil,
    expectedB: IPEndpoint? = nil, payloadTypes: PayloadTypes = .all, clockRate: UInt32 = 8_000,
    keysA: LegKeys? = nil, keysB: LegKeys? = nil
  ) {
    self.id = id
    self.localA = localA
    self.localB = localB
    self.expectedA = expectedA
    self.expectedB = expectedB
    self.payloadTypes = payloadTypes
    self.clockRate = clockRate
    self.keysA = keysA
    self.keysB = keysB
  }
}

/// What protects the media of one party (RFC 3711): each direction has a key of its own.
public struct LegKeys: Hashable, Sendable {
  /// Of what the party sends.
  public let inbound: SRTPKey
  /// Of what it hears.
  public let outbound: SRTPKey

  public init(inbound: SRTPKey, outbound: SRTPKey) {
    self.inbound = inbound
    self.outbound = outbound
  }
}
