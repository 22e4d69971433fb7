public import NodeContract

/// When to repeat a 2xx until its ACK comes (RFC 3261 section 13.3.1.4): after T1, then at doubled
/// intervals of at most T2, over any transport, for 64·T1 in all. A reliable provisional response
/// waits for its PRACK likewise, without T2 (RFC 3262 section 3).
public struct Retransmission: Hashable, Sendable {
  /// What `advance` found to be due.
  public enum Step: Hashable, Sendable {
    case wait
    /// Send it again.
    case again
    /// Nobody acknowledged it: end the call.
    case giveUp
  }

  private let end: BootInstant
  private let longest: Duration
  private var interval: Duration
  private var next: BootInstant

  /// Begins with the first sending at `now`.
  ///
  /// - Parameter isUnbounded: T2 is no bound of the intervals.
  public init(
    at now: BootInstant, isUnbounded: Bool = false, timers: TransactionTimers = .standard
  ) {
    longest = isUnbounded ? timers.patience : timers.t2
    interval = timers.t1
    next = now.advanced(by: interval)
    end = now.advanced(by: timers.patience)
  }

  /// When `advance` has something to do next.
  public var nextDeadline: BootInstant { min(next, end) }

  /// Says what is due at `now`; at most one repetition, however late the call.
  public mutating func advance(to now: BootInstant) -> Step {
    if now >= end { return .giveUp }
    guard now >= next else { return .wait }
    interval = min(interval * 2, longest)
    next = now.advanced(by: interval)
    return .again
  }
}
