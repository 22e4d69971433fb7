import DatabaseSupport
import Testing

@testable import Postgres

@Suite(
  .enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"),
  .timeLimit(.minutes(5)))
struct ListenerTests {
  private static let news = ListenerEvent.notification(channel: "news", payload: "hello")

  private func notify(_ database: Database) async throws {
    try await database.transaction { try $0.execute("SELECT pg_notify('news', 'hello')") }
  }

  /// Tells the news again and again until the listener hears them; returns what it heard before.
  private func heardBeforeNews(
    _ events: inout AsyncStream<ListenerEvent>.Iterator, from database: Database
  ) async throws -> [ListenerEvent] {
    let teller = Task {
      while !Task.isCancelled { try await notify(database) }
    }
    defer { teller.cancel() }
    var heard: [ListenerEvent] = []
    while let event = await events.next(isolation: nil) {
      if event == ListenerTests.news { return heard }
      heard.append(event)
    }
    return heard
  }

  @Test func aSubscriberFirstReadsEverythingAndThenHearsEachNotification() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let listener = Listener(scratch.server, channels: ["news"])
      defer { listener.close() }
      var events = listener.events { $0 }.makeAsyncIterator()
      let heard = try await heardBeforeNews(&events, from: scratch.database)
      #expect(heard.first == .resynchronize)
      #expect(Set(heard) == [.resynchronize])
    }
  }

  @Test func afterALostConnectionItListensAgainAndSaysThatNewsMayBeMissing() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let listener = Listener(scratch.server, channels: ["news"])
      defer { listener.close() }
      var events = listener.events { $0 }.makeAsyncIterator()
      _ = try await heardBeforeNews(&events, from: scratch.database)
      try await DatabaseTests.hangUp(scratch)
      while let event = await events.next(isolation: nil), event != .resynchronize {}
      #expect(try await heardBeforeNews(&events, from: scratch.database).isEmpty)
    }
  }

  @Test func aClosedListenerEndsItsStreams() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let listener = Listener(scratch.server, channels: ["news"])
      let events = listener.events { $0 }
      listener.close()
      var heard: [ListenerEvent] = []
      for await event in events { heard.append(event) }
      #expect(Set(heard) == [.resynchronize])
      for await _ in listener.events({ $0 }) where heard.isEmpty { Issue.record("still open") }
    }
  }
}
