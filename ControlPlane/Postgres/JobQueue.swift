internal import Glibc

/// Work that waits for a connection.
protocol Job: Sendable {
  /// Does the work on a worker's thread.
  func run(on worker: Worker)
  /// Gives it up undone.
  func abandon(_ reason: PostgresError)
}

/// A bounded first-in-first-out queue on which threads sleep. All mutable state is touched only
/// between lock and unlock, which is what makes it sendable.
final class JobQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let limit: Int
  private var jobs: [any Job] = []
  private var head = 0
  private var isClosed = false

  init(limit: Int) {
    self.limit = limit
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Takes the job, or says why it cannot.
  func submit(_ job: any Job) -> PostgresError? {
    locked {
      guard !isClosed else { return .notStarted("the pool is closed") }
      guard jobs.count - head < limit else { return .overloaded(waiting: limit) }
      jobs.append(job)
      pthread_cond_signal(condition)
      return nil
    }
  }

  /// Sleeps until there is a job; `nil` once the queue is closed and empty.
  func next() -> (any Job)? {
    locked {
      while head == jobs.count && !isClosed { pthread_cond_wait(condition, mutex) }
      guard head < jobs.count else { return nil }
      defer { advance() }
      return jobs[head]
    }
  }

  /// Forgets the taken jobs once they are half of the array: constant cost per job.
  private func advance() {
    head += 1
    guard head * 2 >= jobs.count else { return }
    jobs.removeFirst(head)
    head = 0
  }

  /// No more jobs; those that wait are still done.
  func close() {
    locked {
      isClosed = true
      pthread_cond_broadcast(condition)
    }
  }
}
