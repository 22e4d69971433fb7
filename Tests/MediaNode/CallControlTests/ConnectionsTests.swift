import NodeContract
import SIP
import Testing

@testable import CallControl

/// Phones that keep a connection to us.
@Suite struct ConnectionsTests {
  private func flow(of phone: Party) -> Flow {
    Flow(transport: .tcp, local: Fixture.phones, remote: phone.endpoint)
  }

  private func connectedPair() throws -> (scene: Scene, carol: Party) {
    let scene = try Scene()
    let carol = Party("103", at: "127.0.5.5:5065")
    carol.transport = .tcp
    scene.world.add(carol)
    var status: Int?
    carol.register { status = $0?.status }
    scene.world.run { status != nil }
    #expect(status == 200)
    return (scene, carol)
  }

  @Test func aCallGoesOverTheConnectionOfItsPhone() throws {
    let (scene, carol) = try connectedPair()
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(
      scene.world.sent.first { $0.flow.remote == carol.endpoint && $0.message.isRequest(.invite) })
    #expect(invite.flow == flow(of: carol))
    #expect(invite.message.headers.vias.first?.transport == "TCP")
    #expect(
      invite.message.headers.contacts.addresses.first?.uri.parameters["transport"] == "tcp")
  }

  @Test func whoseConnectionIsGoneIsOffline() throws {
    let (scene, carol) = try connectedPair()
    let before = scene.world.exchange.census.bindings
    scene.world.perform(
      scene.world.exchange.flowClosed(flow(of: carol), at: scene.world.now))
    #expect(scene.world.exchange.census.bindings == before - 1)
    #expect(scene.world.bindingChanges.last?.expiresIn == .zero)
    let call = scene.alice.call("103")
    scene.world.run { call.finalStatus != nil }
    #expect(call.finalStatus == 480)
  }

  @Test func aConnectionThatIsCutWhileItRingsLosesTheDeviceAndNotTheCaller() throws {
    let (scene, carol) = try connectedPair()
    carol.habit = .ring
    let call = scene.alice.call("103")
    scene.world.run { scene.world.sent(to: carol).contains { $0.isRequest(.invite) } }
    scene.world.perform(
      scene.world.exchange.flowClosed(flow(of: carol), at: scene.world.now))
    scene.world.run(within: .seconds(5)) { call.finalStatus != nil }
    #expect(call.finalStatus.map { $0 >= 400 } == true)
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }
}
