import ArgumentParser
import Logging
import Operations
import Persistence
import Postgres
import StructuredLogging

/// Makes the key by which everything else is made.
struct CreateOperatorKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes an operator's key to the API and prints it, this once.")

  @Option(help: "Whose or what for it is.")
  var name: String
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try await options.load()
    JSONLineHandler.bootstrap(
      level: settings.logLevel, metadata: ["replica": "\(settings.name)"])
    var limits = Database.Limits()
    limits.connections = 1
    let database = Database(
      settings.postgres, limits: limits, logger: Logger(label: "create-operator-key"))
    defer { database.close() }
    let minted = try await KeyOperations(Store(database)).createOperatorKey(name)
    print(minted.secret)
  }
}
