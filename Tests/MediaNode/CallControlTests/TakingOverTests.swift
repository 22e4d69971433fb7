import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct TakingACallOver {
  /// Alice and Bob talk; Bob has a second phone.
  private func scene() throws -> (Scene, second: Party, caller: PartyCall, callee: PartyCall) {
    let scene = try Scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    second.habit = .ignore
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    return (scene, second, caller, callee)
  }

  private func take(_ call: PartyCall, by phone: Party, _ more: String = "") throws -> PartyCall {
    let field = try #require(call.dialog?.id.replaces) + more
    return phone.call("102") { $0.headers["Replaces"] = field }
  }

  @Test(arguments: [true, false])
  func anotherDeviceGoesOnWithTheCall(ofCaller: Bool) throws {
    let scene = try Scene()
    let second = try scene.device(ofCaller ? "101" : "102", at: "127.0.5.3:5063")
    second.habit = .ignore
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    let (left, stayer) = ofCaller ? (caller, callee) : (callee, caller)
    let call = try take(left, by: second)
    #expect(scene.world.run { call.state == .talking && left.state == .ended })
    scene.world.run(for: .seconds(1))
    #expect(stayer.state == .talking)
    #expect(stayer.renegotiations.isEmpty)
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    #expect(relay.directed.values.contains(second.mediaEndpoint))
    stayer.offer(direction: "sendonly")
    #expect(scene.world.run { stayer.renegotiations == [200] })
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(stayer.state == .ended)
    scene.calmDown()
  }

  @Test func aCallThatIsUpIsNoColleaguesToTake() throws {
    let (scene, _, caller, callee) = try scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let call = try take(callee, by: carol)
    #expect(scene.world.run { call.finalStatus == 403 })
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whatTheStayerRefusesChangesNothing() throws {
    let (scene, second, caller, callee) = try scene()
    caller.refusesOffers = 488
    let call = try take(callee, by: second)
    #expect(scene.world.run { call.finalStatus == 488 })
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoThinksBetterOfItLeavesTheCallAlone() throws {
    let (scene, second, caller, callee) = try scene()
    caller.thinks = .seconds(2)
    let call = try take(callee, by: second)
    scene.world.run(for: .seconds(1))
    let machine = try #require(scene.world.exchange.calls.values.first?.machine)
    let now = scene.world.now.boot
    let bytes = machine.checkpoint(at: now)
    #expect(try CallMachine(checkpoint: bytes, limits: machine.limits, at: now) == machine)
    call.hangUp()
    #expect(scene.world.run { call.finalStatus == 487 })
    scene.world.run(for: .seconds(3))
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aCallThatEndsMeanwhileIsDeclined() throws {
    let (scene, second, caller, callee) = try scene()
    caller.thinks = .seconds(2)
    let call = try take(callee, by: second)
    scene.world.run(for: .seconds(1))
    caller.hangUp()
    #expect(scene.world.run { call.finalStatus == 603 })
    #expect(callee.state == .ended)
    scene.calmDown()
  }
}
