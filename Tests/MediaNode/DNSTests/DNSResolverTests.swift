import Epoll
import Foundation
import NodeContract
import SIP
import SeededRandom
import Support
import Synchronization
import Testing

@testable import DNS

/// With a real name server on the loopback.
@Suite struct DNSResolverTests {
  private static let zone = [
    "naptr-record=carrier.test,50,50,s,SIPS+D2T,,_sips._tcp.carrier.test",
    "naptr-record=carrier.test,90,10,s,SIP+D2U,,_sip._udp.carrier.test",
    "srv-host=_sip._udp.carrier.test,gw1.carrier.test,5062,10,60",
    "srv-host=_sip._udp.carrier.test,gw2.carrier.test,5064,20,0",
    "host-record=gw1.carrier.test,192.0.2.1,2001:db8::1",
    "host-record=gw2.carrier.test,192.0.2.2", "cname=alias.carrier.test,gw1.carrier.test",
  ]

  private func withResolver(
    zone: [String] = zone, _ body: (TestResolver) throws -> Void
  ) async throws {
    let port = UnclaimedPorts.next()
    let log = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    let server = try NameServer(port: port, zone: zone, log: log)
    let resolver = try TestResolver(port: port)
    try #require(resolver.isAnswered(within: .seconds(60)), "\(server.output)")
    try body(resolver)
    await server.stop()
  }

  @Test func recordsOfEveryKindAreReadWithTheirLifetime() async throws {
    try await withResolver { resolver in
      let life = Duration.seconds(20)
      #expect(
        resolver.ask(DNSQuestion(.a, "gw1.carrier.test"))
          == .records([.address(.v4(0xC000_0201))], lifetime: life))
      #expect(
        resolver.ask(DNSQuestion(.aaaa, "gw1.carrier.test"))
          == .records([.address(.v6(0x2001_0DB8_0000_0000, 1))], lifetime: life))
      let services = resolver.ask(DNSQuestion(.srv, "_sip._udp.carrier.test"))
      #expect(
        services.records == [
          .srv(ServiceRecord(priority: 10, weight: 60, port: 5062, host: "gw1.carrier.test")),
          .srv(ServiceRecord(priority: 20, weight: 0, port: 5064, host: "gw2.carrier.test")),
        ])
      let pointers = resolver.ask(DNSQuestion(.naptr, "carrier.test"))
      #expect(
        pointers.records == [
          .naptr(
            NamingAuthorityPointer(
              order: 50, preference: 50, service: "SIPS+D2T",
              replacement: "_sips._tcp.carrier.test")),
          .naptr(
            NamingAuthorityPointer(
              order: 90, preference: 10, service: "SIP+D2U",
              replacement: "_sip._udp.carrier.test")),
        ])
    }
  }

  @Test func anAliasLeadsToItsHostsAddresses() async throws {
    try await withResolver { resolver in
      #expect(
        resolver.ask(DNSQuestion(.a, "alias.carrier.test")).records == [
          .address(.v4(0xC000_0201))
        ])
    }
  }

  @Test func whatDoesNotExistIsNoFailure() async throws {
    try await withResolver { resolver in
      for question in [
        DNSQuestion(.a, "nobody.carrier.test"), DNSQuestion(.aaaa, "gw2.carrier.test"),
        DNSQuestion(.srv, "_sip._tcp.carrier.test"),
      ] {
        #expect(resolver.ask(question) == .none(lifetime: .seconds(60)), "\(question)")
      }
    }
  }

  @Test func aSilentNameServerIsAFailureAndHoldsNothingUp() throws {
    let silent = try UDPSocket(binding: IPEndpoint(.v4(0x7F00_0001), port: 0))
    let resolver = try TestResolver(port: silent.local.port)
    let answer = Mutex<DNSAnswer?>(nil)
    resolver.ask(DNSQuestion(.a, "gw1.carrier.test")) { given in answer.withLock { $0 = given } }
    #expect(resolver.turnsAround())
    #expect(answer.withLock { $0 } == nil)
    #expect(resolver.ask(DNSQuestion(.a, "gw2.carrier.test")) == .failed)
    #expect(answer.withLock { $0 } == .failed)
  }

  @Test func repliesThatAreNoRepliesAreNotBelieved() throws {
    let liar = try UDPSocket(binding: IPEndpoint(.v4(0x7F00_0001), port: 0))
    let resolver = try TestResolver(port: liar.local.port)
    let answer = Mutex<DNSAnswer?>(nil)
    resolver.ask(DNSQuestion(.a, "gw1.carrier.test")) { given in answer.withLock { $0 = given } }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 1)
    defer { buffer.deallocate() }
    var random = SeededGenerator(seed: 7)
    var believed: DNSAnswer?
    while believed == nil {
      while let (count, source) = liar.receive(into: buffer) {
        var reply = Array(buffer[..<count])
        reply[2] |= 0x80
        reply[7] = 5
        reply += (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        liar.send(reply, to: source)
      }
      believed = answer.withLock { $0 }
    }
    #expect(believed == .failed || believed?.records.isEmpty == true)
  }

  @Test func truncatedAndRandomRepliesHaveNoLifetime() {
    var random = SeededGenerator(seed: 3)
    for length in 0..<400 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      _ = bytes.withUnsafeBytes { DNSLifetime(of: $0) }
    }
    let none = [UInt8](repeating: 0, count: 12).withUnsafeBytes { DNSLifetime(of: $0) }
    #expect(none.ofRecords == nil && none.ofAbsence == nil)
  }

  @Test func anAbsenceLastsAsLongAsItsAuthoritySays() {
    // No question, no answer, one authority: `.` SOA with 900 s to live and a minimum of 300 s.
    let header: [UInt8] = [0, 1, 0x81, 0x83, 0, 0, 0, 0, 0, 1, 0, 0]
    let data: [UInt8] = [0, 0] + Array(repeating: 0, count: 16) + [0, 0, 1, 44]
    let record: [UInt8] = [0, 0, 6, 0, 1, 0, 0, 3, 132, 0, UInt8(data.count)] + data
    let lifetime = (header + record).withUnsafeBytes { DNSLifetime(of: $0) }
    #expect(lifetime.ofAbsence == 300)
    #expect(lifetime.ofRecords == nil)
  }
}

/// A resolver on a loop of its own.
private final class TestResolver: Sendable {
  private let loop: EventLoop
  private let bell: Doorbell
  /// Touched on the loop only.
  private nonisolated(unsafe) var resolver: DNSResolver?

  init(port: UInt16) throws {
    loop = try EventLoop(name: "resolver")
    bell = try Doorbell()
    resolver = try DNSResolver(servers: [IPEndpoint(.v4(0x7F00_0001), port: port)], on: loop)
    loop.start()
  }

  deinit { loop.stop() }

  /// Waits for the answer.
  func ask(_ question: DNSQuestion) -> DNSAnswer {
    let answer = Mutex<DNSAnswer?>(nil)
    ask(question) { [bell] given in
      answer.withLock { $0 = given }
      bell.ring()
    }
    while true {
      if let given = answer.withLock({ $0 }) { return given }
      bell.wait(upTo: .seconds(1))
    }
  }

  func ask(_ question: DNSQuestion, then take: @escaping @Sendable (DNSAnswer) -> Void) {
    loop.submit { [self] in resolver?.ask(question, then: take) }
  }

  /// Whether the name server is there in time.
  func isAnswered(within limit: Duration) -> Bool {
    let deadline = MachineClock.boot().advanced(by: limit)
    while MachineClock.boot() < deadline {
      if ask(DNSQuestion(.a, "ready.test")) != .failed { return true }
      bell.wait(upTo: .milliseconds(50))
    }
    return false
  }

  /// Whether the loop does something else within a second.
  func turnsAround() -> Bool {
    let hasTurned = Mutex(false)
    loop.submit { [bell] in
      hasTurned.withLock { $0 = true }
      bell.ring()
    }
    bell.wait(upTo: .seconds(1))
    return hasTurned.withLock { $0 }
  }
}

extension DNSAnswer {
  /// By their order and priority.
  fileprivate var records: [DNSRecord] {
    guard case .records(let records, _) = self else { return [] }
    return records.sorted { "\($0)" < "\($1)" }
  }
}
