/// What a relay measured of one leg's audio while the leg was at it.
public struct LegMedia: Hashable, Sendable {
  /// RTP packets that came from the party.
  public let packets: UInt64
  /// Those that it sent, by their numbers, and that never came.
  public let lost: UInt64
  /// How unevenly they came (RFC 3550 section 6.4.1), in microseconds.
  public let jitter: UInt64
  /// From us to the party and back, in microseconds; nil where the party reports nothing.
  public let roundTrip: UInt64?
  /// The mean opinion score in hundredths, 100 (bad) to 450 (excellent), estimated by the E-model;
  /// nil where nothing came.
  public let opinion: UInt16?

  public init(
    packets: UInt64, lost: UInt64, jitter: UInt64, roundTrip: UInt64? = nil,
    opinion: UInt16? = nil
  ) {
    self.packets = packets
    self.lost = lost
    self.jitter = jitter
    self.roundTrip = roundTrip
    self.opinion = opinion
  }
}
