import Foundation
import Logging
import NodeContract

/// Brings one session's facts into the ledger: all that wait in one commit, again and again until
/// it succeeds, and only then the acknowledgement.
struct FactCommitter {
  private static let firstRetry = Duration.milliseconds(100)
  private static let longestRetry = Duration.seconds(5)

  let session: NodeSession
  let ledger: any FactLedger
  let logger: Logger
  /// Called between a commit and its acknowledgement, with the node whose facts they are.
  let afterCommit: @Sendable (NodeName) -> Void

  /// Runs until the session ends or its task is cancelled.
  func run() async throws {
    for await _ in session.factWakeups {
      while case let records = await session.takeFacts(), let last = records.last {
        try await commit(records)
        afterCommit(session.hello.node)
        await session.factsAreCommitted(through: last.sequence)
      }
    }
  }

  private func commit(_ records: [SpoolRecord]) async throws {
    var pause = Self.firstRetry
    while true {
      do {
        return try await ledger.commit(records)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        logger.error(
          "facts are not committed yet",
          metadata: [
            "node": "\(session.hello.node)", "count": "\(records.count)", "reason": "\(error)",
          ])
        try await Task.sleep(for: pause)
        pause = min(pause * 2, Self.longestRetry)
      }
    }
  }
}

/// With `TANDEM_STOP_AFTER_COMMIT=NODE` in the environment the process dies between the first commit
/// of that node's facts and their acknowledgement, as a test of exactly-once billing wants it to.
enum StopAfterCommit {
  static let hook: @Sendable (NodeName) -> Void = { node in
    if ProcessInfo.processInfo.environment["TANDEM_STOP_AFTER_COMMIT"] == "\(node)" {
      kill(getpid(), SIGKILL)
    }
  }
}
