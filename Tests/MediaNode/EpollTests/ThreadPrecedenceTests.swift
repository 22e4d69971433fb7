import Epoll
import Glibc
import Synchronization
import Testing

@Suite struct ThreadPrecedenceTests {
  private static let which = __priority_which_t(PRIO_PROCESS.rawValue)
  private static let ofProcess = getpriority(which, id_t(getpid()))

  private final class Found: Sendable {
    let number = Mutex<Int32>(.min)
  }

  /// What `body` finds on a thread of its own.
  private static func found(
    on precedence: ThreadPrecedence = .usual, _ body: @escaping @Sendable () -> Int32
  ) -> Int32 {
    let found = Found()
    SystemThread(name: "made", precedence: precedence) {
      let number = body()
      found.number.withLock { $0 = number }
    }.join()
    return found.number.withLock { $0 }
  }

  /// The niceness of a thread that is made by one which the runtime gave another.
  private static func niceness(with precedence: ThreadPrecedence, madeBy maker: Int32) -> Int32 {
    found {
      setpriority(which, 0, maker)
      return found(on: precedence) { getpriority(which, 0) }
    }
  }

  /// Whether a thread may go back to where it was.
  private static let mayRise =
    found {
      setpriority(which, 0, ofProcess + 1)
      return setpriority(which, 0, ofProcess)
    } == 0

  @Test(.enabled(if: mayRise, "wants the right CAP_SYS_NICE"))
  func whoMakesAThreadDoesNotSayWhatItGoesBefore() {
    #expect(Self.niceness(with: .first, madeBy: 7) == Self.ofProcess)
  }

  @Test func whatCanWaitGoesBehind() {
    let usual = Self.ofProcess < 0 ? Self.ofProcess / 2 : Self.ofProcess
    #expect(Self.niceness(with: .last, madeBy: Self.ofProcess) == usual + 5)
  }
}
