import Logging
import NIOCore
import NodeContract
import NodeLink
import ServiceLifecycle
import Support
import Synchronization

/// What was logged, for tests of what people are told.
final class LoggedLines: Sendable {
  private let lines = Mutex<[String]>([])

  func add(_ line: String) { lines.withLock { $0.append(line) } }

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  func contains(_ part: String) -> Bool { lines.withLock { $0.contains { $0.contains(part) } } }

  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: LoggedLines
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let details = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted()
      lines.add("\(event.level) \(event.message) \(details.joined(separator: " "))")
    }
  }
}

/// The replica cp-a: a real listener and a real beat socket on ports of their own, with memory
/// behind them. Stopped and started again it keeps its ports and loses its fleet.
final class TestReplica {
  let authority: TestAuthority
  let ledger = MemoryLedger()
  let sounds = MemorySounds()
  let mailboxes = MemoryDesk()
  let lender = MemoryLender()
  let tenants = MemoryTenants()
  let grants = MemoryGrants()
  let lines = LoggedLines()
  private(set) var fleet: Fleet
  /// Below the ports that the system gives to others, so that they are still free after a restart.
  private(set) var linkPort = Int.random(in: 12_000..<30_000)
  private(set) var beatPort = Int.random(in: 12_000..<30_000)
  private var running: (group: ServiceGroup, task: Task<Void, any Error>)?

  private let certificate: String
  private let keyLifetime: Duration
  /// Nobody is taken for dead, nor waited for in vain, because the machine is busy.
  private let isPatient: Bool

  static let name = ReplicaName("cp-a")!
  static let site = SiteName("a")!

  init(certificate: String, keyLifetime: Duration, isPatient: Bool) async throws {
    self.certificate = certificate
    self.keyLifetime = keyLifetime
    self.isPatient = isPatient
    fleet = Self.fleet(isPatient: isPatient)
    authority = try await inTime("certificates", within: .seconds(60)) {
      try await TestAuthority.shared.value
    }
    for _ in 0..<20 {
      if (try? await start()) != nil { return }
      linkPort = Int.random(in: 12_000..<30_000)
      beatPort = Int.random(in: 12_000..<30_000)
    }
    try await start()
  }

  func start() async throws {
    fleet = Self.fleet(isPatient: isPatient)
    let (ports, found) = AsyncStream<Int>.makeStream()
    let settings = NodeLinkSettings(
      host: "127.0.0.1", port: linkPort, certificate: authority.path("ours/\(certificate).crt"),
      key: authority.path("ours/\(certificate).key"),
      authority: authority.path("ours/authority.crt"))
    let server = NodeLinkServer(
      settings: settings, fleet: fleet, ledger: ledger, sounds: sounds,
      mailboxes: mailboxes, lender: lender, tenants: tenants,
      grants: grants, keyLifetime: keyLifetime, logger: lines.logger,
      onListening: { found.yield($0) })
    let listener = BeatListener(
      host: "127.0.0.1", port: beatPort, fleet: fleet, logger: lines.logger,
      onListening: { found.yield($0) })
    let reading = QuorumReading(fleet: fleet, logger: lines.logger) { [grants] in
      try grants.read()
    }
    let services: [any Service] = [reading, server, listener]
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
        logger: lines.logger))
    let task = Task {
      defer { found.finish() }
      try await group.run()
    }
    running = (group, task)
    let wanted: Set = [linkPort, beatPort]
    try await inTime("the replica listens, or says why it does not") {
      var listening: Set<Int> = []
      for await port in ports {
        listening.insert(port)
        if listening == wanted { return }
      }
      try await task.value
    }
  }

  private static func fleet(isPatient: Bool) -> Fleet {
    guard isPatient else { return Fleet(replica: name, site: site) }
    var policy = OwnershipPolicy()
    policy.suspicion = .seconds(30)
    return Fleet(replica: name, site: site, policy: policy, handoverPatience: .seconds(30))
  }

  /// On the same ports. A program that another test starts at this moment may still hold the
  /// former sockets, until its own code takes over.
  func startAgain() async throws {
    try await eventually("the replica is back", within: .seconds(10)) {
      do { try await start() } catch is IOError { return false }
      return true
    }
  }

  func stop() async throws {
    guard let (group, task) = running else { return }
    running = nil
    await group.triggerGracefulShutdown()
    try await inTime("the replica stops") { try await task.value }
  }

  /// Runs `body` with a replica and stops it afterwards.
  static func with(
    certificate: String = "cp-a", keyLifetime: Duration = .seconds(3600), isPatient: Bool = false,
    _ body: (TestReplica) async throws -> Void
  ) async throws {
    let replica = try await TestReplica(
      certificate: certificate, keyLifetime: keyLifetime, isPatient: isPatient)
    do {
      try await body(replica)
    } catch {
      try? await replica.stop()
      throw error
    }
    try await replica.stop()
  }
}
