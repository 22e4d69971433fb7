import ArgumentParser
import Logging
import Persistence
import Postgres
import StructuredLogging

/// Brings the database's schema up to date, as its owner.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings the database's schema up to date.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try await options.load()
    JSONLineHandler.bootstrap(
      level: settings.logLevel, metadata: ["replica": "\(settings.name)"])
    guard let owner = settings.postgresOwner else {
      throw UnusableSetting(key: "postgres.owner-user", reason: "is missing")
    }
    let logger = Logger(label: "migrate")
    let applied = try await Migrator(owner, logger: logger).migrate(migrations)
    logger.info("the schema is up to date", metadata: ["applied": "\(applied.count)"])
  }
}
