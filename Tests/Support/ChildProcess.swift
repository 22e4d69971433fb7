public import Foundation
import Synchronization

/// A program that could not be started.
public struct SpawnError: Error, CustomStringConvertible {
  public let program: String
  public let code: Int32

  public var description: String {
    "\(program) could not be started: \(String(cString: strerror(code)))"
  }
}

/// How a finished program ended, and what it wrote on both outputs.
public struct FinishedProcess: Sendable {
  /// The exit status, or 128 and the signal's number.
  public let status: Int32
  public let output: String
}

/// A program that lives no longer than this process: the kernel kills it when we die.
public final class ChildProcess: Sendable {
  public let name: String
  public let pid: pid_t
  /// Everything it writes.
  public let log: URL
  private let ended = Mutex<Int32?>(nil)

  /// Starts `program`, found in PATH, with what it writes going to the file `log`.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], log: URL
  ) throws {
    name = URL(filePath: program).lastPathComponent
    self.log = log
    let everything = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    pid = try SpawningThread.shared.perform {
      try ChildProcess.spawn(
        ["setpriv", "--pdeathsig", "KILL", "--", program] + arguments,
        environment: everything.map { "\($0)=\($1)" }, log: log)
    }
  }

  deinit { kill() }

  private static func spawn(
    _ arguments: [String], environment: [String], log: URL
  ) throws -> pid_t {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&files, 1, log.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&files, 1, 2)
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for copy in argv + envp { free(copy) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, "setpriv", &files, nil, &argv, &envp)
    guard code == 0 else { throw SpawnError(program: arguments[4], code: code) }
    return pid
  }

  /// What it has written so far.
  public var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// nil while it runs.
  public var status: Int32? {
    ended.withLock { ended in
      if ended == nil { ended = reap() }
      return ended
    }
  }

  public var isRunning: Bool { status == nil }

  private func reap() -> Int32? {
    var raw: Int32 = 0
    guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
    let signal = raw & 0x7F
    return signal == 0 ? raw >> 8 & 0xFF : 128 + signal
  }

  /// Waits for its end and returns its status.
  @discardableResult
  public func wait(within limit: Duration) async throws -> Int32 {
    try await eventually("\(name) ends", within: limit, every: .milliseconds(10)) { status }
  }

  public func signal(_ number: Int32) { if isRunning { _ = Foundation.kill(pid, number) } }

  public func kill() { signal(SIGKILL) }

  /// Asks it to end, and kills it after three seconds.
  public func stop() async {
    signal(SIGTERM)
    if (try? await wait(within: .seconds(3))) == nil { kill() }
    _ = try? await wait(within: .seconds(3))
  }

  /// Runs a program to its end.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    within limit: Duration = .seconds(30)
  ) async throws -> FinishedProcess {
    let log = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    let process = try ChildProcess(program, arguments, environment: environment, log: log)
    let status = try await process.wait(within: limit)
    return FinishedProcess(status: status, output: process.output)
  }
}
