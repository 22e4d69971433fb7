import NodeContract
import SIP
import Testing

@testable import CallControl

/// Carriers that are known by the certificate that they show.
@Suite struct CertifiedCarrierTests {
  private static let secure = Fixture.endpoint("127.0.1.10:5061")

  /// A carrier at an address that nobody told us of, which comes by TLS.
  private func stranger() throws -> (scene: Scene, carrier: Party, flow: Flow) {
    let scene = try Scene()
    let carrier = Party("carrier", at: "127.0.9.77:40123", server: Self.secure)
    carrier.transport = .tls
    scene.world.add(carrier)
    scene.world.change { $0.trunks[0].certificateName = "carrier.example" }
    return (scene, carrier, Flow(transport: .tls, local: Self.secure, remote: carrier.endpoint))
  }

  private func call(_ carrier: Party) -> PartyCall {
    carrier.call("+442079460102") { $0.uri.host = "127.0.1.10" }
  }

  @Test func aCarrierIsKnownByItsCertificateWhereverItIs() throws {
    let (scene, carrier, flow) = try stranger()
    scene.world.exchange.proved(flow, by: ["Carrier.Example", "sip:carrier.example"])
    let call = call(carrier)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func anotherCertificateIsAStrangers() throws {
    let (scene, carrier, flow) = try stranger()
    scene.world.exchange.proved(flow, by: ["other.example", "x.carrier.example"])
    let call = call(carrier)
    scene.world.run(for: .seconds(40))
    #expect(call.state != .talking)
    #expect(scene.world.facts.isEmpty)
  }

  @Test func aCertificateIsForgottenWithItsConnection() throws {
    let (scene, carrier, flow) = try stranger()
    scene.world.exchange.proved(flow, by: ["carrier.example"])
    scene.world.perform(scene.world.exchange.flowClosed(flow, at: scene.world.now))
    let call = call(carrier)
    scene.world.run(for: .seconds(40))
    #expect(call.state != .talking)
    #expect(scene.world.exchange.certified.isEmpty)
  }

  @Test func aPhonesCertificateMakesItNoCarrier() throws {
    let (scene, _, flow) = try stranger()
    let atPhones = Flow(
      transport: .tls, local: IPEndpoint(Fixture.phones.address, port: 5061), remote: flow.remote)
    scene.world.exchange.proved(atPhones, by: ["carrier.example"])
    #expect(scene.world.exchange.certified.isEmpty)
  }
}
