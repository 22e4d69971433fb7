import DatabaseSupport
import Foundation
import Persistence
import Postgres
import Testing

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct SchemaTests {
  @Test func theSchemaFileIsWhatTheMigrationsMake() async throws {
    try await ScratchDatabase.with { scratch in
      let dumped = try SchemaDump.text(of: scratch.superuser)
      let file = try String(contentsOf: SchemaDump.file, encoding: .utf8)
      if ProcessInfo.processInfo.environment["TANDEM_RECORD_SCHEMA"] != nil {
        try dumped.write(to: SchemaDump.file, atomically: true, encoding: .utf8)
      } else {
        #expect(
          dumped == file,
          "ControlPlane/Persistence/schema.sql is stale: TANDEM_RECORD_SCHEMA=1 writes it anew")
      }
    }
  }

  @Test func everyStepRunTwiceChangesNothing() async throws {
    try await ScratchDatabase.with { scratch in
      _ = try await DemoCustomer.make(in: scratch.store)
      let before = try SchemaDump.text(of: scratch.superuser)
      let repeated = try await Migrator(scratch.owner).migrate(migrations, repeating: true)
      #expect(repeated.count == migrations.flatMap(\.steps).count)
      #expect(try SchemaDump.text(of: scratch.superuser) == before)
      #expect(try await Migrator(scratch.owner).migrate(migrations).isEmpty)
      try await scratch.store.checkReadiness()
    }
  }

  @Test func aServerBeforeItsMigrationsIsNotReady() async throws {
    try await ScratchDatabase.with(migrated: false) { scratch in
      await #expect(throws: StoreError.self) { try await scratch.store.checkReadiness() }
    }
  }
}

/// `pg_dump --schema-only`, without what differs from run to run.
private enum SchemaDump {
  static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../ControlPlane/Persistence/schema.sql").standardizedFileURL

  static func text(of configuration: PostgresConfiguration) throws -> String {
    let program = Process()
    program.executableURL = URL(filePath: "/usr/lib/postgresql/15/bin/pg_dump")
    program.arguments = ["--schema-only", "--no-comments", "--dbname", connection(configuration)]
    let output = Pipe()
    program.standardOutput = output
    try program.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("--") && !$0.hasPrefix("\\") }
      .joined(separator: "\n") + "\n"
  }

  private static func connection(_ configuration: PostgresConfiguration) -> String {
    configuration.parameters.map { "\($0)='\($1)'" }.joined(separator: " ")
  }
}
