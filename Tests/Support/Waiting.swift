/// Something that did not happen in time.
public struct TimedOut: Error, CustomStringConvertible {
  public let what: String
  public let limit: Duration

  public init(what: String, limit: Duration) {
    self.what = what
    self.limit = limit
  }

  public var description: String { "\(what): not within \(limit)" }
}

/// Asks `condition` every `interval` until it answers with a value, and returns that.
///
/// Throws `TimedOut` naming `what` after `limit`, and whatever `condition` throws at once.
public func eventually<Value: Sendable>(
  _ what: String, within limit: Duration, every interval: Duration = .milliseconds(20),
  condition: () async throws -> Value?
) async throws -> Value {
  let clock = ContinuousClock()
  let deadline = clock.now.advanced(by: limit)
  while true {
    if let value = try await condition() { return value }
    guard clock.now < deadline else { throw TimedOut(what: what, limit: limit) }
    try await clock.sleep(for: interval)
  }
}

/// Asks `condition` until it is true.
public func eventually(
  _ what: String, within limit: Duration, every interval: Duration = .milliseconds(20),
  isTrue condition: () async throws -> Bool
) async throws {
  _ = try await eventually(what, within: limit, every: interval) {
    try await condition() ? true : nil
  }
}
