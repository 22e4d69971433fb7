import ArgumentParser
import CLinux
import Epoll
import Glibc
import MediaPlane
import NodeContract

/// Plays the keeper: starts a relay, kills it while it relays, and starts the next one, which carries on
/// from what the first one left.
struct Takeover: AsyncParsableCommand {
  @OptionGroup var relay: Serve

  @Option(help: "Seconds until the kill.")
  var after = 4

  func run() async throws {
    guard let checkpoints = relay.checkpoints else { throw ValidationError("--checkpoints") }
    raiseFileLimit()
    let sockets = relay.kept ? try bind() : []
    let flag = relay.kept ? ["--kept"] : []
    let first = try start(
      ["serve", "\(relay.calls)", "\(relay.firstPort)", relay.pairs, "--checkpoints", checkpoints]
        + flag, with: sockets)
    sleep(UInt32(after))
    kill(first, SIGKILL)
    _ = waitpid(first, nil, 0)
    let second = try start(["restore", checkpoints] + flag, with: sockets)
    _ = waitpid(second, nil, 0)
  }

  /// Every socket, in the order of `inheritedDescriptors`, out of the way of the children's numbers.
  private func bind() throws -> [Int32] {
    let sessions = BenchmarkSessions(calls: relay.calls, firstPort: relay.firstPort).all
    let locals = sessions.flatMap { session in
      [session.localA, session.localB]
        + [session.localA, session.localB].map { IPEndpoint($0.address, port: $0.port + 1) }
    }
    return try locals.map { local in
      let socket = try UDPSocket(binding: local)
      let high = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, Int32(locals.count) + 3)
      guard high >= 0 else { throw SystemError("keep the socket of \(local)") }
      return high
    }
  }

  private func start(_ arguments: [String], with descriptors: [Int32]) throws -> pid_t {
    let program = CommandLine.arguments[0]
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let child = clinux_start_child(program, &words, descriptors, Int32(descriptors.count))
    guard child > 0 else { throw SystemError("start \(program)") }
    return child
  }
}
