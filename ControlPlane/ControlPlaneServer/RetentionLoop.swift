import Logging
import Operations
import Persistence
import ServiceLifecycle

/// Takes away, every hour, what has been kept for as long as its owner wants it. Several replicas may
/// do so at once.
struct RetentionLoop: Service {
  private let retention: Retention
  private let log = Logger(label: "retention")

  init(_ store: Store) { retention = Retention(store) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await retention.expire()
        } catch {
          log.warning("what is too old is still there", metadata: ["cause": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(3_600))
      }
    }
  }
}
