import NodeContract
import SIP
import SeededRandom
import Testing

/// Where a SIP URI leads (RFC 3263).
@Suite struct ServerLocatorTests {
  private func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(0) }

  /// Asks `zone` until all is known. What is not in it does not exist.
  private func locate(
    _ uri: String, in zone: [DNSQuestion: DNSAnswer], for family: ServerLocator.Family = .v4
  ) throws -> (outcome: ServerLocator.Outcome?, asked: [DNSQuestion]) {
    var locator = ServerLocator(of: try #require(SIPURI(uri)), for: family)
    var questions = locator.begin()
    var asked: [DNSQuestion] = []
    while !questions.isEmpty {
      let question = questions.removeFirst()
      asked.append(question)
      questions += locator.take(
        zone[question] ?? .none(lifetime: .seconds(60)), to: question)
    }
    return (locator.outcome, asked)
  }

  private func servers(_ outcome: ServerLocator.Outcome?, seed: UInt64 = 1) -> [String] {
    guard case .found(let location, _)? = outcome else { return [] }
    var random = SeededGenerator(seed: seed)
    return location.servers(limit: 8, &random).map { "\($0.transport.rawValue) \($0.endpoint)" }
  }

  private func srv(_ records: [(UInt16, UInt16, UInt16, String)]) -> DNSAnswer {
    .records(
      records.map { .srv(ServiceRecord(priority: $0, weight: $1, port: $2, host: $3)) },
      lifetime: .seconds(300))
  }

  private func address(_ texts: String..., lifetime: Duration = .seconds(300)) -> DNSAnswer {
    .records(texts.map { .address(ip($0)) }, lifetime: lifetime)
  }

  private func naptr(_ records: [(UInt16, UInt16, String, String)]) -> DNSAnswer {
    .records(
      records.map {
        .naptr(NamingAuthorityPointer(order: $0, preference: $1, service: $2, replacement: $3))
      }, lifetime: .seconds(300))
  }

  @Test(arguments: [
    ("sip:192.0.2.1", "UDP 192.0.2.1:5060"), ("sips:192.0.2.1", "TLS 192.0.2.1:5061"),
    ("sip:192.0.2.1;transport=tcp", "TCP 192.0.2.1:5060"),
    ("sip:192.0.2.1:5080;transport=tls", "TLS 192.0.2.1:5080"),
  ])
  func anAddressIsAskedOfNobody(uri: String, server: String) throws {
    let (outcome, asked) = try locate(uri, in: [:])
    #expect(asked.isEmpty)
    #expect(servers(outcome) == [server])
  }

  @Test func aNameWithAPortIsLookedUpAsAHost() throws {
    let (outcome, asked) = try locate(
      "sip:gw.carrier.example:5070",
      in: [DNSQuestion(.a, "gw.carrier.example"): address("192.0.2.1")])
    #expect(asked == [DNSQuestion(.a, "gw.carrier.example")])
    #expect(servers(outcome) == ["UDP 192.0.2.1:5070"])
  }

  @Test func aDomainsServicesAreTakenInItsOwnOrder() throws {
    let (outcome, _) = try locate(
      "sip:carrier.example",
      in: [
        DNSQuestion(.naptr, "carrier.example"): naptr([
          (90, 50, "SIP+D2T", "_sip._tcp.carrier.example"),
          (50, 60, "SIP+D2U", "_sip._udp.carrier.example"),
          (50, 50, "SIPS+D2T", "_sips._tcp.carrier.example."), (10, 1, "E2U+sip", "x"),
        ]),
        DNSQuestion(.srv, "_sips._tcp.carrier.example"): srv([(0, 0, 5061, "a.carrier.example")]),
        DNSQuestion(.srv, "_sip._udp.carrier.example"): srv([(0, 0, 5060, "b.carrier.example.")]),
        DNSQuestion(.srv, "_sip._tcp.carrier.example"): srv([(0, 0, 5060, "c.carrier.example")]),
        DNSQuestion(.a, "a.carrier.example"): address("192.0.2.1"),
        DNSQuestion(.a, "b.carrier.example"): address("192.0.2.2"),
      ])
    #expect(servers(outcome) == ["TLS 192.0.2.1:5061", "UDP 192.0.2.2:5060"])
  }

  @Test func aSecureURIIsNeverServedInTheClear() throws {
    let (outcome, asked) = try locate(
      "sips:carrier.example",
      in: [
        DNSQuestion(.naptr, "carrier.example"): naptr([
          (10, 50, "SIP+D2U", "_sip._udp.carrier.example")
        ]),
        DNSQuestion(.srv, "_sip._udp.carrier.example"): srv([(0, 0, 5060, "b.carrier.example")]),
        DNSQuestion(.a, "carrier.example"): address("192.0.2.9"),
      ])
    #expect(!asked.contains(DNSQuestion(.srv, "_sip._udp.carrier.example")))
    #expect(servers(outcome) == ["TLS 192.0.2.9:5061"])
  }

  @Test func withoutServicesTheUsualOnesAreAsked() throws {
    let (outcome, asked) = try locate(
      "sip:carrier.example",
      in: [
        DNSQuestion(.srv, "_sip._tcp.carrier.example"): srv([(0, 0, 5066, "b.carrier.example")]),
        DNSQuestion(.a, "b.carrier.example"): address("192.0.2.2", "192.0.2.3"),
      ])
    #expect(
      asked.map(\.name).prefix(4) == [
        "carrier.example", "_sip._tcp.carrier.example", "_sip._udp.carrier.example",
        "_sips._tcp.carrier.example",
      ])
    #expect(servers(outcome) == ["TCP 192.0.2.2:5066", "TCP 192.0.2.3:5066"])
  }

  @Test func withoutAnyServiceTheDomainItselfIsTheServer() throws {
    let (outcome, _) = try locate(
      "sip:carrier.example", in: [DNSQuestion(.a, "carrier.example"): address("192.0.2.9")])
    #expect(servers(outcome) == ["UDP 192.0.2.9:5060"])
  }

  @Test func aDomainThatDeniesTheServiceHasNone() throws {
    let (outcome, _) = try locate(
      "sip:carrier.example;transport=tcp",
      in: [
        DNSQuestion(.srv, "_sip._tcp.carrier.example"): srv([(0, 0, 0, ".")]),
        DNSQuestion(.a, "carrier.example"): address("192.0.2.9"),
      ])
    #expect(outcome == .nowhere(lifetime: .seconds(300)))
  }

  @Test func serversOfALowerPriorityComeLastAndHeavierOnesMoreOftenFirst() throws {
    let (outcome, _) = try locate(
      "sip:carrier.example;transport=udp",
      in: [
        DNSQuestion(.srv, "_sip._udp.carrier.example"): srv([
          (20, 0, 5060, "last.example"), (10, 90, 5060, "heavy.example"),
          (10, 10, 5060, "light.example"), (10, 0, 5060, "seldom.example"),
        ]),
        DNSQuestion(.a, "heavy.example"): address("192.0.2.1"),
        DNSQuestion(.a, "light.example"): address("192.0.2.2"),
        DNSQuestion(.a, "seldom.example"): address("192.0.2.3"),
        DNSQuestion(.a, "last.example"): address("192.0.2.4"),
      ])
    let orders = (1...1000).map { servers(outcome, seed: $0) }
    #expect(orders.allSatisfy { $0.count == 4 && $0[3] == "UDP 192.0.2.4:5060" })
    let first = Dictionary(grouping: orders, by: { $0[0] }).mapValues(\.count)
    #expect((840...940).contains(first["UDP 192.0.2.1:5060", default: 0]))
    #expect((60...150).contains(first["UDP 192.0.2.2:5060", default: 0]))
    #expect((1...30).contains(first["UDP 192.0.2.3:5060", default: 0]))
  }

  @Test func whatOneServersAddressCannotBeFoundTheOthersAre() throws {
    let (outcome, _) = try locate(
      "sip:carrier.example;transport=udp",
      in: [
        DNSQuestion(.srv, "_sip._udp.carrier.example"): srv([
          (1, 0, 5060, "gone.example"), (2, 0, 5060, "there.example"),
        ]),
        DNSQuestion(.a, "gone.example"): .failed,
        DNSQuestion(.a, "there.example"): address("192.0.2.4", lifetime: .seconds(20)),
      ])
    #expect(servers(outcome) == ["UDP 192.0.2.4:5060"])
    guard case .found(_, let lifetime)? = outcome else { return }
    #expect(lifetime == .seconds(20))
  }

  @Test func aDNSThatDoesNotAnswerIsNoDomainWithoutServers() throws {
    let question = DNSQuestion(.a, "gw.example")
    #expect(try locate("sip:gw.example:5060", in: [question: .failed]).outcome == .failed)
    #expect(
      try locate("sip:gw.example:5060", in: [:]).outcome == .nowhere(lifetime: .seconds(60)))
  }

  @Test func overIPv6OnlyItsAddressesAreAsked() throws {
    let (outcome, asked) = try locate(
      "sip:gw.example:5060", in: [DNSQuestion(.aaaa, "gw.example"): address("2001:db8::1")],
      for: .v6)
    #expect(asked == [DNSQuestion(.aaaa, "gw.example")])
    #expect(servers(outcome) == ["UDP [2001:db8::1]:5060"])
  }

  @Test func anAnswerNobodyAskedForChangesNothing() throws {
    var locator = ServerLocator(of: try #require(SIPURI("sip:gw.example:5060")), for: .v4)
    _ = locator.begin()
    #expect(locator.take(address("192.0.2.66"), to: DNSQuestion(.a, "other.example")) == [])
    #expect(locator.outcome == nil)
  }

  @Test func aDomainWithThousandsOfServersCostsFewQuestions() throws {
    let many = (0..<5_000).map { (UInt16(0), UInt16(0), UInt16(5060), "h\($0).example") }
    let (_, asked) = try locate(
      "sip:carrier.example;transport=udp",
      in: [DNSQuestion(.srv, "_sip._udp.carrier.example"): srv(many)])
    #expect(asked.count <= 17)
  }
}
