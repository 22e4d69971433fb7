import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls that a tenant's rules have recorded.
@Suite struct RecordingRuleTests {
  private static let notice = SpokenLanguage.english.notice(.isRecorded)

  private static func rule(
    _ calls: RecordingRule.Calls = .all, _ direction: RecordingRule.Direction? = nil,
    share: Int = 100, records: Bool = true, notice: RecordingRule.Notice = .none,
    pausers: RecordingRule.Pausers = .users
  ) -> RecordingRule {
    RecordingRule(
      id: RecordingRuleID(UUIDv7(high: 8, low: 1)), calls: calls, direction: direction,
      share: share, records: records, notice: notice, pausers: pausers)
  }

  private func scene(_ rules: RecordingRule...) throws -> Scene {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { $0.recordingRules = rules }
    return scene
  }

  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  private func hears(_ side: RelaySide, in scene: Scene) throws -> [Prompt]? {
    try relay(in: scene).playing[side]?.announcement.prompts
  }

  private func sounds(in scene: Scene) throws -> DecodedPassage {
    guard case .decoded(let passage) = try relay(in: scene).passage else { throw Missing() }
    return passage
  }

  private func press(_ keys: String, on side: RelaySide, in scene: Scene) throws {
    for key in keys {
      scene.world.press(try #require(Digit(key)), on: side, of: try relay(in: scene).plan.id)
    }
  }

  private func ask(_ verb: ClickOrder.Verb, in scene: Scene) throws -> ClickRefusal? {
    let call = try #require(scene.world.exchange.callIDs.first)
    let (answer, actions) = scene.world.exchange.obey(
      ClickOrder(verb, call: call, tenant: Fixture.tenant), at: scene.world.now)
    scene.world.perform(actions)
    return answer.refusal
  }

  private func recorded(in scene: Scene) -> [RecordedCall] {
    scene.world.recorded.compactMap {
      if case .recording(let recorded) = $0.sound.kind { recorded } else { nil }
    }
  }

  private struct Missing: Error {}

  // MARK: - Which calls

  @Test func aCallThatARuleIsForIsRecordedFromItsAnswerToItsEnd() throws {
    let scene = try scene(Self.rule())
    let (caller, _) = try scene.talking()
    let part = try #require(try relay(in: scene).recording)
    #expect(part.parties == .both && part.number == 1)
    #expect(recorded(in: scene).map(\.rule) == [Self.rule().id])
    caller.hangUp()
    scene.calmDown()
    #expect(scene.world.ended.map(\.id) == [part.sound.id])
  }

  @Test func callsOfAnotherDirectionOrThatARuleSparesAreNot() throws {
    for rules in [
      [Self.rule(.all, .fromOutside)], [Self.rule(.all, .toOutside)], [Self.rule(share: 0)],
      [Self.rule(.of(Fixture.extensionID("102")), records: false), Self.rule()],
    ] {
      let scene = try Scene()
      scene.world.change { $0.recordingRules = rules }
      let (caller, _) = try scene.talking()
      #expect(scene.world.recorded.isEmpty)
      #expect(try relay(in: scene).passage == .relayed, "nothing is decoded for nothing")
      caller.hangUp()
      scene.calmDown()
    }
  }

  @Test func aGroupsCallsAreRecordedWhoeverOfItsMembersTakesThemAndHoweverTheyCame() throws {
    for isByMenu in [false, true] {
      let scene = try scene(Self.rule(.of(Fixture.extensionID("103"))))
      scene.world.change { tenant in
        tenant.extensions += [
          Fixture.entry("104", outside: nil), Fixture.entry("105", outside: nil),
        ]
        tenant.extensions[2].group = RingGroup(
          strategy: .inTurn, members: ["102"].map(Fixture.extensionID), ringsFor: .seconds(8))
        tenant.extensions[3].menu = VoiceMenu(
          choices: ["1": .extension(Fixture.extensionID("103"))], repeats: 0)
      }
      let eve = try scene.device("105", at: "127.0.5.7:5067")
      let call = eve.call(isByMenu ? "104" : "103")
      if isByMenu {
        #expect(scene.world.run { call.state == .talking })
        #expect(scene.world.recorded.isEmpty)
        try press("1", on: .caller, in: scene)
      }
      #expect(scene.world.run { !scene.world.recorded.isEmpty }, "by menu: \(isByMenu)")
      #expect(scene.bob.lastCall?.state == .talking)
      call.hangUp()
      scene.calmDown()
      // Its member's other calls are not the group's.
      let (caller, _) = try scene.talking()
      #expect(scene.world.recorded.count == 1)
      caller.hangUp()
      scene.calmDown()
    }
  }

  @Test func aCallForHelpIsNotKeptWaitingForAnAnnouncement() throws {
    let scene = try scene(Self.rule(notice: .both))
    let call = scene.alice.call("999")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(scene.world.recorded.isEmpty)
    #expect(try hears(.caller, in: scene) == nil && hears(.callee, in: scene) == nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoIsHandedOnToSomebodyWhoseCallsAreRecordedIsRecordedFromThen() throws {
    let scene = try scene(Self.rule(.of(Fixture.extensionID("103"))))
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (caller, callee) = try scene.talking()
    #expect(scene.world.recorded.isEmpty)
    var refer = try #require(callee.request(.refer))
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    callee.party.send(refer) { _ in }
    #expect(scene.world.run { carol.lastCall?.state == .talking })
    #expect(scene.world.run { scene.world.recorded.count == 1 })
    caller.hangUp()
    scene.calmDown()
  }

  // MARK: - What is said

  @Test func whoMustKnowHearsThatTheCallIsRecordedBeforeAnythingIs() throws {
    let scene = try scene(Self.rule(notice: .both))
    let (caller, _) = try scene.talking()
    #expect(try hears(.caller, in: scene) == Self.notice)
    #expect(try hears(.callee, in: scene) == Self.notice)
    let passage = try sounds(in: scene)
    #expect(passage.caller.hears == .nothing && passage.callee.hears == .nothing)
    #expect(scene.world.recorded.isEmpty)
    scene.world.run(for: .seconds(3))
    #expect(scene.world.recorded.count == 1)
    let after = try sounds(in: scene)
    #expect(after.caller.hears == .partner && after.callee.hears == .partner)
    caller.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [RecordingRule.Notice.caller, .called])
  func onlyTheOtherGoesOnHearing(notice: RecordingRule.Notice) throws {
    let scene = try scene(Self.rule(notice: notice))
    let (caller, _) = try scene.talking()
    let told: RelaySide = notice == .caller ? .caller : .callee
    #expect(try hears(told, in: scene) == Self.notice)
    #expect(try hears(told.other, in: scene) == nil)
    scene.world.run(for: .seconds(3))
    #expect(scene.world.recorded.count == 1)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoHangsUpDuringTheAnnouncementWasNotRecorded() throws {
    let scene = try scene(Self.rule(notice: .both))
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.hangUp()
    scene.calmDown()
    #expect(scene.world.recorded.isEmpty && scene.world.ended.isEmpty)
  }

  @Test func anAnnouncementWhoseEndNobodyTellsKeepsNobodyFromTalking() throws {
    let scene = try scene(Self.rule(notice: .both))
    scene.world.announcementLength = .seconds(60)
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(16))
    #expect(scene.world.recorded.isEmpty)
    #expect(try relay(in: scene).passage == .relayed)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoCallsWithoutAnOfferHearsItAsSoonAsItsAnswerIsThere() throws {
    let scene = try scene(Self.rule(notice: .both))
    let call = scene.alice.call("102", offer: false)
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(4))
    #expect(scene.world.recorded.count == 1)
    #expect(try relay(in: scene).played.map(\.announcement.prompts) == [Self.notice, Self.notice])
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Pauses

  @Test func aKeyHasTheRecordingPauseAndAnotherHasItGoOn() throws {
    let scene = try scene(Self.rule())
    let (caller, callee) = try scene.talking()
    try press("*2", on: .callee, in: scene)
    #expect(try relay(in: scene).recording == nil)
    #expect(try relay(in: scene).passage.isDecoded, "the next key is heard")
    try press("2", on: .callee, in: scene)
    try press("*31", on: .caller, in: scene)
    #expect(try relay(in: scene).recording == nil)
    try press("*1", on: .caller, in: scene)
    #expect(try relay(in: scene).recording?.number == 2)
    #expect(Set(scene.world.recorded.map(\.sound.id)).count == 1)
    callee.hangUp()
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoeverMayNotHasItPauseNeitherByKeyNorByButton() throws {
    for pausers in [RecordingRule.Pausers.nobody, .administrators] {
      let scene = try scene(Self.rule(pausers: pausers))
      let (caller, _) = try scene.talking()
      try press("*2", on: .caller, in: scene)
      #expect(try relay(in: scene).recording != nil)
      var info = try #require(caller.request(.info))
      info.headers["Record"] = "off"
      var status: Int?
      caller.party.send(info) { status = $0?.status }
      scene.world.run { status != nil }
      #expect(status == 403)
      #expect(try relay(in: scene).recording != nil)
      let isRefused = try ask(.pauseRecording, in: scene) == .notAllowed
      #expect(isRefused == (pausers == .nobody))
      #expect(try (relay(in: scene).recording == nil) == (pausers == .administrators))
      #expect(try ask(.endRecording, in: scene) == .notAllowed, "a rule wants it")
      caller.hangUp()
      scene.calmDown()
    }
  }

  @Test func aCallerFromOutsideHasNothingPause() throws {
    let scene = try scene(Self.rule(.all, .toOutside))
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    try press("*2", on: .callee, in: scene)
    #expect(try relay(in: scene).recording != nil)
    try press("*2", on: .caller, in: scene)
    #expect(try relay(in: scene).recording == nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func anAdministratorHasAnyCallRecordedPausedAndEndedThatNoRuleIsFor() throws {
    let scene = try scene()
    let (caller, _) = try scene.talking()
    #expect(try ask(.pauseRecording, in: scene) == .notAllowed, "nothing is recorded")
    #expect(try ask(.beginRecording, in: scene) == nil)
    #expect(try relay(in: scene).recording != nil)
    #expect(try ask(.pauseRecording, in: scene) == nil)
    #expect(try relay(in: scene).recording == nil)
    #expect(try ask(.resumeRecording, in: scene) == nil)
    #expect(try relay(in: scene).recording?.number == 2)
    #expect(try ask(.endRecording, in: scene) == nil)
    #expect(scene.world.ended.count == 1)
    caller.hangUp()
    scene.calmDown()
    let (answer, _) = scene.world.exchange.obey(
      ClickOrder(
        .beginRecording, call: CallID(UUIDv7(high: 9, low: 9)), tenant: Fixture.tenant),
      at: scene.world.now)
    #expect(answer.refusal == .noCall)
  }

  // MARK: - Takeovers

  @Test(arguments: [false, true])
  func itGoesOnWithTheNextPartAndAPauseStaysAPause(withMachine: Bool) throws {
    let scene = try scene(Self.rule(pausers: .users))
    let (caller, _) = try scene.talking()
    scene.world.die(withMachine: withMachine)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.recorded.map(\.number) == (withMachine ? [1, 101] : [1, 2]))
    #expect(Set(recorded(in: scene).map(\.rule)) == [Self.rule().id])
    try press("*2", on: .caller, in: scene)
    scene.world.die(withMachine: withMachine)
    scene.world.run(for: .seconds(1))
    #expect(try relay(in: scene).recording == nil)
    try press("*1", on: .caller, in: scene)
    #expect(try relay(in: scene).recording != nil)
    caller.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [false, true])
  func theAnnouncementGoesOnAtItsPlace(withMachine: Bool) throws {
    let scene = try scene(Self.rule(notice: .caller))
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    scene.world.die(withMachine: withMachine)
    scene.world.run(for: .milliseconds(500))
    #expect(try hears(.caller, in: scene) == Self.notice)
    #expect(scene.world.recorded.isEmpty)
    scene.world.run(for: .seconds(2))
    #expect(scene.world.recorded.count == 1)
    caller.hangUp()
    scene.calmDown()
  }
}
