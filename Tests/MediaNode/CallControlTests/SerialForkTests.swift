import NodeContract
import SIP
import Testing

@testable import CallControl

/// Bob has a phone on his desk, and one in his pocket that likes to ring later.
@Suite struct DevicesThatAreAskedInTurn {
  private func scene(_ q: String = "0.3") throws -> (Scene, later: Party) {
    let scene = try Scene()
    let later = Party("102", at: "127.0.5.3:5063")
    scene.world.add(later)
    var contact = later.contact
    contact.parameters["q"] = q
    var status: Int?
    later.register(contacts: .addresses([contact])) { status = $0?.status ?? 408 }
    scene.world.run { status != nil }
    try #require(status == 200)
    return (scene, later)
  }

  @Test func whoLikesItLessIsAskedWhenTheOthersRefused() throws {
    let (scene, later) = try scene()
    scene.bob.habit = .refuse(486)
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(3)) { call.state == .talking })
    #expect(later.lastCall?.state == .talking)
    #expect(later.lastCall?.invite.headers.from.displayName == "Phone 101")
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoLikesItLessIsAskedWhenTheOthersRangLongEnough() throws {
    let (scene, later) = try scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(11))
    #expect(later.calls.isEmpty)
    #expect(scene.world.run(within: .seconds(5)) { call.state == .talking })
    #expect(later.lastCall?.state == .talking)
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(scene.world.outcomes(of: "102") == [.noAnswer])
    call.hangUp()
    scene.calmDown()
  }

  @Test func theyAreLeftAloneWhenTheFirstAnswers() throws {
    let (scene, later) = try scene()
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(60))
    #expect(later.calls.isEmpty)
    #expect(scene.world.offers.count == 2)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func theyAreLeftAloneWhenTheCallerGivesUp() throws {
    let (scene, later) = try scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(5))
    call.hangUp()
    scene.calmDown()
    #expect(later.calls.isEmpty)
  }

  @Test func whenNobodyIsLeftTheCallerHearsTheMostTelling() throws {
    let (scene, later) = try scene()
    scene.bob.habit = .refuse(486)
    later.habit = .refuse(480)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 486)
    scene.calmDown()
  }

  @Test func equalWishesRingTogether() throws {
    let (scene, later) = try scene("1.0")
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(3)) { call.state == .talking })
    #expect(later.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneThatDeclinesForAllEndsTheCall() throws {
    let scene = try Scene()
    let other = try scene.device("102", at: "127.0.5.4:5064")
    other.habit = .ring
    scene.bob.habit = .refuse(603)
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    #expect(call.finalStatus == 603)
    scene.world.run(for: .seconds(1))
    #expect(other.lastCall?.wasCancelled == true)
    scene.calmDown()
  }

  @Test(arguments: [401, 407, 500, 503])
  func whatIsAPhonesOwnTroubleIsNotTheCallers(status: Int) throws {
    let scene = try Scene()
    scene.bob.habit = .refuse(status)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == (status < 500 ? 603 : 480))
    scene.calmDown()
  }

  @Test func anAnswerWithoutASessionIsNoneOfAnotherPhonesBehindTheSameProxy() throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .seconds(1))
    scene.bob.adorns = { response in
      guard response.isSuccess else { return }
      response.headers.to.tag = "another-phone"
      response.body = .none
    }
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(3))
    #expect(call.finalStatus == 488)
    scene.bob.adorns = { _ in }
    scene.world.run(for: .seconds(60))
  }
}
