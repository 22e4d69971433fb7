import Glibc

/// An instant of `CLOCK_BOOTTIME`.
struct BootTime: Comparable {
  let nanoseconds: Int64

  static func now() -> BootTime {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return BootTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  func advanced(by duration: Duration) -> BootTime {
    BootTime(nanoseconds: nanoseconds + duration.milliseconds * 1_000_000)
  }

  /// The time until this instant, zero once it is past.
  func left(at now: BootTime) -> Duration { .nanoseconds(max(0, nanoseconds - now.nanoseconds)) }

  static func < (left: BootTime, right: BootTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}

/// When a dead node is started again: at once, unless it keeps dying young.
struct RestartPolicy {
  /// A node that lived so long was no failed start.
  static let shortLife = Duration.seconds(1)
  static let longestDelay = Duration.seconds(2)

  /// Between the latest death and the next start.
  private(set) var delay = Duration.zero
  private var shortLives = 0
  private var birth: BootTime?
  private var death: BootTime?

  mutating func started(at time: BootTime) {
    birth = time
    death = nil
  }

  /// The first short life costs nothing; from the second on the delay doubles from 100 ms.
  mutating func died(at time: BootTime) {
    let lived = birth.map { time >= $0.advanced(by: Self.shortLife) } ?? false
    shortLives = lived ? 0 : min(shortLives + 1, 10)
    delay = shortLives < 2 ? .zero : min(Self.longestDelay, .milliseconds(50 << (shortLives - 1)))
    death = time
    birth = nil
  }

  /// How long to wait before the next start; nil while the node lives.
  func delayLeft(at now: BootTime) -> Duration? {
    death.map { $0.advanced(by: delay).left(at: now) }
  }
}
