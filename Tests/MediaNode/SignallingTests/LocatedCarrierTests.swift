import Epoll
import Foundation
import NodeContract
import Support
import Testing

/// A carrier that a real name server knows.
@Suite struct LocatedCarrierTests {
  private static let loopback = IPEndpoint(.v4(0x7F00_0001), port: 0)

  @Test func aCarriersDomainLeadsToItsServer() async throws {
    let port = try UDPSocket(binding: Self.loopback).local.port
    let log = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    try await SignallingNode.with(
      serves: false, nameServers: [IPEndpoint(Self.loopback.address, port: port)],
      changing: Self.routed
    ) { node in
      let carrier = node.pair.carrier
      let server = try NameServer(
        port: port,
        zone: [
          "naptr-record=carrier.test,10,10,s,SIP+D2U,,_sip._udp.carrier.test",
          "srv-host=_sip._udp.carrier.test,gw.carrier.test,\(carrier.local.port),10,0",
          "host-record=gw.carrier.test,127.0.0.1",
        ], log: log)
      node.serve()
      let text = try #require(
        carrier.firstText(within: .seconds(20)) { $0.hasPrefix("REGISTER ") }, "\(server.output)")
      #expect(text.hasPrefix("REGISTER sip:carrier.test SIP/2.0\r\n"))
      await server.stop()
    }
  }

  private static func routed(_ tenant: inout TenantSnapshot) {
    tenant.trunks[0].peers = []
    tenant.trunks[0].route = "sip:carrier.test"
    tenant.trunks[0].account = TrunkAccount(
      username: "tandem", realm: "carrier.test", credentials: [], registrar: "sip:carrier.test")
  }
}
