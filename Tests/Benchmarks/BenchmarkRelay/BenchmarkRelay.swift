import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import MediaPlane
import NodeContract

/// A media plane without a node around it, and what brings rtpengine to the same state.
@main
struct BenchmarkRelay: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommands: [Serve.self, NegotiateWithRTPEngine.self], defaultSubcommand: Serve.self)
}

/// Opens the relays of so many calls, says so by writing their ports, and relays until it is killed.
struct Serve: ParsableCommand {
  @Argument(help: "Calls to relay.")
  var calls: Int

  @Argument(help: "The first port; each call has four.")
  var firstPort: UInt16

  @Argument(help: "The file that gets each call's two RTP ports.")
  var pairs: String

  func run() throws {
    raiseFileLimit()
    let plane = try MediaPlane(threads: 1, log: Logger(label: "media"))
    plane.start()
    for call in 0..<calls { try plane.open(session(call)) }
    try writePairs(
      (0..<calls).map { (session($0).localA.port, session($0).localB.port) }, to: pairs)
    while true { pause() }
  }

  private func session(_ call: Int) -> RelaySession {
    let port = firstPort + UInt16(4 * call)
    let loopback = IPAddress.v4(0x7F00_0001)
    return RelaySession(
      id: UInt64(call), localA: IPEndpoint(loopback, port: port),
      localB: IPEndpoint(loopback, port: port + 2))
  }

  private func raiseFileLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

/// One line for each call: the port that its first party sends to, and that of the other. The file
/// appears complete.
func writePairs(_ pairs: [(UInt16, UInt16)], to file: String) throws {
  let lines = pairs.map { "\($0) \($1)\n" }.joined()
  try Data(lines.utf8).write(to: URL(filePath: file), options: .atomic)
}
