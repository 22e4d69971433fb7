import Epoll
import Glibc
import NodeContract
import Support
import Synchronization
import Testing

/// A value that another thread counts up and a test waits for.
final class Counter: Sendable {
  private let value = Atomic<Int>(0)
  var count: Int { value.load(ordering: .acquiring) }
  func add() { value.add(1, ordering: .acquiringAndReleasing) }

  /// Waits at most half a minute for `count` to be reached.
  func reaches(_ count: Int) async -> Bool {
    (try? await eventually("\(count)", within: .seconds(30)) { self.count >= count }) != nil
  }
}

/// A loop that runs for as long as a test needs it.
func withLoop<Result>(
  _ body: (EventLoop) async throws -> Result
) async throws -> Result {
  let loop = try EventLoop(name: "test-loop")
  loop.start()
  defer { loop.stop() }
  return try await body(loop)
}

actor Resident {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var visits = 0

  init(on loop: EventLoop) { self.loop = loop }

  func visit() { visits += 1 }
  func livesOnTheLoop() -> Bool { loop.isOnLoop }
}

@Suite struct EventLoopTests {
  @Test func workFromAnotherThreadRunsInOrderOnTheLoop() async throws {
    let seen = Mutex<[Int]>([])
    let done = Counter()
    try await withLoop { loop in
      for number in 0..<1_000 {
        loop.submit {
          seen.withLock { $0.append(loop.isOnLoop ? number : -1) }
          done.add()
        }
      }
      #expect(await done.reaches(1_000))
    }
    #expect(seen.withLock { $0 } == Array(0..<1_000))
  }

  @Test func workHandedOverBeforeStopIsDone() throws {
    let loop = try EventLoop(name: "test-loop")
    let done = Counter()
    loop.start()
    for _ in 0..<100 { loop.submit { done.add() } }
    loop.stop()
    #expect(done.count == 100)
  }

  @Test func anActorLivesOnTheLoopThread() async throws {
    try await withLoop { loop in
      let resident = Resident(on: loop)
      #expect(await resident.livesOnTheLoop())
    }
  }

  @Test func aReadinessHandlerEntersItsActorWithoutSuspending() async throws {
    try await withLoop { loop in
      let resident = Resident(on: loop)
      let socket = try UDPSocket(binding: IPEndpoint(.v4(0x7F00_0001), port: 0))
      let done = Counter()
      loop.submit {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 16)
        loop.watch(socket.descriptor, for: .readable) { _ in
          while socket.receive(into: buffer) != nil {
            resident.assumeIsolated { $0.visit() }
            done.add()
          }
        }
      }
      for _ in 0..<10 { socket.send([1, 2, 3], to: socket.local) }
      #expect(await done.reaches(10))
      #expect(await resident.visits == 10)
    }
  }

  @Test func anUnwatchedDescriptorIsNotHeardEvenWhenItsEventAlreadyArrived() async throws {
    let pair = try (0..<2).map { _ in try UDPSocket(binding: IPEndpoint(.v4(0x7F00_0001), port: 0))
    }
    for socket in pair { socket.send([1], to: socket.local) }
    let heard = Counter()
    let loop = try EventLoop(name: "test-loop")
    // Both are ready in the first turn; whichever handler runs first silences the other.
    for (index, socket) in pair.enumerated() {
      loop.watch(socket.descriptor, for: .readable) { _ in
        heard.add()
        for other in pair { loop.unwatch(other.descriptor) }
        _ = index
      }
    }
    loop.start()
    #expect(await heard.reaches(1))
    loop.stop()
    #expect(heard.count == 1)
  }

  @Test func timersFireInTheOrderOfTheirDeadlines() async throws {
    let order = Mutex<[Int]>([])
    let fired = Counter()
    try await withLoop { loop in
      loop.submit {
        for (name, delay) in [(3, 30), (1, 10), (2, 20), (0, -5)] {
          let timer = loop.makeTimer {
            order.withLock { $0.append(name) }
            fired.add()
          }
          loop.setTimer(timer, at: loop.now.advanced(by: .milliseconds(delay)))
        }
      }
      #expect(await fired.reaches(4))
    }
    #expect(order.withLock { $0 } == [0, 1, 2, 3])
  }

  @Test func aTimerIsNeverEarlyAndAReArmedOneFiresOnce() async throws {
    let fired = Counter()
    let lateness = Mutex<Duration>(.zero)
    try await withLoop { loop in
      loop.submit {
        let due = loop.now.advanced(by: .milliseconds(40))
        let timer = loop.makeTimer {
          lateness.withLock { $0 = due.duration(to: MachineClock.boot()) }
          fired.add()
        }
        for delay in [5, 500, 1, 20] {
          loop.setTimer(timer, at: loop.now.advanced(by: .milliseconds(delay)))
        }
        loop.setTimer(timer, at: due)
        let disarmed = loop.makeTimer { fired.add() }
        loop.setTimer(disarmed, at: loop.now.advanced(by: .milliseconds(10)))
        loop.setTimer(disarmed, at: nil)
      }
      #expect(await fired.reaches(1))
    }
    #expect(fired.count == 1)
    #expect(lateness.withLock { $0 } >= .zero)
  }

  @Test func aTimerThatAlwaysReArmsForThePastStarvesNobody() async throws {
    let work = Counter()
    try await withLoop { loop in
      loop.submit {
        nonisolated(unsafe) var timer: LoopTimer?
        timer = loop.makeTimer {
          // It spins until the work is done.
          if let timer, work.count < 10 { loop.setTimer(timer, at: loop.now) }
        }
        if let timer { loop.setTimer(timer, at: loop.now) }
      }
      for _ in 0..<10 { loop.submit { work.add() } }
      #expect(await work.reaches(10))
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func manyTimersArmedAndReArmedAtRandomFireInOrder(seed: UInt64) async throws {
    var state = seed
    func random(below limit: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % limit)
    }
    let delays = (0..<200).map { _ in (random(below: 20_000), random(below: 20_000)) }
    let fired = Mutex<[Int]>([])
    let done = Counter()
    try await withLoop { loop in
      loop.submit {
        let start = loop.now
        let timers = delays.map { delay in
          loop.makeTimer {
            fired.withLock { $0.append(delay.1) }
            done.add()
          }
        }
        for (timer, delay) in zip(timers, delays) {
          loop.setTimer(timer, at: start.advanced(by: .microseconds(delay.0)))
        }
        for (timer, delay) in zip(timers, delays).reversed() {
          loop.setTimer(timer, at: start.advanced(by: .microseconds(delay.1)))
        }
      }
      #expect(await done.reaches(200))
    }
    #expect(fired.withLock { $0 } == delays.map(\.1).sorted())
  }
}
