public import Persistence
public import Postgres

/// A migrated database of its own for one test, dropped afterwards.
///
/// The server is named by `TANDEM_TEST_POSTGRES`, a superuser's connection string that `Tests/run`
/// provides. Suites that need one say
/// `.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run")`.
public struct ScratchDatabase: Sendable {
  public static var isAvailable: Bool { ScratchServer.connectionString != nil }

  /// The database as the cluster's superuser, who is exempt from its policies.
  public let superuser: PostgresConfiguration
  /// The database as the schema's owner.
  public let owner: PostgresConfiguration
  /// The database as the server's own role.
  public let server: PostgresConfiguration
  /// A pool of the server's own role.
  public let database: Database
  /// The repositories over that pool.
  public var store: Store { Store(database) }

  /// Runs `body` with a new database; without `migrated` it is empty. Only a few exist at a time;
  /// the others wait.
  @discardableResult
  public static func with<Result: Sendable>(
    migrated: Bool = true, _ body: (ScratchDatabase) async throws -> Result
  ) async throws -> Result {
    try await turns.taking {
      let name =
        migrated
        ? try await ScratchServer.makeDatabase(copying: MigratedTemplate.shared.name())
        : try await ScratchServer.makeDatabase()
      let scratch = try ScratchDatabase(name: name)
      do {
        let result = try await body(scratch)
        try await ScratchServer.drop(name)
        return result
      } catch {
        try await ScratchServer.drop(name)
        throw error
      }
    }
  }

  private static let turns = Turns(6)

  private init(name: String) throws {
    superuser = try ScratchServer.configuration(database: name)
    owner = ScratchServer.configuration(superuser, as: "tandem_owner")
    server = ScratchServer.configuration(superuser, as: "tandem_server")
    var limits = Database.Limits()
    limits.connections = 4
    database = Database(server, limits: limits)
  }
}
