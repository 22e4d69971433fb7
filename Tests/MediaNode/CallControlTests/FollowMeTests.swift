import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// 102 is Bob's, who is looked for by rule: at his telephone, then at his mobile and at 104, Dave's.
/// Whoever answers elsewhere than at his telephone must press 1.
@Suite struct FollowMeTests {
  private static let mobile = "07700900123"

  struct Search {
    let scene: Scene
    let dave: Party
    var world: World { scene.world }
  }

  private func search(
    _ steps: [FollowMe.Step]? = nil, rules: [AnsweringRule]? = nil, mailbox: Bool = false
  ) throws -> Search {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      tenant.extensions.append(Fixture.entry("104", outside: nil))
      tenant.extensions[1].followMe = FollowMe(
        steps: steps ?? [
          FollowMe.Step([.own], ringsFor: .seconds(8)),
          FollowMe.Step(
            [.outside(Self.mobile), .colleague(Fixture.extensionID("104"))], ringsFor: .seconds(10)),
        ])
      tenant.extensions[1].answering =
        rules ?? [AnsweringRule(name: "", on: .always, .followMe)]
      if mailbox {
        tenant.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      }
    }
    let dave = try scene.device("104", at: "127.0.5.6:5066")
    for phone in [scene.bob, dave, scene.carrier] { phone.habit = .ring }
    return Search(scene: scene, dave: dave)
  }

  private func press(_ key: Digit?, in scene: Scene) throws {
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    scene.world.press(try #require(key), on: .callee, of: relay.plan.id)
    scene.world.run(for: .milliseconds(100))
  }

  private func question(in scene: Scene) -> [Prompt]? {
    scene.world.relays.values.first { $0.isOpen }?.playing[.callee]?.announcement.prompts
  }

  private func machine(in scene: Scene) throws -> CallMachine {
    try #require(scene.world.exchange.calls.values.map(\.machine).first { !$0.isEnding })
  }

  // MARK: - Who is rung, and when

  @Test func theUserIsLookedForStepByStepAndWhoPresses1HasTheCall() throws {
    let search = try search()
    let (scene, dave) = (search.scene, search.dave)
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(7))
    #expect(scene.bob.calls.count == 1 && scene.carrier.calls.isEmpty && dave.calls.isEmpty)
    scene.world.run(for: .seconds(2))
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(scene.carrier.calls.count == 1 && dave.calls.count == 1)
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(scene.carrier.lastCall?.state == .talking)
    #expect(call.state != .talking && call.heard.last == 180, "its caller hears ringing")
    #expect(dave.lastCall?.wasCancelled == false)
    #expect(question(in: scene) == SpokenLanguage.english.confirmation(ofCallFrom: "101"))
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) == nil)
    #expect(dave.lastCall?.wasCancelled == true)
    #expect(try machine(in: scene).passage == .relayed)
    call.hangUp()
    scene.calmDown()
    #expect(scene.carrier.lastCall?.state == .ended)
    #expect(scene.world.outcomes(of: "104") == [.answeredElsewhere])
    #expect(
      scene.world.offers.map(\.to) == ["102", "102/1", "102", "102/2", "+447700900123", "102"])
    #expect(scene.world.outcomes(of: "102") == [.forwarded, .noAnswer, .forwarded])
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.answered])
  }

  @Test func whatAnswersOutsideAndSaysNothingDoesNotTakeTheCallFromTheOthers() throws {
    let search = try search([
      FollowMe.Step([.own, .outside(Self.mobile)], ringsFor: .seconds(30))
    ])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(10))
    #expect(scene.bob.lastCall?.state != .ended && call.state != .talking)
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(scene.carrier.lastCall?.state == .ended, "a machine hears the end of its call")
    #expect(question(in: scene) == nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoIsAskedIsLetGoAfterTwoQuestionsAndTheCallGoesToTheMailbox() throws {
    let search = try search(mailbox: true)
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(10)) { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(11))
    #expect(call.state != .talking, "it is asked longer than its step lasts")
    #expect(search.dave.lastCall?.wasCancelled == true)
    #expect(scene.world.run(within: .seconds(5)) { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .ended)
    guard case .message? = try machine(in: scene).attendance?.purpose else {
      Issue.record("no mailbox")
      return
    }
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "104") == [.noAnswer])
  }

  @Test func everyOtherKeyDeclines() throws {
    let search = try search([
      FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20)),
      FollowMe.Step([.own], ringsFor: .seconds(20)),
    ])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    #expect(scene.bob.calls.isEmpty)
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    try press(Digit("2"), in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    #expect(scene.carrier.lastCall?.state == .ended)
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoHangsUpInsteadDeclines() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    scene.carrier.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == CallOutcome.rejected.sipStatus)
    scene.calmDown()
  }

  @Test func aCallerWhoGivesUpEndsTheQuestion() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    #expect(call.finalStatus == 487)
    scene.calmDown()
  }

  @Test func twoWhoAnswerAreAskedOneAfterTheOther() throws {
    let search = try search([
      FollowMe.Step(
        [.outside(Self.mobile), .colleague(Fixture.extensionID("104"))], ringsFor: .seconds(20))
    ])
    let (scene, dave) = (search.scene, search.dave)
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 && dave.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    dave.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).confirmation?.answered.count == 2)
    try press(Digit("2"), in: scene)
    scene.world.run(for: .milliseconds(500))
    #expect(scene.carrier.lastCall?.state == .ended && dave.lastCall?.state == .talking)
    #expect(question(in: scene) != nil)
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "104") == [.answered])
  }

  @Test func theQuestionGoesOnWhenAProcessDies() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) == SpokenLanguage.english.confirmation(ofCallFrom: "101"))
    #expect(call.state != .talking && scene.carrier.lastCall?.state == .talking)
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func nobodyIsAskedBeforeTheAnswerThatCostsSomethingIsOnDisk() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    scene.world.diskDelay = nil
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) == nil)
    scene.world.diskDelay = .milliseconds(5)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) != nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallerWhoMakesNoOfferIsOfferedWhatWhoPressed1Said() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    let call = scene.alice.call("102", offer: false)
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) != nil && call.state != .talking)
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).caller.session.terms != nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoIsAskedMayChangeItsSessionMeanwhile() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    scene.carrier.lastCall?.offer(port: 46_000)
    scene.world.run(for: .seconds(1))
    #expect(scene.carrier.lastCall?.renegotiations == [200])
    #expect(scene.world.relays.values.first { $0.isOpen }?.directed[.callee]?.port == 46_000)
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallerInAMenuHearsRingingWhileSomebodyIsAsked() throws {
    let search = try search([FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(20))])
    let scene = search.scene
    scene.world.change { tenant in
      tenant.extensions[2].menu = VoiceMenu(choices: ["1": .extension(Fixture.extensionID("102"))])
    }
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    scene.world.press(try #require(Digit("1")), on: .caller, of: relay.plan.id)
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(question(in: scene) != nil)
    let playing = scene.world.relays.values.first { $0.isOpen }?.playing[.caller]
    #expect(playing?.announcement.prompts == [.ringing])
    guard case .decoded(let sounds) = try machine(in: scene).passage else {
      Issue.record("nobody decodes")
      return
    }
    #expect(sounds.caller.hears == .nothing && sounds.callee.hears == .nothing)
    try press(Digit("1"), in: scene)
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage == .relayed)
    #expect(scene.carrier.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Rules

  @Test func aRuleMayLookForTheUserOnlyWhenNobodyAnswersAndThenSendTheCallOn() throws {
    let search = try search(
      [FollowMe.Step([.outside(Self.mobile)], ringsFor: .seconds(5))],
      rules: [
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(6)), .followMe),
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(20)), .forward(to: "104")),
      ])
    let (scene, dave) = (search.scene, search.dave)
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(5))
    #expect(scene.bob.calls.count == 1 && scene.carrier.calls.isEmpty)
    scene.world.run(for: .seconds(2))
    #expect(scene.bob.lastCall?.wasCancelled == true && scene.carrier.calls.count == 1)
    scene.world.run(for: .seconds(6))
    #expect(scene.carrier.lastCall?.wasCancelled == true && dave.calls.count == 1)
    dave.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aUserWhoSaysNotWhereIsRungAtItsOwnDevices() throws {
    let search = try search(mailbox: true)
    let scene = search.scene
    scene.world.change { $0.extensions[1].followMe = nil }
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    scene.bob.lastCall?.refuse(486)
    #expect(scene.world.run { call.state == .talking }, "the mailbox")
    call.hangUp()
    scene.calmDown()
  }

  @Test func whereNobodyCanBeAskedTheNextLineDecidesAtOnce() throws {
    let search = try search(
      [FollowMe.Step([.colleague(Fixture.extensionID("103"))], ringsFor: .seconds(5))],
      rules: [
        AnsweringRule(name: "", on: .always, .followMe),
        AnsweringRule(name: "", on: .always, .forward(to: "104")),
      ])
    let call = search.scene.alice.call("102")
    #expect(search.world.run { search.dave.calls.count == 1 })
    #expect(search.scene.bob.calls.isEmpty)
    search.dave.lastCall?.pickUp()
    #expect(search.world.run { call.state == .talking })
    call.hangUp()
    search.scene.calmDown()
  }

  // MARK: - Groups

  @Test func aGroupsMembersMayHaveToSayThatTheyTakeTheCall() throws {
    let search = try search()
    let (scene, dave) = (search.scene, search.dave)
    scene.world.change { tenant in
      tenant.extensions[2].group = RingGroup(
        strategy: .inTurn, members: ["102", "104"].map(Fixture.extensionID),
        ringsFor: .seconds(8), confirms: true)
    }
    let call = scene.alice.call("103")
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    scene.bob.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    #expect(call.state != .talking)
    try press(Digit("3"), in: scene)
    #expect(scene.world.run { dave.calls.count == 1 })
    dave.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    try press(Digit("1"), in: scene)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.rejected])
  }
}
