import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite("A call whose parties both fell silent")
struct MediaSilenceTests {
  private func tellOfSilence(in scene: Scene) throws {
    let relay = try #require(scene.world.relays.keys.first)
    scene.world.perform(scene.world.exchange.mediaSilent(relay, at: scene.world.now))
    scene.world.run(for: .seconds(1))
  }

  @Test("A held call stays, and ends when nobody speaks after it was taken back")
  func aHeldCallStays() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    caller.offer(direction: "sendonly")
    scene.world.run { caller.renegotiations == [200] }
    try tellOfSilence(in: scene)
    #expect(caller.state == .talking && callee.state == .talking)
    caller.offer(direction: "sendrecv")
    scene.world.run { caller.renegotiations == [200, 200] }
    try tellOfSilence(in: scene)
    #expect(caller.state == .ended && callee.state == .ended)
    #expect(scene.world.end(of: "102")?.evidence == .mediaEnded)
    scene.calmDown()
  }

  @Test("Who rings may be silent")
  func whoRingsMayBeSilent() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    try tellOfSilence(in: scene)
    #expect(call.finalStatus == nil)
    call.hangUp()
    scene.calmDown()
  }
}
