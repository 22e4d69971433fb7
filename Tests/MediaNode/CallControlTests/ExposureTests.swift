import NodeContract
import Testing

@testable import CallControl

/// What a fault would do to the calls that are up, as operators see it before they make one.
@Suite struct ExposureTests {
  @Test("Parties who listen where they speak from move, and a call without an end counts once")
  func parties() throws {
    let scene = try Scene()
    #expect(scene.world.exchange.exposure == ExchangeExposure())
    let (caller, callee) = try scene.talking()
    #expect(scene.world.exchange.exposure.parties == [.moves: 2])
    #expect(scene.world.exchange.exposure.emergencyCalls == 0)
    let isHelp = scene.world.exchange.hasEmergencyCall
    #expect(!isHelp)
    let relay = try #require(scene.world.exchange.relays.keys.first)
    let parties = try #require(scene.world.exchange.parties(of: relay))
    #expect(parties.caller == ExposedParty(transport: .udp, party: .moves))
    #expect(parties.callee == ExposedParty(transport: .udp, party: .moves))
    caller.hangUp()
    #expect(scene.world.run { callee.state == .ended })
    #expect(scene.world.exchange.exposure.parties == [:])
    let gone = scene.world.exchange.parties(of: relay)
    #expect(gone == nil)
    scene.calmDown()
  }

  @Test("A call for help is one from its first ring until it ends")
  func emergency() throws {
    let scene = try Scene()
    let help = scene.alice.call("112")
    #expect(scene.world.run { scene.world.exchange.hasEmergencyCall })
    #expect(scene.world.run { help.state == .talking })
    #expect(scene.world.exchange.exposure.emergencyCalls == 1)
    help.hangUp()
    #expect(scene.world.run { !scene.world.exchange.hasEmergencyCall })
    scene.calmDown()
  }
}
