public import NodeContract
public import RTP

/// The two parties of a relayed stream.
public enum RelaySide: Hashable, Sendable { case a, b }

/// A stream between two parties, relayed packet by packet and never changed. Each side has a port
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

  public init(
    id: UInt64, localA: IPEndpoint, localB: IPEndpoint, expectedA: IPEndpoint? = nil,
    expectedB: IPEndpoint? = nil, payloadTypes: PayloadTypes = .all
  ) {
    self.id = id
    self.localA = localA
    self.localB = localB
    self.expectedA = expectedA
    self.expectedB = expectedB
    self.payloadTypes = payloadTypes
  }
}

/// What a relay has seen so far.
public struct RelayStatistics: Hashable, Sendable {
  /// What came from one party.
  public struct Side: Hashable, Sendable {
    /// Where its RTP comes from; nil until the first valid packet.
    public var source: IPEndpoint?
    /// Valid RTP packets from it.
    public var packets: UInt64 = 0
    /// Their bytes, headers included.
    public var bytes: UInt64 = 0
    /// RTP packets that it sent, by their numbers, and that never came.
    public var lost: UInt64 = 0
    /// RTCP datagrams from it.
    public var controlPackets: UInt64 = 0
    /// Datagrams of others to its ports; dropped.
    public var strangers: UInt64 = 0
    /// Datagrams that were neither RTP nor RTCP, or of a type not allowed; dropped.
    public var garbage: UInt64 = 0
    /// Valid packets from it that could not be passed on: the other party's address is unknown or
    /// the kernel refused.
    public var undelivered: UInt64 = 0
    /// When its latest RTP packet came.
    public var lastPacket: BootInstant?

    public init() {}
  }

  public var a: Side
  public var b: Side

  public init(a: Side, b: Side) {
    self.a = a
    self.b = b
  }
}
