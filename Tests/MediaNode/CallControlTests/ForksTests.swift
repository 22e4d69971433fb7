import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct CallsToSeveralDevices {
  /// Bob has three devices.
  private func scene() throws -> (Scene, [Party]) {
    let scene = try Scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    let third = try scene.device("102", at: "127.0.5.4:5064")
    return (scene, [scene.bob, second, third])
  }

  @Test func allDevicesRingAndTheFirstToAnswerWins() throws {
    let (scene, devices) = try scene()
    devices[0].habit = .ring
    devices[1].habit = .answer(after: .seconds(3))
    devices[2].habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(devices.map { $0.lastCall?.state } == [.ended, .talking, .ended])
    #expect(devices.map { $0.lastCall?.wasCancelled } == [true, false, true])
    #expect(call.heard == [100, 180, 200])
    #expect(
      scene.world.outcomes(of: "102") == [.answeredElsewhere, .answeredElsewhere])
    call.hangUp()
    scene.calmDown()
  }

  @Test func theOthersHearThatTheCallWasCompletedElsewhere() throws {
    let (scene, devices) = try scene()
    devices[0].habit = .ring
    devices[2].habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    let cancels = scene.world.sent(to: devices[0]).filter { $0.isRequest(.cancel) }
    let reason = try #require(cancels.first?.headers["Reason"])
    #expect(reason.contains("completed elsewhere"))
  }

  @Test func twoDevicesThatAnswerAtOnceLeaveOneCall() throws {
    let (scene, devices) = try scene()
    for device in devices { device.habit = .answer(after: .seconds(2)) }
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(2))
    #expect(devices.count { $0.lastCall?.state == .talking } == 1)
    let ended = devices.filter { $0.lastCall?.state == .ended }
    #expect(ended.allSatisfy { $0.lastCall?.received.map(\.method) == [.bye] })
    call.hangUp()
    scene.calmDown()
  }

  @Test func theCallGoesOnWhileOneDeviceIsLeft() throws {
    let (scene, devices) = try scene()
    devices[0].habit = .refuse(486)
    devices[1].habit = .refuse(480)
    devices[2].habit = .answer(after: .seconds(5))
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(
      scene.world.outcomes(of: "102").sorted { $0.rawValue < $1.rawValue } == [.busy, .offline])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whenAllRefuseTheCallerHearsTheMostTelling() throws {
    let (scene, devices) = try scene()
    devices[0].habit = .refuse(480)
    devices[1].habit = .refuse(486)
    devices[2].habit = .refuse(488)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 486)
    scene.calmDown()
  }

  @Test func aSecondAnswerFromBehindOneContactIsEnded() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var other = try #require(scene.bob.answers.last)
    other.headers.to.tag = "another-phone"
    scene.world.send(.response(other), from: scene.bob, to: Fixture.phones)
    scene.world.run(for: .seconds(1))
    let strays = scene.world.sent(to: scene.bob).filter {
      $0.headers.to.tag == "another-phone"
    }
    #expect(strays.contains { $0.isRequest(.ack) })
    #expect(strays.contains { $0.isRequest(.bye) })
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }
}
