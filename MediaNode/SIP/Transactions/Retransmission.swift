public import NodeContract

/// When to repeat a 2xx until its ACK comes (RFC 3261 section 13.3.1.4): after T1, then at doubled
/// intervals of at most T2, over any transport, for 64·T1 in all.
public struct Retransmission: Hashable, Sendable {
  /// What `advance` found to be due.
  public enum Step: Hashable, Sendable {
    case wait
    /// Send it again.
    case again
    /// Nobody acknowledged it: end the call with a BYE.
    case giveUp
  }

  private let timers: TransactionTimers
  private let end: BootInstant
  private var interval: Duration
  private var next: BootInstant

  /// Begins with the first sending at `now`.
  public init(at now: BootInstant, timers: TransactionTimers = .standard) {
    self.timers = timers
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
    interval = min(interval * 2, timers.t2)
    next = now.advanced(by: interval)
    return .again
  }
}
