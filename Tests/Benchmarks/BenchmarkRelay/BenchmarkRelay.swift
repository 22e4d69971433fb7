import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import MediaPlane
import NodeContract

/// A media plane without a node around it, what takes it over when it dies, and what brings rtpengine to
/// the same state.
@main
struct BenchmarkRelay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    subcommands: [Serve.self, Restore.self, Takeover.self, NegotiateWithRTPEngine.self],
    defaultSubcommand: Serve.self)
}

/// Opens the relays of so many calls, says so by writing their ports, and relays until it is killed.
struct Serve: AsyncParsableCommand {
  @Argument(help: "Calls to relay.")
  var calls: Int

  @Argument(help: "The first port; each call has four.")
  var firstPort: UInt16

  @Argument(help: "The file that gets each call's two RTP ports.")
  var pairs: String

  @Option(help: "The file that gets all calls' checkpoints, again and again.")
  var checkpoints: String?

  @Flag(help: "The sockets are inherited, from descriptor 3 on.")
  var kept = false

  func run() async throws {
    raiseFileLimit()
    let plane = try MediaPlane(threads: 1, log: Logger(label: "media"))
    plane.start()
    let sessions = BenchmarkSessions(calls: calls, firstPort: firstPort).all
    for (call, session) in sessions.enumerated() {
      try plane.restore(
        RelayCheckpoint(session), adopting: kept ? inheritedDescriptors(of: call) : nil)
    }
    try writePairs(sessions.map { ($0.localA.port, $0.localB.port) }, to: pairs)
    while true {
      if let checkpoints { try await write(sessions.map(\.id), of: plane, to: checkpoints) }
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  private func write(_ ids: [UInt64], of plane: MediaPlane, to file: String) async throws {
    var lines = ""
    for id in ids {
      guard let checkpoint = await plane.checkpoint(of: id) else { continue }
      lines += Data(checkpoint.bytes).base64EncodedString() + "\n"
    }
    try Data(lines.utf8).write(to: URL(filePath: file), options: .atomic)
  }
}

/// Carries on from the checkpoints of a process that died.
struct Restore: AsyncParsableCommand {
  @Argument(help: "The file with the checkpoints.")
  var checkpoints: String

  @Flag(help: "The sockets are inherited, from descriptor 3 on.")
  var kept = false

  func run() async throws {
    raiseFileLimit()
    let plane = try MediaPlane(threads: 1, log: Logger(label: "media"))
    plane.start()
    let lines = try String(contentsOfFile: checkpoints, encoding: .utf8).split(separator: "\n")
    for (call, line) in lines.enumerated() {
      guard let checkpoint = Data(base64Encoded: String(line)).flatMap(RelayCheckpoint.init) else {
        throw ValidationError("line \(call + 1) is no checkpoint")
      }
      try plane.restore(checkpoint, adopting: kept ? inheritedDescriptors(of: call) : nil)
    }
    while true { try await Task.sleep(for: .seconds(60)) }
  }
}

/// The relays of a benchmark's calls: four ports each, from the first one on.
struct BenchmarkSessions {
  let calls: Int
  let firstPort: UInt16

  var all: [RelaySession] {
    (0..<calls).map { call in
      let port = firstPort + UInt16(4 * call)
      return RelaySession(
        id: UInt64(call), localA: IPEndpoint(Self.loopback, port: port),
        localB: IPEndpoint(Self.loopback, port: port + 2))
    }
  }

  private static let loopback = IPAddress.v4(0x7F00_0001)
}

/// In the order in which `Takeover` hands them down.
func inheritedDescriptors(of call: Int) -> [Int32] {
  (0..<4).map { 3 + 4 * Int32(call) + $0 }
}

func raiseFileLimit() {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  limit.rlim_cur = limit.rlim_max
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// One line for each call: the port that its first party sends to, and that of the other. The file
/// appears complete.
func writePairs(_ pairs: [(UInt16, UInt16)], to file: String) throws {
  let lines = pairs.map { "\($0) \($1)\n" }.joined()
  try Data(lines.utf8).write(to: URL(filePath: file), options: .atomic)
}
