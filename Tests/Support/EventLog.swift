import Synchronization

/// What happened, in order, with a reader that moves on from event to event.
public final class EventLog<Event: Sendable>: Sendable {
  private struct State {
    var events: [Event] = []
    var read = 0
  }

  private let state = Mutex(State())

  public init() {}

  public func append(_ event: Event) { state.withLock { $0.events.append(event) } }

  /// Everything since the beginning, read or not.
  public var all: [Event] { state.withLock { $0.events } }

  /// Waits for the next event that matches, and passes over those before it.
  public func next(
    _ what: String, within limit: Duration, where matches: (Event) -> Bool
  ) async throws -> Event {
    try await eventually(what, within: limit, every: .milliseconds(5)) { take(where: matches) }
  }

  private func take(where matches: (Event) -> Bool) -> Event? {
    state.withLock { state in
      guard let index = state.events[state.read...].firstIndex(where: matches) else { return nil }
      state.read = index + 1
      return state.events[index]
    }
  }
}
