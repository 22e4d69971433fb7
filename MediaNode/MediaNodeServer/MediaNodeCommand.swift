import ArgumentParser
import CLinux
import Epoll
import Glibc
import Logging
import StructuredLogging

/// `MediaNodeServer --config FILE`, started by the keeper.
@main
struct MediaNodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "MediaNodeServer",
    abstract: "A media node of Tandem: SIP in and out, audio between.",
    discussion: """
      Started by Keeper, which hands it its bound sockets in TANDEM_DESCRIPTORS. Without a keeper \
      it binds them itself.
      """)

  @Option(help: "The JSON configuration file.")
  var config: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Overrides one setting.", valueName: "name=value"))
  var overrides: [String] = []

  func run() async throws {
    let spare = SpareDuty()
    raiseDescriptorLimit()
    let configuration = try await NodeConfiguration.load(
      file: config, overrides: try settings(from: overrides))
    JSONLineHandler.bootstrap(
      level: configuration.logLevel, metadata: ["node": "\(configuration.name)"])
    var preparations = try Preparations(configuration, from: config)
    if let spare {
      preparations.readMusic()
      guard spare.waitToBeCalled() else { return }
      if !preparations.areCurrent { try spare.beginAnew() }
    }
    dieWithParent()
    let termination = TerminationSignal()
    // Whoever talked waits for it.
    ThreadPrecedence.first.take()
    try await NodeProcess(preparations).run(until: termination)
  }

  private func settings(from overrides: [String]) throws -> [String: String] {
    try overrides.reduce(into: [:]) { settings, text in
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw ValidationError("--set \(text): write it as name=value, for example log-level=debug.")
      }
      settings[String(parts[0])] = String(parts[1])
    }
  }

  /// The keeper owns the addresses: a node that outlived it would answer for what it cannot keep.
  private func dieWithParent() {
    if getenv("TANDEM_DESCRIPTORS") != nil { _ = clinux_set_parent_death_signal(SIGTERM) }
  }

  /// A call takes four descriptors.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    makeRoomForDescriptors(upTo: Int32(clamping: limit.rlim_cur))
  }

  /// The kernel's table of them grows twofold whenever it is full, and where a process has several threads the
  /// one that needs the next waits for all processors each time, 10 ms and more. It grows here once, for
  /// as many as 16,000 calls have.
  private func makeRoomForDescriptors(upTo limit: Int32) {
    let highest = fcntl(0, F_DUPFD_CLOEXEC, min(limit, 1 << 16) - 1)
    if highest >= 0 { close(highest) }
  }
}
