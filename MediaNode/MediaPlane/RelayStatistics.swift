public import NodeContract
import RTP

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
    /// How unevenly its packets came (RFC 3550 section 6.4.1).
    public var jitter: Duration = .zero
    /// From us to it and back, by the reports that it sent; nil without reports.
    public var roundTrip: Duration?
    /// What it says that it lost lately of what the other party sent, 0 to 1; nil without reports.
    public var lossHeard: Double?
    /// RTCP datagrams from it, at either port.
    public var controlPackets: UInt64 = 0
    /// Datagrams of others to its ports; dropped.
    public var strangers: UInt64 = 0
    /// Datagrams that were neither RTP nor RTCP, or of a type not allowed; dropped.
    public var garbage: UInt64 = 0
    /// Datagrams to its ports that were not made with its key, or came twice; dropped.
    public var unproven: UInt64 = 0
    /// Valid packets from it that could not be passed on: the other party's address is unknown or
    /// the kernel refused.
    public var undelivered: UInt64 = 0
    /// When its latest RTP packet came.
    public var lastPacket: BootInstant?

    public init() {}

    /// How its speech was to hear, as far as its way to us goes (E-model); nil when nothing came.
    public var meanOpinionScore: Double? {
      guard packets > 0 else { return nil }
      return SpeechQuality(
        loss: Double(lost) / Double(packets + lost),
        roundTrip: (roundTrip ?? .zero) / .milliseconds(1), jitter: jitter / .milliseconds(1)
      ).meanOpinionScore
    }
  }

  public var a: Side
  public var b: Side

  public init(a: Side, b: Side) {
    self.a = a
    self.b = b
  }
}

/// A session of another process, and when its parties heard something again.
public struct CarriedOnRelay: Hashable, Sendable {
  public let session: UInt64
  /// The first packet that was passed on to each party; nil: none was.
  public let firstSentToA: BootInstant?
  public let firstSentToB: BootInstant?
}

extension RelayStatistics.Side {
  init(media: RelayPort, control: RelayPort) {
    source = media.source
    packets = media.packets
    bytes = media.bytes
    lost = media.reception.lost
    jitter = .seconds(1) * Int(media.reception.jitter) / Int(max(media.clockRate, 1))
    roundTrip = media.roundTrip.nanoseconds.map { .nanoseconds($0) }
    lossHeard = media.report.map { Double($0.fractionLost) / 256 }
    controlPackets = control.packets + media.multiplexed
    strangers = media.strangers + control.strangers
    garbage = media.garbage + control.garbage
    unproven = media.unproven + control.unproven
    undelivered = media.undelivered + control.undelivered
    lastPacket = media.lastPacket
  }
}
