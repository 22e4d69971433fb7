import Glibc

/// Which of a process' threads go before which, where there are fewer processors than threads that could
/// run.
public enum ThreadPrecedence: Sendable {
  /// Whoever waits for it hears that: packets, signalling, signs of life.
  case first
  case usual
  /// Computes for long, for somebody who can wait.
  case last

  /// That of the first thread, which whoever started the process gave it. Others inherit from those that
  /// create them, and the runtime's workers have what the runtime finds right.
  private static let ofProcess = getpriority(which, id_t(getpid()))

  private static var which: __priority_which_t { __priority_which_t(PRIO_PROCESS.rawValue) }

  /// As `nice` counts: less goes before more.
  private var niceness: Int32 {
    let first = Self.ofProcess
    let usual = first < 0 ? first / 2 : first
    return switch self {
    case .first: first
    case .usual: usual
    case .last: usual + 5
    }
  }

  /// For the calling thread alone, which is how Linux has it. Who may not go before others goes on as it was.
  public func take() { _ = setpriority(Self.which, 0, niceness) }
}
