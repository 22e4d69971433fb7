public import Logging

/// A pool of threads that each own one connection. Work is handed to them and awaited, so libpq's
/// blocking calls never hold one of Swift's own threads. A connection that broke is made again for
/// the next transaction; nothing has to be restarted after the server was.
public final class Database: Sendable {
  /// How much may wait.
  public struct Limits: Sendable {
    /// Connections, each with its thread.
    public var connections = 8
    /// Transactions that may wait for a connection; more are refused at once.
    public var waiting = 10_000
    /// How long one waits before it is given up.
    public var patience: Duration = .seconds(30)

    public init() {}
  }

  private let queue: JobQueue
  private let threads: [Thread]
  private let limits: Limits

  /// Starts the threads; connections are made when first needed.
  public init(
    _ configuration: PostgresConfiguration, limits: Limits = Limits(),
    logger: Logger = Logger(label: "postgres")
  ) {
    let queue = JobQueue(limit: limits.waiting)
    self.queue = queue
    self.limits = limits
    threads = (0..<limits.connections).map { _ in
      Thread {
        let worker = Worker(configuration: configuration, logger: logger)
        while let job = queue.next() { job.run(on: worker) }
      }
    }
  }

  deinit { queue.close() }

  /// Lets the waiting transactions finish, then closes every connection. Blocks meanwhile.
  public func close() {
    queue.close()
    for thread in threads { thread.join() }
  }

  /// Runs `body` in a transaction on one of the pool's threads and commits it, or rolls it back
  /// when `body` throws. `body` may be run again after a deadlock, so it must not leave traces
  /// outside the database. Cancelling the task interrupts the statement that runs.
  @discardableResult
  public func transaction<Value: Sendable>(
    _ options: TransactionOptions = TransactionOptions(),
    _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
  ) async throws -> Value {
    try await submit { worker, willStart in
      try worker.transaction(options, willStart: willStart, body)
    }
  }

  /// Runs `body` outside a transaction on a connection that is closed afterwards.
  func session<Value: Sendable>(
    _ body: @escaping @Sendable (borrowing Session) throws -> Value
  ) async throws -> Value {
    try await submit { worker, _ in try worker.session(body) }
  }

  private func submit<Value: Sendable>(
    _ body: @escaping @Sendable (Worker, (Canceller?) -> Void) throws -> Value
  ) async throws -> Value {
    let job = PooledJob(patience: limits.patience, body)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard job.wait(with: continuation) else { return }
        if let refusal = queue.submit(job) { job.abandon(refusal) }
      }
    } onCancel: {
      job.cancel()
    }
  }

  /// Throws unless the server takes writes now: for `/readyz`.
  public func checkReadiness() async throws {
    let isReadOnly = try await transaction { transaction in
      try transaction.query("SELECT pg_is_in_recovery() AS recovering")
        .first { try $0.value("recovering", as: Bool.self) }
    }
    guard isReadOnly == false else { throw PostgresError.unavailable("the server is a standby") }
  }
}
