/// An instant of this machine's boot clock (`CLOCK_BOOTTIME`), in nanoseconds. Never sent to
/// another machine: between machines elapsed times and ages travel.
public struct BootInstant: InstantProtocol, Hashable, Sendable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public func advanced(by duration: Duration) -> BootInstant {
    BootInstant(nanoseconds: nanoseconds + duration.nanoseconds)
  }

  public func duration(to other: BootInstant) -> Duration {
    .nanoseconds(other.nanoseconds - nanoseconds)
  }

  public static func < (left: BootInstant, right: BootInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

/// Wall-clock time: milliseconds since 1970-01-01T00:00:00Z.
public struct WallTime: Hashable, Sendable, Comparable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

/// Both clocks, read together at the edge and handed to the pure core.
public struct Moment: Hashable, Sendable {
  public let boot: BootInstant
  public let wall: WallTime

  public init(boot: BootInstant, wall: WallTime) {
    self.boot = boot
    self.wall = wall
  }

  /// The moment `duration` later.
  public func advanced(by duration: Duration) -> Moment {
    Moment(
      boot: boot.advanced(by: duration),
      wall: WallTime(milliseconds: wall.milliseconds + duration.nanoseconds / 1_000_000))
  }
}

extension Duration {
  /// The whole duration in nanoseconds; enough for 292 years.
  public var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
