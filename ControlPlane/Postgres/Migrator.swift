internal import Glibc
public import Logging

/// A change of the schema: small steps in order, each safe to run twice.
public struct Migration: Sendable {
  /// The name of its folder.
  public let name: String
  public let steps: [Step]

  public struct Step: Sendable {
    public let name: String
    public let sql: String
    /// What Postgres does not allow inside a transaction: `CREATE INDEX CONCURRENTLY`.
    public let standsAlone: Bool

    public init(_ name: String, standsAlone: Bool = false, _ sql: String) {
      self.name = name
      self.sql = sql
      self.standsAlone = standsAlone
    }
  }

  public init(_ name: String, _ steps: [Step]) {
    self.name = name
    self.steps = steps
  }
}

/// Why a schema was not migrated.
public enum MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An applied step reads differently now: applied steps are history and never edited.
  case edited(migration: String, step: String)
  case failed(migration: String, step: String, PostgresError)

  public var description: String {
    switch self {
    case .edited(let migration, let step):
      "Step \(step) of migration \(migration) was edited after it had been applied"
    case .failed(let migration, let step, let error):
      "Step \(step) of migration \(migration) failed: \(error)"
    }
  }
}

/// Brings a schema up to date. Any number may run at once: they take turns under an advisory lock,
/// and each step is recorded, with its checksum, in the transaction that applies it.
public struct Migrator: Sendable {
  /// The advisory lock's key: any number that nothing else uses.
  private static let lockKey: Int64 = 7_237_111_020_481_001

  let configuration: PostgresConfiguration
  let logger: Logger

  /// The configuration names the schema's owner.
  public init(_ configuration: PostgresConfiguration, logger: Logger = Logger(label: "migrator")) {
    var configuration = configuration
    configuration.statementTimeout = .seconds(600)
    configuration.lockTimeout = .seconds(5)
    self.configuration = configuration
    self.logger = logger
  }

  /// Applies what is missing; returns what was, as `migration/step`. With `repeating`, steps that
  /// were applied before are run again, which must change nothing.
  @discardableResult
  public func migrate(_ migrations: [Migration], repeating: Bool = false) async throws -> [String] {
    var limits = Database.Limits()
    limits.connections = 1
    let database = Database(configuration, limits: limits, logger: logger)
    return try await database.session { session in
      try takeTurn(in: session)
      try session.run(script: Migrator.journal)
      return try migrations.flatMap { migration in
        try migration.steps.compactMap { step in
          try apply(step, of: migration, repeating: repeating, in: session)
            ? "\(migration.name)/\(step.name)" : nil
        }
      }
    }
  }

  /// Asks for the advisory lock again and again instead of waiting in it: `CREATE INDEX
  /// CONCURRENTLY` waits for every running statement, also for one that waits for this lock.
  private func takeTurn(in session: borrowing Session) throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try !hasLock(in: session) {
      guard ContinuousClock.now < deadline else {
        throw PostgresError.notStarted("somebody else has been migrating for ten minutes")
      }
      usleep(50_000)
    }
  }

  private func hasLock(in session: borrowing Session) throws(PostgresError) -> Bool {
    let rows = try session.query(
      "SELECT pg_try_advisory_lock(\(Migrator.lockKey)::bigint) AS taken")
    guard rows.count == 1 else { return false }
    return try rows.row(0).value("taken")
  }

  private static let journal = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
      migration text NOT NULL,
      step text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (migration, step)
    )
    """

  /// Whether the step was run.
  private func apply(
    _ step: Migration.Step, of migration: Migration, repeating: Bool, in session: borrowing Session
  ) throws -> Bool {
    do {
      let checksum = try checksum(of: step, in: session)
      let applied = try appliedChecksum(of: step, migration, in: session)
      guard applied == nil || applied == checksum else {
        throw MigrationError.edited(migration: migration.name, step: step.name)
      }
      guard applied == nil || repeating else { return false }
      try run(step, of: migration, checksum: checksum, in: session)
    } catch let error as PostgresError {
      throw MigrationError.failed(migration: migration.name, step: step.name, error)
    }
    logger.info("migrated", metadata: ["migration": "\(migration.name)", "step": "\(step.name)"])
    return true
  }

  private func checksum(
    of step: Migration.Step, in session: borrowing Session
  ) throws(PostgresError) -> String {
    let rows = try session.query(
      "SELECT encode(sha256(convert_to(\(step.sql)::text, 'UTF8')), 'hex') AS checksum")
    return try Migrator.text("checksum", of: rows) ?? ""
  }

  private func appliedChecksum(
    of step: Migration.Step, _ migration: Migration, in session: borrowing Session
  ) throws(PostgresError) -> String? {
    let rows = try session.query(
      """
      SELECT checksum FROM schema_migrations
      WHERE migration = \(migration.name) AND step = \(step.name)
      """)
    return try Migrator.text("checksum", of: rows)
  }

  private static func text(
    _ column: String, of rows: borrowing Rows
  ) throws(PostgresError) -> String? {
    rows.count == 0 ? nil : try rows.row(0).value(column)
  }

  private func run(
    _ step: Migration.Step, of migration: Migration, checksum: String,
    in session: borrowing Session
  ) throws(PostgresError) {
    if !step.standsAlone { try session.run(script: "BEGIN") }
    do throws(PostgresError) {
      try session.run(script: step.sql)
      _ = try session.query(
        """
        INSERT INTO schema_migrations (migration, step, checksum)
        VALUES (\(migration.name), \(step.name), \(checksum)) ON CONFLICT DO NOTHING
        """)
      if !step.standsAlone { try session.run(script: "COMMIT") }
    } catch {
      if !step.standsAlone { try? session.run(script: "ROLLBACK") }
      throw error
    }
  }
}
