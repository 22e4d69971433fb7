internal import Logging

/// One thread's connection: made when first needed, made again after it broke.
final class Worker {
  private let configuration: PostgresConfiguration
  private let logger: Logger
  private var connection: Connection?

  init(configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// The connection, and whether it is a new one: an old one may have died unnoticed.
  private func ready() throws(PostgresError) -> (Connection, isNew: Bool) {
    if let connection, !connection.isBroken { return (connection, false) }
    connection = nil
    let opened = try Connection(configuration)
    connection = opened
    return (opened, true)
  }

  /// What can interrupt the statement that runs now.
  func makeCanceller() -> Canceller? { connection?.makeCanceller() }

  /// Begins a transaction. Nothing was done yet, so a connection that turns out to be dead is
  /// replaced and the caller never hears of it.
  private func begin(_ script: String) throws(PostgresError) -> Connection {
    let (connection, isNew) = try ready()
    do {
      try connection.run(script: script)
      return connection
    } catch {
      guard connection.isBroken, !isNew else { throw error }
      logger.info("connecting to Postgres again", metadata: ["reason": "\(error)"])
    }
    let (fresh, _) = try ready()
    try fresh.run(script: script)
    return fresh
  }

  /// Runs `body` between BEGIN and COMMIT, and again where the server invites to.
  func transaction<Value>(
    _ options: TransactionOptions, willStart: (Canceller?) -> Void,
    _ body: (borrowing Transaction) throws -> Value
  ) throws -> Value {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try attempt(options, willStart: willStart, body)
      } catch let error as PostgresError
        where error.state?.invitesRetry == true && attempts < options.attempts
      {
        logger.debug("transaction tried again", metadata: ["reason": "\(error)"])
      }
    }
  }

  private func attempt<Value>(
    _ options: TransactionOptions, willStart: (Canceller?) -> Void,
    _ body: (borrowing Transaction) throws -> Value
  ) throws -> Value {
    let connection = try begin(options.beginScript)
    willStart(connection.makeCanceller())
    let value: Value
    do {
      value = try body(Transaction(connection: connection))
    } catch {
      rollBack(connection)
      throw error
    }
    try commit(connection)
    return value
  }

  private func commit(_ connection: Connection) throws(PostgresError) {
    let tag: String
    do {
      tag = try connection.run(script: "COMMIT")
    } catch {
      guard case .unavailable(let reason) = error else { throw error }
      throw .commitUnknown(reason)
    }
    // The server answers ROLLBACK when a statement had failed and `body` hid it.
    guard tag == "COMMIT" else { throw .notStarted("the transaction had failed: \(tag)") }
  }

  private func rollBack(_ connection: Connection) {
    guard !connection.isBroken else { return }
    do {
      try connection.run(script: "ROLLBACK")
    } catch {
      self.connection = nil
    }
  }

  /// Runs `body` outside a transaction on a connection of its own: for migrations.
  func session<Value>(_ body: (borrowing Session) throws -> Value) throws -> Value {
    defer { connection = nil }
    let (connection, _) = try ready()
    return try body(Session(connection: connection))
  }
}
