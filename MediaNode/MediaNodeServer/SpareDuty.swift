import CLinux
import Epoll
import Glibc

/// That this process was started before it is needed: it waits at a line to its keeper until the node's process
/// has died, and becomes that then. What it is handed is as if it had been started with it.
struct SpareDuty {
  private let line: Int32

  /// Nil: the process is to serve at once.
  init?() {
    guard let variable = getenv("TANDEM_SPARE"), let line = Int32(String(cString: variable)) else {
      return nil
    }
    self.line = line
    unsetenv("TANDEM_SPARE")
    _ = fcntl(line, F_SETFD, FD_CLOEXEC)
  }

  /// False: the keeper has no use for a spare any more. The descriptors come in several messages and lie from
  /// 3 on then, whose numbers the keeper kept free.
  func waitToBeCalled() -> Bool {
    var text = [UInt8](repeating: 0, count: 1 << 16)
    var received = [Int32](repeating: -1, count: Int(CLINUX_DESCRIPTORS_AT_ONCE))
    var next: Int32 = 3
    while true {
      var count: Int32 = 0
      let length = clinux_receive_descriptors(line, &text, text.count, &received, &count)
      guard length > 0 else {
        close(line)
        return length == 0 && next > 3
      }
      Self.enterEnvironment(String(decoding: text[..<length], as: UTF8.self))
      for descriptor in received[..<Int(count)] {
        dup2(descriptor, next)
        close(descriptor)
        next += 1
      }
    }
  }

  /// The process becomes one that was just started, with what it was handed.
  func beginAnew() throws(SystemError) {
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    throw SystemError("begin anew")
  }

  /// A variable in a line.
  private static func enterEnvironment(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      setenv(String(line[..<equals]), String(line[line.index(after: equals)...]), 1)
    }
  }
}
