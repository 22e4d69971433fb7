/// Statements outside transactions, for those who make databases and roles.
public struct Administration: Sendable {
  private let configuration: PostgresConfiguration

  public init(_ configuration: PostgresConfiguration) { self.configuration = configuration }

  /// Runs `scripts` one after the other on one connection, then closes it. A script of several
  /// statements is one transaction unless it says otherwise.
  public func run(_ scripts: [String]) async throws {
    var limits = Database.Limits()
    limits.connections = 1
    let database = Database(configuration, limits: limits)
    try await database.session { session in
      for script in scripts { try session.run(script: script) }
    }
  }
}
