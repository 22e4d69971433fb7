import DatabaseSupport
import Testing

@testable import Postgres

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct DatabaseTests {
  private func with(_ body: (ScratchDatabase, Database) async throws -> Void) async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      var limits = Database.Limits()
      limits.connections = 2
      try await body(scratch, Database(scratch.owner, limits: limits))
    }
  }

  @Test(arguments: [
    "'; DROP TABLE x; --", "\"", "\\", "{}", "NULL", "", " ", "$1", "é🎧", "a\nb", ",",
  ])
  func whatIsInterpolatedIsAValueAndNeverPartOfTheStatement(text: String) async throws {
    try await with { _, database in
      let echoed = try await database.transaction { transaction in
        try transaction.query("SELECT \(text)::text AS one, \([text, "x"])::text[] AS many").first {
          (try $0.value("one", as: String.self), try $0.value("many", as: [String].self))
        }
      }
      #expect(echoed?.0 == text)
      #expect(echoed?.1 == [text, "x"])
    }
  }

  @Test func aCharacterThatPostgresDoesNotHaveIsReplaced() async throws {
    try await with { _, database in
      let echoed = try await database.transaction { transaction in
        try transaction.query("SELECT \("a\0b")::text AS text").first {
          try $0.value("text", as: String.self)
        }
      }
      #expect(echoed == "a\u{FFFD}b")
    }
  }

  @Test func aRefusalNamesItsNumberAndItsConstraint() async throws {
    try await with { _, database in
      let error = await #expect(throws: PostgresError.self) {
        try await database.transaction { transaction in
          try transaction.execute("CREATE TABLE t (n int CONSTRAINT only_once PRIMARY KEY)")
          try transaction.execute("INSERT INTO t VALUES (\(1)), (\(1))")
        }
      }
      #expect(error?.state == .uniqueViolation)
      guard case .server(let report) = error else { return }
      #expect(report.constraint == "only_once" && report.table == "t")
    }
  }

  @Test func aTransactionThatThrowsLeavesNothing() async throws {
    struct Stop: Error {}
    try await with { _, database in
      _ = try await database.transaction { try $0.execute("CREATE TABLE t (n int)") }
      await #expect(throws: Stop.self) {
        try await database.transaction { transaction in
          try transaction.execute("INSERT INTO t VALUES (1)")
          throw Stop()
        }
      }
      #expect(try await DatabaseTests.rows(in: database) == 0)
    }
  }

  @Test func aFailureThatTheCodeHidIsNotTakenForACommit() async throws {
    try await with { _, database in
      _ = try await database.transaction { try $0.execute("CREATE TABLE t (n int)") }
      await #expect(throws: PostgresError.self) {
        try await database.transaction { transaction in
          try transaction.execute("INSERT INTO t VALUES (1)")
          _ = try? transaction.execute("SELECT 1 / 0")
        }
      }
      #expect(try await DatabaseTests.rows(in: database) == 0)
    }
  }

  private static func rows(in database: Database) async throws -> Int? {
    try await database.transaction { transaction in
      try transaction.query("SELECT count(*) AS rows FROM t").first { try $0.value("rows") }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aCancelledTaskInterruptsItsStatement() async throws {
    try await with { scratch, database in
      let sleeper = Task {
        try await database.transaction { try $0.execute("SELECT pg_sleep(300)") }
      }
      try await DatabaseTests.wait(for: 1, asleepIn: scratch)
      sleeper.cancel()
      await #expect(throws: CancellationError.self) { try await sleeper.value }
      try await DatabaseTests.wait(for: 0, asleepIn: scratch)
      #expect(try await database.transaction { try $0.execute("SELECT 1") } == 1)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aCancelledTaskThatWaitsIsGivenUpAtOnce() async throws {
    try await with { scratch, database in
      let sleepers = (0..<2).map { _ in
        Task { try await database.transaction { try $0.execute("SELECT pg_sleep(300)") } }
      }
      try await DatabaseTests.wait(for: 2, asleepIn: scratch)
      let third = Task { try await database.transaction { try $0.execute("SELECT 3") } }
      third.cancel()
      await #expect(throws: CancellationError.self) { try await third.value }
      for sleeper in sleepers { sleeper.cancel() }
    }
  }

  /// Waits until so many backends of the database sleep.
  private static func wait(for count: Int, asleepIn scratch: ScratchDatabase) async throws {
    let watcher = Database(scratch.superuser)
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      let asleep = try await watcher.transaction { transaction in
        try transaction.query(
          """
          SELECT count(*) AS asleep FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event = 'PgSleep'
          """
        ).first { try $0.value("asleep", as: Int.self) }
      }
      if asleep == count { return }
    }
    Issue.record("not \(count) asleep within 20 s")
  }

  @Test func aStatementThatTakesTooLongIsStoppedByTheServer() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      var hurried = scratch.owner
      hurried.statementTimeout = .milliseconds(50)
      let database = Database(hurried)
      let error = await #expect(throws: PostgresError.self) {
        try await database.transaction { try $0.execute("SELECT pg_sleep(300)") }
      }
      #expect(error?.state == .queryCanceled)
    }
  }

  @Test func thePoolOutlivesTheLossOfEveryConnection() async throws {
    try await with { scratch, database in
      for _ in 0..<3 {
        try await withThrowingTaskGroup { group in
          for _ in 0..<8 {
            group.addTask { _ = try await database.transaction { try $0.execute("SELECT 1") } }
          }
          try await group.waitForAll()
        }
        try await DatabaseTests.hangUp(scratch)
      }
      try await database.checkReadiness()
    }
  }

  @Test func whileNoServerAnswersWorkIsRefusedAndAfterwardsItGoesOn() async throws {
    try await with { scratch, database in
      let name = scratch.owner.parameters["dbname"] ?? ""
      let administration = Administration(scratch.superuser.naming("postgres"))
      try await administration.run(["ALTER DATABASE \(name) ALLOW_CONNECTIONS false"])
      try await DatabaseTests.hangUp(scratch, from: "postgres")
      let error = await #expect(throws: PostgresError.self) { try await database.checkReadiness() }
      guard case .unavailable = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try await administration.run(["ALTER DATABASE \(name) ALLOW_CONNECTIONS true"])
      try await database.checkReadiness()
    }
  }

  /// Ends every backend of the scratch database, as a restart of the server does.
  static func hangUp(_ scratch: ScratchDatabase, from database: String? = nil) async throws {
    let name = scratch.owner.parameters["dbname"] ?? ""
    let configuration = database.map { scratch.superuser.naming($0) } ?? scratch.superuser
    try await Administration(configuration).run([
      """
      SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = '\(name)' AND pid <> pg_backend_pid()
      """
    ])
  }

  @Test func moreWorkThanMayWaitIsRefusedAtOnce() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      var limits = Database.Limits()
      (limits.connections, limits.waiting) = (1, 0)
      let database = Database(scratch.owner, limits: limits)
      await #expect(throws: PostgresError.overloaded(waiting: 0)) {
        try await database.transaction { try $0.execute("SELECT 1") }
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func ofTwoTransactionsThatBlockEachOtherBothSucceed() async throws
  {
    try await with { _, database in
      try await database.transaction { transaction in
        try transaction.execute("CREATE TABLE t (n int PRIMARY KEY, visits int NOT NULL)")
        try transaction.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
      }
      try await withThrowingTaskGroup { group in
        for order in [[1, 2], [2, 1]] {
          group.addTask {
            try await database.transaction { transaction in
              for n in order {
                try transaction.execute("UPDATE t SET visits = visits + 1 WHERE n = \(n)")
                try transaction.execute("SELECT pg_sleep(0.1)")
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let visits = try await database.transaction { transaction in
        try transaction.query("SELECT visits FROM t").map { try $0.value("visits", as: Int.self) }
      }
      #expect(visits == [2, 2])
    }
  }
}

extension PostgresConfiguration {
  /// The same server's other database.
  func naming(_ database: String) -> PostgresConfiguration {
    var configuration = self
    configuration.parameters["dbname"] = database
    return configuration
  }
}
