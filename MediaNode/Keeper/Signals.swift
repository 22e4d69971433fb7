import Glibc

/// What the keeper is told by signals, taken one by one where it waits and never in between.
enum Signals {
  enum Event: Equatable {
    case childDied
    /// The node has written a line.
    case childSpoke
    case stop(Int32)
  }

  private static var waitedFor: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGCHLD, SIGUSR1, SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
    return set
  }

  /// From now on the signals wait until they are asked for.
  static func block() {
    var set = waitedFor
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// The next event, or nil when none comes within `limit`; without a limit, waits for ever.
  static func next(within limit: Duration?) -> Event? {
    var set = waitedFor
    while true {
      let signal = limit.map { wait(&set, $0) } ?? sigwaitinfo(&set, nil)
      switch signal {
      case SIGCHLD: return .childDied
      case SIGUSR1: return .childSpoke
      case 1...: return .stop(signal)
      default: if errno != EINTR { return nil }
      }
    }
  }

  private static func wait(_ set: inout sigset_t, _ limit: Duration) -> Int32 {
    let milliseconds = limit.milliseconds
    var time = timespec(
      tv_sec: Int(milliseconds / 1_000), tv_nsec: Int(milliseconds % 1_000) * 1_000_000)
    return sigtimedwait(&set, nil, &time)
  }
}
