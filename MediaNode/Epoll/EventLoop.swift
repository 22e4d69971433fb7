import CLinux
import Glibc
public import NodeContract
import Synchronization

/// One thread that waits in `epoll` and runs, one after the other, descriptor handlers, timers and
/// work handed to it. It is also a serial executor: an actor whose `unownedExecutor` is this loop
/// lives on its thread, and its handlers enter it by `assumeIsolated`.
///
/// `@unchecked Sendable`: what other threads touch is in `inbox` and `thread`, both synchronised;
/// all else belongs to the loop's thread, or before `start()` to the thread that makes it.
public final class EventLoop: SerialExecutor, @unchecked Sendable {
  /// The thread's name.
  public let name: String
  private let precedence: ThreadPrecedence

  private enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  private struct Inbox {
    var work: [Work] = []
    /// The loop is in `epoll_wait` or on its way there, so whoever adds work must wake it.
    var isSleeping = false
    var isStopping = false
  }

  private let inbox = Mutex(Inbox())
  private let joinable = Mutex<SystemThread?>(nil)
  private let thread = Atomic<UInt>(0)
  let poll: Int32
  private let wake: Int32
  private var batch: [Work] = []
  private let events: UnsafeMutableBufferPointer<epoll_event>
  var watches: [Watch?] = []
  var lastGeneration: UInt32 = 0
  var timers = TimerHeap()

  /// The boot clock as it was when this turn of the loop began. On the loop only.
  public private(set) var now = MachineClock.boot()

  /// Makes the loop's descriptors; nothing runs before `start()`.
  public init(name: String, precedence: ThreadPrecedence = .usual) throws(SystemError) {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw SystemError("epoll_create1") }
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard wake >= 0 else {
      let error = SystemError("eventfd")
      close(poll)
      throw error
    }
    self.name = name
    self.precedence = precedence
    events = .allocate(capacity: 256)
    watch(wake, for: .readable) { [wake] _ in
      var count: UInt64 = 0
      _ = read(wake, &count, 8)
    }
  }

  deinit {
    events.deallocate()
    close(wake)
    close(poll)
  }

  /// Starts the thread. Once.
  public func start() {
    joinable.withLock { thread in
      precondition(thread == nil, "\(name) was started twice")
      thread = SystemThread(name: name, precedence: precedence) { self.run() }
    }
  }

  /// Runs what was handed over until now, ends the thread and waits for its end. Not from the loop
  /// itself. Later work is never run.
  public func stop() {
    precondition(!isOnLoop, "\(name) cannot wait for its own end")
    let mustWake = inbox.withLock { inbox in
      inbox.isStopping = true
      return takeWakeDuty(&inbox)
    }
    if mustWake { wakeUp() }
    joinable.withLock { $0.take() }?.join()
  }

  /// Runs `work` on the loop, after all that was handed over before it. From any thread.
  public func submit(_ work: @escaping @Sendable () -> Void) { add(.call(work)) }

  /// Both clocks, read now. From any thread.
  public static func readMoment() -> Moment { MachineClock.moment() }

  // MARK: - SerialExecutor

  public func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// Without this answer `assumeIsolated` would trap in the loop's own handlers.
  public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

  public func checkIsolated() { precondition(isOnLoop, "not on the loop \(name)") }

  /// Whether the calling thread is the loop's.
  public var isOnLoop: Bool { thread.load(ordering: .relaxed) == SystemThread.current }

  /// Our own mistakes: touching the loop's tables from elsewhere while it runs.
  func expectConfinement() {
    let owner = thread.load(ordering: .relaxed)
    precondition(owner == 0 || owner == SystemThread.current, "not on the loop \(name)")
  }

  // MARK: - The thread

  private func add(_ work: Work) {
    let mustWake = inbox.withLock { inbox in
      inbox.work.append(work)
      return takeWakeDuty(&inbox)
    }
    if mustWake { wakeUp() }
  }

  private func takeWakeDuty(_ inbox: inout Inbox) -> Bool {
    defer { inbox.isSleeping = false }
    return inbox.isSleeping
  }

  private func wakeUp() {
    var one: UInt64 = 1
    _ = write(wake, &one, 8)
  }

  private func run() {
    thread.store(SystemThread.current, ordering: .relaxed)
    repeat {
      now = MachineClock.boot()
      runBatch()
      runTimers()
      sleep()
    } while !isFinished
    thread.store(0, ordering: .relaxed)
  }

  private var isFinished: Bool { inbox.withLock { $0.isStopping && $0.work.isEmpty } }

  private func runBatch() {
    inbox.withLock { swap(&$0.work, &batch) }
    for work in batch {
      switch work {
      case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
      case .call(let call): call()
      }
    }
    batch.removeAll(keepingCapacity: true)
  }

  /// At most as many as there are, so that one that re-arms itself for the past cannot keep
  /// everything else waiting.
  private func runTimers() {
    for _ in 0..<timers.count {
      guard let timer = timers.popDue(at: now) else { return }
      timer.handler()
    }
  }

  /// Waits for events, at most until the next timer, and handles them.
  private func sleep() {
    let mayWait = inbox.withLock { inbox in
      inbox.isSleeping = inbox.work.isEmpty && !inbox.isStopping
      return inbox.isSleeping
    }
    let count = epoll_wait(
      poll, events.baseAddress, Int32(events.count), mayWait ? timeout() : 0)
    inbox.withLock { $0.isSleeping = false }
    now = MachineClock.boot()
    guard count > 0 else { return }
    for index in 0..<Int(count) { deliver(events[index]) }
  }

  /// Milliseconds until the first timer, rounded up; -1 without one.
  private func timeout() -> Int32 {
    guard let deadline = timers.first?.deadline else { return -1 }
    let left = max(0, deadline.nanoseconds - MachineClock.boot().nanoseconds)
    return Int32(clamping: (left + 999_999) / 1_000_000)
  }
}
