import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls whose requests do not fit a datagram.
@Suite struct LargeCallTests {
  /// A scene whose phones dial out with a name that fills a datagram.
  private func scene(refusesConnections: Bool) throws -> Scene {
    let scene = try Scene()
    scene.carrier.refusesConnections = refusesConnections
    scene.world.change { tenant in
      tenant.trunks[0].account = TrunkAccount(
        username: "tandem", realm: "carrier.example", credentials: [],
        registrar: "sip:" + String(repeating: "x", count: 500) + ".example")
    }
    return scene
  }

  private func transports(of method: SIPMethod, in scene: Scene) -> [SIPTransport] {
    scene.world.sent.filter { $0.flow.remote == Fixture.carrier && $0.message.isRequest(method) }
      .map(\.flow.transport)
  }

  @Test func aLargeInviteReachesTheCarrierByTCP() throws {
    let scene = try scene(refusesConnections: false)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(transports(of: .invite, in: scene) == [.tcp])
  }

  @Test func aCarrierWithoutTCPIsCalledByUDPAllTheSame() throws {
    let scene = try scene(refusesConnections: true)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(transports(of: .invite, in: scene).prefix(2) == [.tcp, .udp])
    #expect(scene.carrier.calls.count == 1)
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
  }
}
