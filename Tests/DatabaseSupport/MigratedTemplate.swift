import Persistence
import Postgres

/// The database that the others are copied from: the migrations run once for each process, not for
/// each test.
actor MigratedTemplate {
  static let shared = MigratedTemplate()

  private var making: Task<String, any Error>?

  /// Its name. Nobody is connected to it any more.
  func name() async throws -> String {
    if let making { return try await making.value }
    let task = Task {
      let name = try await ScratchServer.makeDatabase()
      let owner = ScratchServer.configuration(
        try ScratchServer.configuration(database: name), as: "tandem_owner")
      try await Migrator(owner).migrate(migrations)
      return name
    }
    making = task
    return try await task.value
  }
}
