import NodeContract

/// How many events of a kind are let through: some at once, then one per interval.
public struct RateLimit: Hashable, Sendable {
  /// Events that may come at once.
  public let burst: Int
  /// After those, one each interval.
  public let interval: Duration

  /// Never less than one event at once and one an hour.
  public init(burst: Int, interval: Duration) {
    self.burst = max(1, burst)
    self.interval = min(max(.nanoseconds(1), interval), .seconds(3600))
  }

  /// So many a second, and `burst` at once.
  public static func perSecond(_ count: Int, burst: Int) -> RateLimit {
    RateLimit(burst: burst, interval: .nanoseconds(1_000_000_000 / Int64(max(1, count))))
  }
}

/// A leaky bucket in one instant (generic cell rate algorithm): when it will be empty.
struct RateBucket: Hashable, Sendable {
  private var emptyAt: BootInstant?

  /// Takes one event, unless that is too much.
  mutating func admit(_ limit: RateLimit, at now: BootInstant) -> Bool {
    let level = max(emptyAt ?? now, now)
    guard now.duration(to: level) <= limit.interval * (limit.burst - 1) else { return false }
    emptyAt = level.advanced(by: limit.interval)
    return true
  }

  /// Whether nothing is left in it.
  func isEmpty(at now: BootInstant) -> Bool { emptyAt.map { $0 <= now } ?? true }
}
