import Foundation
import Synchronization

/// The one thread that starts child processes. The kernel kills a child with `PR_SET_PDEATHSIG`
/// when the *thread* that started it ends, and threads of a pool come and go.
final class SpawningThread: Sendable {
  static let shared = SpawningThread()

  private let work = Mutex<[@Sendable () -> Void]>([])
  private let arrived = DispatchSemaphore(value: 0)

  private init() {
    let thread = Thread { [self] in
      while true {
        arrived.wait()
        let next = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        next?()
      }
    }
    thread.name = "spawning"
    thread.start()
  }

  /// Runs `body` there and waits for it.
  func perform<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let outcome = Mutex<Result<Value, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let holder = Holder(outcome)
    work.withLock {
      $0.append {
        let result = Result { try body() }
        holder.outcome.withLock { $0 = result }
        done.signal()
      }
    }
    arrived.signal()
    done.wait()
    guard let result = holder.outcome.withLock({ $0 }) else {
      preconditionFailure("the spawning thread signalled without an outcome")
    }
    return try result.get()
  }

  private final class Holder<Value: Sendable>: Sendable {
    let outcome: Mutex<Result<Value, any Error>?>

    init(_ outcome: consuming Mutex<Result<Value, any Error>?>) { self.outcome = outcome }
  }
}
