import NodeContract

/// How hard the signalling loop has it, as its shell measures.
public struct NodePressure: Hashable, Sendable {
  /// How long the oldest datagram that waits may have waited.
  public var backlog: Duration

  public init(backlog: Duration) { self.backlog = backlog }
}

/// Which share of new work is turned away so that the rest is served in time. It follows the
/// measure up fast and down slowly, and never turns everything away.
struct OverloadControl: Sendable {
  /// 0: nothing is shed; 1 would be everything.
  private(set) var share = 0.0
  private var measured: BootInstant?

  private static let longest = 0.95

  /// Requests wait longer than this: more is shed.
  private static let high = Duration.milliseconds(100)
  /// Requests wait less than this: less is shed.
  private static let low = Duration.milliseconds(50)
  private static let interval = Duration.milliseconds(50)

  mutating func measure(_ pressure: NodePressure, at now: BootInstant) {
    let elapsed = measured?.duration(to: now) ?? Self.interval
    guard elapsed >= Self.interval else { return }
    measured = now
    if pressure.backlog > Self.high {
      let excess = Double(pressure.backlog.nanoseconds) / Double(Self.high.nanoseconds)
      share = min(Self.longest, share + 0.05 * min(excess, 8))
    } else if pressure.backlog < Self.low {
      // Also for the time in which nothing came, and so nothing was measured.
      for _ in 0..<min(elapsed.nanoseconds / Self.interval.nanoseconds, 40) { share *= 0.9 }
      if share < 0.02 { share = 0 }
    }
  }

  /// Whether one more request is turned away.
  func sheds(_ random: inout some RandomNumberGenerator) -> Bool {
    share > 0 && Double.random(in: 0..<1, using: &random) < share
  }
}
