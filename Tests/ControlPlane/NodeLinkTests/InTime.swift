import Support

/// Waits for `work` at most `limit`, and names what it waited for when that was not enough. Whoever
/// asked goes on then, even if the work does not heed that it is cancelled.
func inTime<Value: Sendable>(
  _ what: String, within limit: Duration = .seconds(20),
  _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let (outcomes, outcome) = AsyncStream<Result<Value, any Error>>.makeStream()
  let worker = Task {
    do { outcome.yield(.success(try await work())) } catch { outcome.yield(.failure(error)) }
  }
  let alarm = Task {
    try await Task.sleep(for: limit)
    outcome.yield(.failure(TimedOut(what: what, limit: limit)))
  }
  defer {
    worker.cancel()
    alarm.cancel()
  }
  for await first in outcomes { return try first.get() }
  throw CancellationError()
}
