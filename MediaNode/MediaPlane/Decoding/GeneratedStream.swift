import Epoll
import NodeContract

/// The packets that we make for one party: their numbers follow from how long the stream lasts, so
/// that another process can go on with it. A packet each 20 ms, sent or not.
struct GeneratedStream: Hashable, Sendable {
  static let packetTime = Duration.milliseconds(20)
  /// Packets that a process may have sent and nobody else heard of.
  private static let leap: UInt64 = 500

  let ssrc: UInt32
  let firstSequence: UInt16
  let firstTimestamp: UInt32
  /// What its timestamps count in a second.
  let clockRate: UInt32
  let begun: BootInstant

  init(
    ssrc: UInt32, firstSequence: UInt16, firstTimestamp: UInt32, clockRate: UInt32,
    begun: BootInstant
  ) {
    self.ssrc = ssrc
    self.firstSequence = firstSequence
    self.firstTimestamp = firstTimestamp
    self.clockRate = clockRate
    self.begun = begun
  }

  /// A new one. Its numbers begin in the lower half, so that nobody takes the first one that is late
  /// for one of before a turn.
  init(clockRate: Int, at now: BootInstant) {
    self.init(
      ssrc: .random(in: 1 ... .max), firstSequence: .random(in: 0..<1 << 15),
      firstTimestamp: .random(in: 0 ... .max), clockRate: UInt32(clockRate), begun: now)
  }

  /// The rest of a stream that others made until now.
  init(after splice: StreamSplice, clockRate: Int, at now: BootInstant) {
    self.init(
      ssrc: splice.ssrc, firstSequence: splice.sequence &+ 1,
      firstTimestamp: splice.timestamp &+ StreamSplice.gap, clockRate: UInt32(clockRate),
      begun: now)
  }

  /// Where a process goes on that took the stream over at `now`.
  func tick(afterTakeoverAt now: BootInstant) -> UInt64 {
    let age = max(.zero, begun.duration(to: now))
    return UInt64(max(0, age / .milliseconds(20))) &+ Self.leap
  }

  func sequence(_ tick: UInt64) -> UInt16 {
    firstSequence &+ UInt16(truncatingIfNeeded: tick)
  }

  func timestamp(_ tick: UInt64) -> UInt32 {
    firstTimestamp &+ UInt32(truncatingIfNeeded: tick &* UInt64(clockRate / 50))
  }

  /// How often its numbers have begun again.
  func rollover(_ tick: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(firstSequence) &+ tick) >> 16)
  }
}
