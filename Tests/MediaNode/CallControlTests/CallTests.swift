import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct CallsBetweenPhones {
  @Test func twoPhonesTalkAndTheCallIsOnRecord() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    #expect(caller.heard == [100, 180, 200])
    #expect(scene.world.openRelays == 1)
    #expect(scene.world.exchange.census.openDialogs == 2)
    scene.world.run(for: .seconds(30))
    caller.hangUp()
    scene.world.run { callee.state == .ended }
    #expect(callee.state == .ended)
    #expect(
      scene.world.facts(of: Fixture.party("101")).map(\.word)
        == ["offered", "rung", "answered", "ended"])
    #expect(
      scene.world.facts(of: Fixture.party("102")).map(\.word)
        == ["offered", "rung", "answered", "ended"])
    scene.calmDown()
  }
}
