import Codecs
import Epoll
import NodeContract

/// The packets that we make for one party: their numbers follow from how long the stream lasts, so
/// that another process can go on with it. One each 20 ms, or as often as the party asked, sent or not.
struct GeneratedStream: Hashable, Sendable {
  /// Milliseconds.
  static let packetTimes: Set<Int> = [10, 20, 30, 40, 60]
  /// Packets that a process may have sent and nobody else heard of.
  private static let leap: UInt64 = 500

  let ssrc: UInt32
  let firstSequence: UInt16
  let firstTimestamp: UInt32
  /// What its timestamps count in a second.
  let clockRate: UInt32
  /// Milliseconds of a packet.
  let packetTime: Int
  let begun: BootInstant

  init(
    ssrc: UInt32, firstSequence: UInt16, firstTimestamp: UInt32, clockRate: UInt32,
    packetTime: Int, begun: BootInstant
  ) {
    self.ssrc = ssrc
    self.firstSequence = firstSequence
    self.firstTimestamp = firstTimestamp
    self.clockRate = clockRate
    self.packetTime = packetTime
    self.begun = begun
  }

  /// A new one. Its numbers begin in the lower half, so that nobody takes the first one that is late
  /// for one of before a turn.
  init(for audio: PartyAudio, at now: BootInstant) {
    self.init(
      ssrc: .random(in: 1 ... .max), firstSequence: .random(in: 0..<1 << 15),
      firstTimestamp: .random(in: 0 ... .max), clockRate: UInt32(audio.codec.clockRate),
      packetTime: audio.packetTime, begun: now)
  }

  /// The rest of a stream that others made until now.
  init(after splice: StreamSplice, for audio: PartyAudio, at now: BootInstant) {
    self.init(
      ssrc: splice.ssrc, firstSequence: splice.sequence &+ 1,
      firstTimestamp: splice.timestamp &+ StreamSplice.gap,
      clockRate: UInt32(audio.codec.clockRate), packetTime: audio.packetTime, begun: now)
  }

  /// Whether packets for the party, as it is now, are numbered like these.
  func fits(_ audio: PartyAudio) -> Bool {
    clockRate == audio.codec.clockRate && packetTime == audio.packetTime
  }

  /// The packet with which a process goes on that took the stream over at `now`.
  func packet(afterTakeoverAt now: BootInstant) -> UInt64 {
    let age = max(.zero, begun.duration(to: now))
    return UInt64(max(0, age / .milliseconds(packetTime))) &+ Self.leap
  }

  /// Where that packet stands, for a stream of another kind that goes on there.
  func position(afterTakeoverAt now: BootInstant) -> StreamSplice {
    let packet = packet(afterTakeoverAt: now)
    return StreamSplice(ssrc: ssrc, sequence: sequence(packet), timestamp: timestamp(packet))
  }

  func sequence(_ packet: UInt64) -> UInt16 {
    firstSequence &+ UInt16(truncatingIfNeeded: packet)
  }

  func timestamp(_ packet: UInt64) -> UInt32 {
    firstTimestamp
      &+ UInt32(truncatingIfNeeded: packet &* UInt64(Int(clockRate) / 1_000 * packetTime))
  }

  /// How often its numbers have begun again.
  func rollover(_ packet: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(firstSequence) &+ packet) >> 16)
  }
}
