import NodeContract

/// What one agent did for callers, as far as queues choose by it: a value that hears of what happens.
struct AgentRecord: Hashable, Sendable {
  /// Which login its figures belong to; nil: the agent never logged in or out.
  private(set) var login: WallTime?
  /// Callers whom it took since.
  private(set) var calls: UInt32
  /// When it was rung last.
  private(set) var rungAt: BootInstant?
  /// When its last caller left.
  private(set) var freeSince: BootInstant?
  /// It has a caller since.
  private(set) var servesSince: BootInstant?
  /// It has time for itself.
  private(set) var wrapsUpUntil: BootInstant?
  /// It did not answer, and is passed over.
  private(set) var restsUntil: BootInstant?
  /// Callers in a row whom it did not answer.
  private(set) var missed: UInt8
  /// How long its callers stay and it has for itself afterwards: the latest weigh a quarter.
  private(set) var pace: Duration?

  init(
    login: WallTime? = nil, calls: UInt32 = 0, rungAt: BootInstant? = nil,
    freeSince: BootInstant? = nil, servesSince: BootInstant? = nil,
    wrapsUpUntil: BootInstant? = nil, restsUntil: BootInstant? = nil, missed: UInt8 = 0,
    pace: Duration? = nil
  ) {
    self.login = login
    self.calls = calls
    self.rungAt = rungAt
    self.freeSince = freeSince
    self.servesSince = servesSince
    self.wrapsUpUntil = wrapsUpUntil
    self.restsUntil = restsUntil
    self.missed = missed
    self.pace = pace.map { min(max($0, .zero), Self.slowest) }
  }

  /// Nobody takes longer for one caller, as far as forecasts go.
  private static let slowest = Duration.seconds(86_400)

  /// When it changes by itself.
  var nextDeadline: BootInstant? { [wrapsUpUntil, restsUntil].compactMap(\.self).min() }

  // MARK: - Events

  /// Whoever logged in anew begins anew.
  mutating func follow(login: WallTime?) {
    guard login != self.login else { return }
    (self.login, calls, missed, restsUntil) = (login, 0, 0, nil)
  }

  mutating func rung(at now: BootInstant) { rungAt = now }

  /// It did not answer, and is passed over for as long.
  /// - Returns: whether it missed so many in a row that it is to be paused.
  mutating func misses(restingFor rest: Duration, pausingAfter limit: UInt8?, at now: BootInstant)
    -> Bool
  {
    missed = missed < .max ? missed + 1 : missed
    rests(for: rest, at: now)
    guard let limit, missed >= limit else { return false }
    missed = 0
    return true
  }

  /// It could not be rung.
  mutating func rests(for rest: Duration, at now: BootInstant) {
    restsUntil = rest > .zero ? now.advanced(by: rest) : nil
  }

  mutating func answers(at now: BootInstant) {
    calls &+= 1
    (missed, restsUntil, wrapsUpUntil) = (0, nil, nil)
    servesSince = now
  }

  /// Its caller left, or it left its caller.
  mutating func isFree(wrappingUpFor wrapUp: Duration, at now: BootInstant) {
    if let servesSince {
      let latest = min(servesSince.duration(to: now) + wrapUp, Self.slowest)
      // In whole nanoseconds, as whoever carries on reads it.
      pace = pace.map { .nanoseconds(($0.nanoseconds * 3 + latest.nanoseconds) / 4) } ?? latest
    }
    (servesSince, freeSince) = (nil, now)
    wrapsUpUntil = wrapUp > .zero ? now.advanced(by: wrapUp) : nil
  }

  /// What is over is forgotten.
  mutating func advance(to now: BootInstant) {
    if let until = wrapsUpUntil, until <= now { wrapsUpUntil = nil }
    if let until = restsUntil, until <= now { restsUntil = nil }
  }
}
