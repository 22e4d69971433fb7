import DatabaseSupport
import Testing

@testable import Postgres

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct MigratorTests {
  private static let first = Migration(
    "first",
    [
      .init("table", "CREATE TABLE IF NOT EXISTS t (n int)"),
      .init(
        "index", standsAlone: true, "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_by_n ON t (n)"),
    ])

  @Test func eachStepIsAppliedOnceHoweverManyMigrateAtOnce() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 {
          group.addTask { try await Migrator(scratch.owner).migrate([MigratorTests.first]) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(applied == ["first/table", "first/index"])
    }
  }

  @Test func aStepThatWasEditedAfterwardsIsRefused() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let migrator = Migrator(scratch.owner)
      try await migrator.migrate([MigratorTests.first])
      let edited = Migration("first", [.init("table", "CREATE TABLE IF NOT EXISTS t (n bigint)")])
      await #expect(throws: MigrationError.edited(migration: "first", step: "table")) {
        try await migrator.migrate([edited])
      }
    }
  }

  @Test func aStepThatFailsLeavesNothingAndIsTriedAgain() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      let migrator = Migrator(scratch.owner)
      let broken = Migration("second", [.init("half", "CREATE TABLE u (n int); SELECT 1 / 0")])
      let error = await #expect(throws: MigrationError.self) {
        try await migrator.migrate([MigratorTests.first, broken])
      }
      guard case .failed("second", "half", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let mended = Migration("second", [.init("half", "CREATE TABLE u (n int)")])
      let applied = try await migrator.migrate([MigratorTests.first, mended])
      #expect(applied == ["second/half"])
    }
  }
}
