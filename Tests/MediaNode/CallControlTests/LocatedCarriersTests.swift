import NodeContract
import SIP
import TLS
import Testing

@testable import CallControl

/// Carriers that are known by a domain (RFC 3263).
@Suite struct LocatedCarriersTests {
  private static let service = DNSQuestion(.srv, "_sip._udp.carrier.example")
  private static let spare = Fixture.endpoint("127.0.9.10:5070")

  private static func servers(_ servers: [(UInt16, UInt16, String)]) -> DNSAnswer {
    .records(
      servers.map { .srv(ServiceRecord(priority: $0, weight: 0, port: $1, host: $2)) },
      lifetime: .seconds(300))
  }

  private static func address(_ text: String, for seconds: Int = 300) -> DNSAnswer {
    .records(
      [IPAddress(text)].compactMap { $0.map(DNSRecord.address) }, lifetime: .seconds(seconds))
  }

  /// A tenant whose carrier is `route`, and a second server of that carrier.
  private func scene(
    _ route: String = "sip:carrier.example;transport=udp",
    zone: [DNSQuestion: DNSAnswer] = [
      service: servers([(1, 5060, "a.carrier.example"), (2, 5070, "b.carrier.example")]),
      DNSQuestion(.a, "a.carrier.example"): address("127.0.9.9"),
      DNSQuestion(.a, "b.carrier.example"): address("127.0.9.10"),
    ]
  ) throws -> (scene: Scene, spare: Party) {
    let scene = try Scene()
    let spare = Party("spare", at: Self.spare.description, server: Fixture.trunks)
    scene.world.add(spare)
    scene.world.zone = zone
    scene.world.change { tenant in
      tenant.trunks[0].peers = []
      tenant.trunks[0].route = route
    }
    scene.world.run(for: .milliseconds(100))
    return (scene, spare)
  }

  @Test func aCallGoesToTheServerThatTheDomainPrefers() throws {
    let (scene, spare) = try scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.requests.first?.uri.description == "sip:+447700900123@carrier.example")
    #expect(spare.requests.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whereOneServerIsSilentTheNextTakesTheCall() throws {
    let (scene, spare) = try scene()
    scene.carrier.isUnplugged = true
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run(within: .seconds(6)) { call.state == .talking })
    #expect(spare.calls.count == 1)
    call.hangUp()
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }

  @Test func aServerThatTheNetworkSaysIsNotThereIsNotWaitedFor() throws {
    let (scene, spare) = try scene()
    scene.carrier.isUnreachable = true
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run(within: .milliseconds(200)) { spare.calls.count == 1 })
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aServerThatFailedIsAskedAfterTheOthersUntilItHasRested() throws {
    let (scene, spare) = try scene()
    scene.carrier.isUnreachable = true
    let first = scene.alice.call("07700900123")
    #expect(scene.world.run { first.state == .talking })
    first.hangUp()
    let asked = scene.world.requests(to: scene.carrier)
    let second = scene.alice.call("07700900123")
    #expect(scene.world.run { second.state == .talking })
    #expect(scene.world.requests(to: scene.carrier) == asked)
    second.hangUp()
    scene.carrier.isUnreachable = false
    scene.world.run(for: .seconds(40))
    let third = scene.alice.call("07700900123")
    #expect(scene.world.run { third.state == .talking })
    #expect(scene.carrier.calls.count == 1 && spare.calls.count == 2)
    third.hangUp()
    scene.calmDown()
  }

  @Test func whereAllServersRestAllAreAsked() throws {
    let (scene, spare) = try scene()
    scene.carrier.isUnreachable = true
    spare.isUnreachable = true
    let first = scene.alice.call("07700900123")
    #expect(scene.world.run { first.state == .ended })
    scene.carrier.isUnreachable = false
    let second = scene.alice.call("07700900123")
    #expect(scene.world.run { second.state == .talking })
    second.hangUp()
    scene.calmDown()
  }

  @Test func whereOneServerSaysThatItCannotTheNextTakesTheCall() throws {
    let (scene, spare) = try scene()
    scene.carrier.habit = .refuse(503)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run(within: .seconds(3)) { call.state == .talking })
    #expect(spare.calls.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whereNobodyTakesAConnectionTheNextServerIsAskedAtOnce() throws {
    let (scene, spare) = try scene(
      "sip:carrier.example;transport=tcp",
      zone: [
        DNSQuestion(.srv, "_sip._tcp.carrier.example"): Self.servers([
          (1, 5060, "a.carrier.example"), (2, 5070, "b.carrier.example"),
        ]),
        DNSQuestion(.a, "a.carrier.example"): Self.address("127.0.9.9"),
        DNSQuestion(.a, "b.carrier.example"): Self.address("127.0.9.10"),
      ])
    scene.carrier.refusesConnections = true
    spare.transport = .tcp
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run(within: .seconds(2)) { call.state == .talking })
    #expect(spare.requests.first?.headers.vias.first?.transport == "TCP")
    #expect(
      spare.requests.first?.headers.contacts.addresses.first?.uri.parameters["transport"] == "tcp")
    call.hangUp()
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }

  @Test func aCarrierThatTheDNSKnowsCallsFromItsServers() throws {
    let (scene, spare) = try scene()
    for carrier in [scene.carrier, spare] {
      let call = carrier.call("+442079460102")
      #expect(scene.world.run { call.state == .talking })
      call.hangUp()
    }
    scene.calmDown()
  }

  @Test func whoIsAtNoServerOfTheCarriersIsAStranger() throws {
    let (scene, _) = try scene(zone: [:])
    let call = scene.carrier.call("+442079460102")
    scene.world.run(for: .seconds(40))
    #expect(call.state != .talking)
  }

  @Test func whatIsKnownIsAskedAgainOnlyAfterItsLife() throws {
    let (scene, _) = try scene(zone: [
      Self.service: Self.servers([(1, 5060, "a.carrier.example")]),
      DNSQuestion(.a, "a.carrier.example"): Self.address("127.0.9.9", for: 30),
    ])
    #expect(scene.world.asked.count == 2)
    scene.world.run(for: .seconds(29))
    #expect(scene.world.asked.count == 2)
    scene.world.run(for: .seconds(2))
    #expect(scene.world.asked.count == 4)
  }

  @Test func serversThatMoveAreFollowed() throws {
    let (scene, spare) = try scene(
      "sip:gw.carrier.example:5070",
      zone: [DNSQuestion(.a, "gw.carrier.example"): Self.address("127.0.9.9", for: 30)])
    scene.world.zone[DNSQuestion(.a, "gw.carrier.example")] = Self.address("127.0.9.10")
    scene.world.run(for: .seconds(31))
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(spare.calls.count == 1)
  }

  @Test func aDNSThatFailsChangesNothingOfWhatWasKnown() throws {
    let gateway = DNSQuestion(.a, "gw.carrier.example")
    let (scene, _) = try scene(
      "sip:gw.carrier.example:5060", zone: [gateway: Self.address("127.0.9.9", for: 30)])
    scene.world.zone[gateway] = .failed
    scene.world.run(for: .seconds(600))
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    // 5, 10, 20, … 300 seconds after each other.
    #expect(scene.world.asked.count <= 12)
  }

  @Test func aDomainWithoutServersIsACarrierThatFailed() throws {
    let (scene, _) = try scene(zone: [:])
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(scene.world.outcomes(of: "101") == [.carrierFailed])
  }

  @Test func ourRegistrationGoesToTheDomainsServersOneAfterTheOther() throws {
    let (scene, spare) = try scene()
    scene.carrier.isUnplugged = true
    spare.registers = { $0.response(200, toTag: "spare") }
    scene.world.change { tenant in
      tenant.trunks[0].account = TrunkAccount(
        username: "tandem", realm: "carrier.example", credentials: [],
        registrar: "sip:carrier.example")
    }
    #expect(
      scene.world.run(within: .seconds(60)) { scene.world.exchange.census.registeredTrunks == 1 })
    #expect(spare.requests.map(\.method) == [.register])
  }

  @Test func aNodeThatStartsLooksItsCarriersUpAtOnce() throws {
    let (scene, _) = try scene()
    var exchange = Exchange(
      configuration: scene.world.exchange.configuration, hashing: OpenSSLHashing(),
      random: SystemRandomNumberGenerator())
    let tenant = try #require(scene.world.exchange.directory[Fixture.tenant]?.snapshot)
    // As a node does with what lies on its disk, before it has sockets.
    _ = exchange.install(tenant, at: scene.world.now)
    _ = exchange.adopt(Fixture.trunksAddress, epoch: Fixture.epoch, at: scene.world.now)
    #expect(exchange.serviceStarts(at: scene.world.now) == [.locate(Self.service)])
  }

  @Test func aDomainsSecretServersAreCalledUnderItsName() throws {
    let (scene, _) = try scene(
      "sip:carrier.example;transport=tls",
      zone: [
        DNSQuestion(.srv, "_sips._tcp.carrier.example"): Self.servers([
          (1, 5061, "a.carrier.example")
        ]),
        DNSQuestion(.a, "a.carrier.example"): Self.address("127.0.9.9"),
      ])
    _ = scene.alice.call("07700900123")
    scene.world.run(for: .seconds(1))
    let flow = scene.world.sent.map(\.flow).first { $0.transport == .tls }
    #expect(flow?.peerName == "carrier.example")
    #expect(flow?.local.port == 5061)
  }
}
