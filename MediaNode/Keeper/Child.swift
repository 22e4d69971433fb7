import CLinux
import Glibc

/// How a process ended.
struct ExitStatus: Equatable, CustomStringConvertible {
  /// The exit status, or 128 and the signal.
  let code: Int32
  let signal: Int32

  init(_ status: Int32) {
    signal = clinux_signal(status)
    code = signal == 0 ? clinux_exit_code(status) : 128 + signal
  }

  /// The node says that it was started wrongly (`EX_USAGE`, `EX_CONFIG` of sysexits.h): starting
  /// it again would fail again.
  var isFinal: Bool { signal == 0 && (code == EX_USAGE || code == EX_CONFIG) }

  var description: String { signal == 0 ? "exit \(code)" : "signal \(signal)" }
}

/// The node's process. The kernel kills it when the keeper ends, however it ends: nobody else
/// could hold its sockets.
struct Child {
  let pid: pid_t

  init(_ command: [String], inheriting inheritance: Inheritance) throws {
    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    inheritance.enterEnvironment()
    let descriptors = inheritance.descriptors
    pid = clinux_start_child(command[0], arguments, descriptors, Int32(descriptors.count))
    guard pid > 0 else { throw StartError("fork: \(String(cString: strerror(errno)))") }
  }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// How the process ended, nil while it lives. Once it was told, the process is forgotten.
  func reap() -> ExitStatus? {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == pid ? ExitStatus(status) : nil
  }

  func waitForEnd() { waitpid(pid, nil, 0) }
}
