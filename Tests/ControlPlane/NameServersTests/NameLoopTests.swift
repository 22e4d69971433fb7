import Foundation
import Logging
import NodeContract
import Placement
import Support
import Synchronization
import Tenancy
import Testing
import Zones

@testable import NameServers

/// With PowerDNS itself, which phones ask by `dig`.
@Suite(.timeLimit(.minutes(1)))
struct NameLoopTests {
  private let folder = URL(filePath: "/tmp").appending(path: "names-\(UUID().uuidString.prefix(8))")
  private let port = UnclaimedPorts.next()

  private func startServer() throws -> ChildProcess {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let list = folder.appending(path: "named.conf")
    if !FileManager.default.fileExists(atPath: list.path) { try Data().write(to: list) }
    return try ChildProcess(
      "/usr/sbin/pdns_server",
      [
        "--config-dir=\(folder.path)", "--launch=bind",
        "--bind-config=\(folder.path)/named.conf", "--local-address=127.0.0.1",
        "--local-port=\(port)", "--socket-dir=\(folder.path)", "--daemon=no", "--guardian=no",
        "--cache-ttl=0", "--query-cache-ttl=0", "--negquery-cache-ttl=0",
        "--zone-cache-refresh-interval=0", "--security-poll-suffix=",
      ], log: folder.appending(path: "log"))
  }

  private func asked(_ name: String, _ type: String) async throws -> [String] {
    try await ChildProcess.run(
      "dig", ["+short", "+time=1", "+tries=1", "-p", "\(port)", "@127.0.0.1", name, type]
    ).output.split(separator: "\n").map(String.init).sorted()
  }

  private func eventually(_ name: String, _ type: String, _ answer: [String]) async throws {
    var last: [String] = []
    for _ in 0..<200 {
      last = try await asked(name, type)
      if last == answer { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("\(name) \(type) is \(last), not \(answer)")
  }

  private func withLoop(
    _ inventory: @escaping @Sendable () async throws -> NamingInventory,
    _ body: (AsyncStream<[AddressName: AddressGrant]>.Continuation) async throws -> Void
  ) async throws {
    let (grants, grant) = AsyncStream.makeStream(of: [AddressName: AddressGrant].self)
    let loop = NameLoop(
      folder: folder.path, control: NameServerControl("pdns_control", folder: folder.path),
      nameServers: [Steering.domain("ns-a.test")], logger: Logger(label: "names"),
      now: { WallTime(milliseconds: 1_000) }, inventory: inventory, grants: { grants })
    let running = Task { try await loop.run() }
    grant.yield(Steering.grants(isLost: false))
    defer { running.cancel() }
    try await body(grant)
  }

  @Test func phonesAreToldOfTheOtherSiteWhenTheirsIsLostThoughPostgresIsToo() async throws {
    let server = try startServer()
    let isPostgresLost = Mutex(false)
    let reading: @Sendable () async throws -> NamingInventory = {
      if isPostgresLost.withLock({ $0 }) { throw CancellationError() }
      return Steering.inventory(["demo.test"])
    }
    try await withLoop(reading) { grant in
      try await eventually(
        "_sip._udp.demo.test", "SRV",
        ["10 0 5060 phones-a.demo.test.", "20 0 5060 phones-b.demo.test."])
      try await eventually("demo.test", "A", ["192.0.2.1"])
      try await eventually("demo.test", "AAAA", ["2001:db8::1"])
      try await eventually(
        "demo.test", "NAPTR",
        [
          #"10 10 "s" "SIP+D2U" "" _sip._udp.demo.test."#,
          #"10 20 "s" "SIPS+D2T" "" _sips._tcp.demo.test."#,
          #"10 30 "s" "SIP+D2T" "" _sip._tcp.demo.test."#,
        ])
      isPostgresLost.withLock { $0 = true }
      grant.yield(Steering.grants(isLost: true))
      try await eventually(
        "_sips._tcp.demo.test", "SRV",
        ["10 0 5061 phones-b.demo.test.", "20 0 5061 phones-a.demo.test."])
      try await eventually("demo.test", "A", ["198.51.100.1"])
      try await eventually("demo.test", "AAAA", [])
    }
    await server.stop()
    try FileManager.default.removeItem(at: folder)
  }

  @Test func aNameServerThatBeginsLaterIsToldThen() async throws {
    let reading: @Sendable () async throws -> NamingInventory = {
      Steering.inventory(["demo.test"])
    }
    try await withLoop(reading) { _ in
      let written = folder.appending(path: "zones/demo.test")
      for _ in 0..<200 where !FileManager.default.fileExists(atPath: written.path) {
        try await Task.sleep(for: .milliseconds(20))
      }
      let server = try startServer()
      try await eventually("demo.test", "A", ["192.0.2.1"])
      await server.stop()
    }
    try FileManager.default.removeItem(at: folder)
  }
}
