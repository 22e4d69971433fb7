public import NodeContract

#if canImport(Glibc)
  import Glibc
#endif

/// The wall clock and the source of new ids, handed to operations so that tests can set the time.
public struct Clock: Sendable {
  public let now: @Sendable () -> WallTime

  public init(_ now: @escaping @Sendable () -> WallTime) { self.now = now }

  /// The machine's own.
  public static let system = Clock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// A new id of any kind.
  func id<Kind>() -> TypedID<Kind> {
    var random = SystemRandomNumberGenerator()
    return TypedID(at: now(), using: &random)
  }
}
