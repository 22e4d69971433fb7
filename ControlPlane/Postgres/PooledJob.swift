internal import Synchronization

/// One task's work: waits in the queue, then runs on a worker. It is resumed exactly once, by
/// whoever moves it to `done`.
final class PooledJob<Value: Sendable>: Job {
  private enum State {
    /// Leads to `waiting`, or to `done` when the task is cancelled first.
    case created
    /// Leads to `running` or `done`.
    case waiting(CheckedContinuation<Value, any Error>)
    /// Leads to `done`.
    case running(CheckedContinuation<Value, any Error>, Canceller?, isCancelled: Bool)
    /// Leads nowhere.
    case done
  }

  private let state = Mutex(State.created)
  private let submitted = ContinuousClock.now
  private let patience: Duration
  private let body: @Sendable (Worker, (Canceller?) -> Void) throws -> Value

  init(
    patience: Duration, _ body: @escaping @Sendable (Worker, (Canceller?) -> Void) throws -> Value
  ) {
    self.patience = patience
    self.body = body
  }

  /// Takes the continuation; `false` when the task was cancelled before.
  func wait(with continuation: CheckedContinuation<Value, any Error>) -> Bool {
    let isWaiting = state.withLock { state in
      guard case .created = state else { return false }
      state = .waiting(continuation)
      return true
    }
    if !isWaiting { continuation.resume(throwing: CancellationError()) }
    return isWaiting
  }

  func run(on worker: Worker) {
    guard ContinuousClock.now - submitted < patience else {
      return abandon(.notStarted("waited \(patience) for a connection"))
    }
    guard start() else { return }
    finish(Result { try body(worker, register) })
  }

  private func start() -> Bool {
    state.withLock { state in
      guard case .waiting(let continuation) = state else { return false }
      state = .running(continuation, nil, isCancelled: false)
      return true
    }
  }

  /// The statement that runs from now on is interrupted with `canceller`.
  private func register(_ canceller: Canceller?) {
    let isLate = state.withLock { state in
      guard case .running(let continuation, _, let isCancelled) = state else { return false }
      state = .running(continuation, canceller, isCancelled: isCancelled)
      return isCancelled
    }
    if isLate { canceller?.cancel() }
  }

  private func finish(_ result: Result<Value, any Error>) {
    let (continuation, wasCancelled) = take()
    if wasCancelled, case .failure(let error as PostgresError) = result,
      error.state == .queryCanceled
    {
      continuation?.resume(throwing: CancellationError())
    } else {
      continuation?.resume(with: result)
    }
  }

  private func take() -> (CheckedContinuation<Value, any Error>?, wasCancelled: Bool) {
    state.withLock { state in
      defer { state = .done }
      switch state {
      case .waiting(let continuation): return (continuation, false)
      case .running(let continuation, _, let isCancelled): return (continuation, isCancelled)
      case .created, .done: return (nil, false)
      }
    }
  }

  func abandon(_ reason: PostgresError) { take().0?.resume(throwing: reason) }

  /// The task no longer wants the answer. A job that waits is given up at once; for one that runs
  /// the server is asked to stop, on a thread of its own because asking blocks.
  func cancel() {
    let (waiting, running) = state.withLock {
      state -> (CheckedContinuation<Value, any Error>?, Canceller?) in
      switch state {
      case .created:
        state = .done
        return (nil, nil)
      case .waiting(let continuation):
        state = .done
        return (continuation, nil)
      case .running(let continuation, let canceller, _):
        state = .running(continuation, canceller, isCancelled: true)
        return (nil, canceller)
      case .done: return (nil, nil)
      }
    }
    waiting?.resume(throwing: CancellationError())
    if let running { _ = Thread { running.cancel() } }
  }
}
