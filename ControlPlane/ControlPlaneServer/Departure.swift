import Foundation
import Glibc
import Logging
import NodeContract

/// A replica that is gone for a while, and back by itself: for drills.
enum Departure {
  private static let variable = "TANDEM_GONE_FOR_DRILL"

  /// For which this process was gone; a clock could not tell, since each machine has its own.
  static var drill: DrillID? { getenv(variable).flatMap { DrillID(String(cString: $0)) } }

  /// This process becomes a shell that sleeps and then this program again, with the same number, arguments
  /// and variables: so whoever looks after the process has nothing to do. What it had open is
  /// closed at once, as when it had died. Returns only where the kernel refuses.
  static func leave(for drill: DrillID, seconds: Int, log: Logger) {
    log.notice("gone for a drill", metadata: ["drill": "\(drill)", "seconds": "\(seconds)"])
    setenv(Self.variable, drill.description, 1)
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    let arguments = [program ?? CommandLine.arguments[0]] + CommandLine.arguments.dropFirst()
    let words = ["sh", "-c", "sleep \"$0\"; exec \"$@\"", "\(seconds)"] + arguments
    closeAllWhenItBegins()
    // A shell that waits is to end when it is told to.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    var argv = words.map { strdup($0) } + [nil]
    execv("/bin/sh", &argv)
    log.error(
      "cannot leave for a drill", metadata: ["error": "\(String(cString: strerror(errno)))"])
  }

  private static func closeAllWhenItBegins() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ Int32($0) }) where descriptor > 2 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }
}
