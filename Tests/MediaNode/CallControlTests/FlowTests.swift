import Announcements
import CallFlows
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// 300 has a call flow; 101, 102 and 103 have telephones, 103 a mailbox too. Each checkpoint on the way is
/// read back.
@Suite struct FlowTests {
  static let host = Fixture.extensionID("300")
  static let sound = SoundReference(
    id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))

  private struct Office {
    let scene: Scene
    let carol: Party
    var world: World { scene.world }

    /// Somebody outside calls the flow.
    func comes(_ number: String = "+447700900123") -> PartyCall {
      scene.carrier.call("+442079460300") { $0.headers.from.uri.user = number }
    }

    func machine() throws -> CallMachine {
      try #require(world.exchange.calls.values.map(\.machine).first { !$0.isEnding })
    }

    /// Whether the caller may leave a message, or is leaving one.
    var takesMessage: Bool {
      let call = world.exchange.calls.values.map(\.machine).first { !$0.isEnding }
      if case .message? = call?.attendance?.purpose { return true }
      return false
    }

    func hears(on side: RelaySide = .caller) -> [Prompt] {
      world.relays.values.first { $0.isOpen }?.playing[side]?.announcement.prompts ?? []
    }
  }

  private func office(
    _ flow: CallFlow, _ edit: @escaping (inout TenantSnapshot) -> Void = { _ in }
  ) throws -> Office {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.announcementLength = .seconds(2)
    for phone in [scene.alice, scene.bob, carol] { phone.habit = .ring }
    scene.world.change { tenant in
      tenant.extensions[2].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      tenant.extensions.append(Fixture.entry("300", outside: "+442079460300"))
      tenant.extensions[3].flow = flow
      tenant.numbers.append(
        NumberEntry(
          id: NumberID(UUIDv7(high: 4, low: 3)), number: "+442079460300",
          destination: .extension(Self.host)))
      edit(&tenant)
    }
    return Office(scene: scene, carol: carol)
  }

  // MARK: - Steps

  private static func ring(
    _ number: String, _ seconds: Int? = 5, or next: String?
  ) -> CallFlow.Step {
    CallFlow.Step(
      .ring(Fixture.extensionID(number), for: seconds.map { .seconds($0) }), otherwise: next)
  }

  private static let box = CallFlow.Step(
    .mailbox(Fixture.extensionID("103"), greeting: nil))
  private static let end = CallFlow.Step(.hangUp(.busy))

  private static func flow(_ steps: [String: CallFlow.Step]) -> CallFlow {
    CallFlow(start: "start", steps: steps)
  }

  private static func menu(_ choices: [String: String], or next: String) -> CallFlow.Step {
    CallFlow.Step(
      .menu(CallFlow.Menu(prompt: sound, choices: choices, patience: .seconds(3), repeats: 0)),
      otherwise: next)
  }

  // MARK: - Before an answer

  @Test func theyRingOneAfterTheOtherForTheirTimesAndTheCallerPaysNothing() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", or: "next"), "next": Self.ring("102", 8, or: "box"),
        "box": Self.box,
      ]))
    let (scene, world) = (office.scene, office.world)
    let call = office.comes()
    world.run(for: .milliseconds(4_900))
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.isEmpty)
    world.run(for: .seconds(1))
    #expect(scene.alice.lastCall?.wasCancelled == true && scene.bob.calls.count == 1)
    world.run(for: .seconds(6))
    #expect(scene.bob.lastCall?.wasCancelled == false && call.state != .talking)
    #expect(world.run(within: .seconds(3)) { call.state == .talking })
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(office.takesMessage)
    // The mailbox's owner was not rung.
    #expect(office.carol.calls.isEmpty)
    call.hangUp()
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.noAnswer] && world.outcomes(of: "102") == [.noAnswer])
    // Where the call was is on record, with who rang there.
    let path = world.offers.filter { $0.party == Fixture.party("300") }.map(\.to)
    #expect(path == ["300/start", "300/next"])
    #expect(world.outcomes(of: "300") == [.forwarded, .forwarded])
  }

  @Test func whoAnswersHasTheCallAndTheFlowIsOver() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", or: "next"), "next": Self.ring("102", or: "end"),
        "end": Self.end,
      ]))
    office.scene.alice.habit = .refuse(486)
    office.scene.bob.habit = .answer(after: .seconds(1))
    let call = office.comes()
    #expect(office.world.run(within: .seconds(3)) { call.state == .talking })
    #expect(try office.machine().flow == nil)
    office.world.run(for: .seconds(20))
    #expect(call.state == .talking && office.scene.bob.lastCall?.state == .talking)
    call.hangUp()
    office.scene.calmDown()
  }

  @Test func whereNobodyIsTheFlowGoesOnAtOnceAndTheEndSaysWhy() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("300", or: "gone"), "gone": Self.ring("999", or: "queue"),
        "queue": CallFlow.Step(.queue(Fixture.extensionID("101")), otherwise: "end"),
        "end": Self.end,
      ]))
    let call = office.comes()
    #expect(office.world.run(within: .seconds(1)) { call.state == .ended })
    #expect(call.finalStatus == 486 && office.scene.alice.calls.isEmpty)
    office.scene.calmDown()
  }

  @Test func aFlowThatLeadsNowhereEndsTheCall() throws {
    let office = try office(Self.flow(["start": Self.ring("101", 1, or: nil)]))
    let call = office.comes()
    #expect(office.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(call.finalStatus == 480)
    office.scene.calmDown()
  }

  @Test func aCircleOfTelephonesEnds() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", 1, or: "other"), "other": Self.ring("102", 1, or: "start"),
      ]))
    let call = office.comes()
    #expect(office.world.run(within: .seconds(120)) { call.state == .ended })
    office.scene.calmDown()
  }

  @Test func anExtensionsOwnRulesAreForItsOwnCalls() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", or: "hand"),
        "hand": CallFlow.Step(.extension(Fixture.extensionID("102"))),
      ])
    ) { tenant in
      let toCarol = AnsweringRule(name: "", on: .always, .forward(to: "103"))
      tenant.extensions[0].answering = [toCarol]
      tenant.extensions[1].answering = [toCarol]
    }
    office.carol.habit = .answer(after: .seconds(1))
    let call = office.comes()
    office.world.run(for: .seconds(4))
    #expect(office.scene.alice.calls.count == 1 && office.carol.calls.isEmpty)
    // It is 102's call from then on.
    #expect(office.world.run(within: .seconds(4)) { call.state == .talking })
    #expect(office.scene.bob.calls.isEmpty && office.carol.lastCall?.state == .talking)
    call.hangUp()
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "102") == [.forwarded])
  }

  @Test func aGroupRingsAsItDoes() throws {
    let office = try office(
      Self.flow(["start": Self.ring("104", nil, or: "end"), "end": Self.end])
    ) { tenant in
      tenant.extensions.append(Fixture.entry("104", outside: nil))
      tenant.extensions[4].group = RingGroup(
        strategy: .inTurn, members: ["101", "102"].map(Fixture.extensionID), ringsFor: .seconds(4))
    }
    let call = office.comes()
    office.world.run(for: .milliseconds(3_900))
    #expect(office.scene.alice.calls.count == 1 && office.scene.bob.calls.isEmpty)
    office.world.run(for: .seconds(1))
    #expect(office.scene.bob.calls.count == 1)
    #expect(office.world.run(within: .seconds(6)) { call.state == .ended })
    #expect(call.finalStatus == 486)
    office.scene.calmDown()
  }

  @Test func aNumberOutsideIsCalledAtTheFlowsCost() throws {
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.outside("07700900199", for: .seconds(6)), otherwise: "end"),
        "end": Self.end,
      ]))
    office.scene.carrier.habit = .ring
    let call = office.scene.alice.call("300")
    #expect(office.world.run(within: .seconds(2)) { !office.scene.carrier.calls.isEmpty })
    let invite = try #require(office.scene.carrier.lastCall?.invite)
    #expect(invite.uri.user?.hasSuffix("7700900199") == true)
    #expect(office.world.run(within: .seconds(8)) { call.state == .ended })
    #expect(call.finalStatus == 486)
    office.scene.calmDown()
  }

  @Test func whoIsBlockedComesToNoStep() throws {
    let office = try office(Self.flow(["start": Self.box])) { tenant in
      tenant.screening = [
        ScreeningEntry(
          id: ScreeningID(UUIDv7(high: 7, low: 7)), extension: nil, callers: .range("+4477"),
          verdict: .block)
      ]
    }
    let call = office.comes()
    #expect(office.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    office.scene.calmDown()
  }

  // MARK: - After an answer

  @Test func aKeyLeadsToAStepAndFromThereTheFlowGoesOn() throws {
    let office = try office(
      Self.flow([
        "start": Self.menu(["1": "desk", "2": "end"], or: "end"),
        "desk": Self.ring("102", or: "mobile"),
        "mobile": CallFlow.Step(.outside("07700900199", for: nil), otherwise: "end"),
        "end": Self.end,
      ]))
    let call = office.scene.alice.call("300")
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .milliseconds(100))
    #expect(office.hears() == [.uploaded(Self.sound.name)])
    office.world.pressKeyInMenu("1")
    office.world.run(for: .seconds(1))
    #expect(office.hears() == [.ringing] && office.scene.bob.calls.count == 1)
    #expect(office.world.run(within: .seconds(10)) { !office.scene.carrier.calls.isEmpty })
    #expect(office.scene.bob.lastCall?.wasCancelled == true)
    #expect(
      office.world.run(within: .seconds(5)) { office.scene.carrier.lastCall?.state == .talking })
    office.world.run(for: .seconds(1))
    #expect(office.hears().isEmpty && call.heard.filter { $0 >= 180 } == [200])
    #expect(try office.machine().flow == nil)
    call.hangUp()
    office.scene.calmDown()
    // What was pressed is on record.
    #expect(office.world.offers.map(\.to).contains("300,1"))
  }

  @Test func silenceAndWrongKeysLeadToWhereTheMenuEnds() throws {
    let office = try office(
      Self.flow([
        "start": Self.menu(["1": "end"], or: "desk"), "desk": Self.ring("102", or: "end"),
        "end": Self.end,
      ]))
    let call = office.scene.alice.call("300")
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .milliseconds(100))
    office.world.pressKeyInMenu("7")
    #expect(office.world.run(within: .seconds(10)) { office.scene.bob.calls.count == 1 })
    #expect(office.world.run(within: .seconds(10)) { call.state == .ended })
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "101").last == .answered)
  }

  @Test func anAnnouncementIsHeardToItsEnd() throws {
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.announcement(Self.sound), then: "desk"),
        "desk": Self.ring("102", or: "box"), "box": Self.box,
      ]))
    let call = office.comes()
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .milliseconds(1_500))
    #expect(office.hears() == [.uploaded(Self.sound.name)] && office.scene.bob.calls.isEmpty)
    #expect(office.world.run(within: .seconds(2)) { office.scene.bob.calls.count == 1 })
    office.world.run(for: .milliseconds(100))
    #expect(office.hears() == [.ringing])
    #expect(office.world.run(within: .seconds(8)) { office.takesMessage })
    call.hangUp()
    office.scene.calmDown()
  }

  @Test func aCircleOfAnnouncementsEnds() throws {
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.announcement(Self.sound), then: "hand"),
        "hand": CallFlow.Step(.extension(Fixture.extensionID("301"))),
      ])
    ) { tenant in
      tenant.extensions.append(Fixture.entry("301", outside: nil))
      tenant.extensions[4].flow = Self.flow([
        "start": CallFlow.Step(.announcement(Self.sound), then: "hand"),
        "hand": CallFlow.Step(.extension(Self.host)),
      ])
    }
    let call = office.comes()
    #expect(office.world.run(within: .seconds(600)) { call.state == .ended })
    office.scene.calmDown()
  }

  @Test func whoWaitsTooLongInAQueueGoesOn() throws {
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.queue(Fixture.extensionID("105")), otherwise: "desk"),
        "desk": Self.ring("103", or: "end"), "end": Self.end,
      ])
    ) { tenant in
      tenant.extensions.append(Fixture.entry("105", outside: nil))
      tenant.extensions[4].queue = CallQueue(
        strategy: .together, agents: [.init(Fixture.extensionID("102"))], ringsFor: .seconds(4),
        restsFor: .seconds(2), longestWait: .seconds(20), announcesEvery: nil)
    }
    let call = office.comes()
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .seconds(18))
    // An agent who does not answer is not the end of waiting.
    #expect(office.scene.bob.calls.count > 1 && office.carol.calls.isEmpty)
    #expect(office.world.run(within: .seconds(12)) { office.carol.calls.count == 1 })
    office.carol.lastCall?.pickUp()
    #expect(office.world.run { office.carol.lastCall?.isAcknowledged == true })
    call.hangUp()
    office.scene.calmDown()
  }

  // MARK: - Tests

  @Test func nightIsSwitchedByACodeAndBack() throws {
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.night(of: nil), then: "end", otherwise: "desk"),
        "desk": Self.ring("102", or: "end"), "end": Self.end,
      ]))
    func dial(_ code: String, hears notice: [Prompt]) throws {
      let call = office.scene.alice.call(code)
      #expect(office.world.run { call.state == .talking })
      office.world.run(for: .milliseconds(500))
      #expect(office.hears() == notice)
      #expect(office.world.run { call.state == .ended })
    }
    try dial("*33", hears: SpokenLanguage.english.notice(NightNotice.night))
    var call = office.comes()
    #expect(office.world.run { call.state == .ended })
    #expect(call.finalStatus == 486 && office.scene.bob.calls.isEmpty)
    // What no flow asks for is not switched.
    try dial("*33102", hears: SpokenLanguage.english.notice(MenuNotice.invalid))
    // A process after this one knows it, too.
    office.world.die()
    office.world.run(for: .seconds(1))
    office.world.exchange.recall(office.world.facts)
    call = office.comes()
    #expect(office.world.run { call.state == .ended })
    #expect(office.scene.bob.calls.isEmpty)
    try dial("*33300", hears: SpokenLanguage.english.notice(NightNotice.day))
    call = office.comes()
    #expect(office.world.run { office.scene.bob.calls.count == 1 })
    call.hangUp()
    office.scene.calmDown()
  }

  /// Tests see the time at which a call came.
  @Test func whoWaitsUntilTheHoursAreOverIsNotSentHome() throws {
    let monday = WeeklyHours.Span(days: 0x7F, from: 0, to: 600)
    let office = try office(
      Self.flow([
        "start": CallFlow.Step(.announcement(Self.sound), then: "hours"),
        "hours": CallFlow.Step(
          .hours(FlowHours(WeeklyHours([monday]))), then: "desk", otherwise: "end"),
        "desk": Self.ring("102", or: "end"), "end": Self.end,
      ]))
    let morning = (office.world.now.wall.milliseconds / 86_400_000 + 1) * 86_400_000
    office.world.set(WallTime(milliseconds: morning + 600 * 60_000 - 1_000))
    let call = office.comes()
    #expect(office.world.run(within: .seconds(5)) { office.scene.bob.calls.count == 1 })
    call.hangUp()
    office.world.run(for: .seconds(2))
    let late = office.comes()
    #expect(office.world.run(within: .seconds(8)) { late.state == .ended })
    #expect(office.scene.bob.calls.count == 1)
    office.scene.calmDown()
  }

  // MARK: - Others carry it on

  @Test(arguments: [false, true])
  func whoeverCarriesItOnKnowsThePlaceInTheFlow(withMachine: Bool) throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", or: "menu"), "menu": Self.menu(["1": "desk"], or: "end"),
        "desk": Self.ring("102", or: "box"), "box": Self.box, "end": Self.end,
      ]))
    let call = office.comes()
    office.world.run(for: .seconds(2))
    office.world.die(withMachine: withMachine)
    #expect(office.world.run(within: .seconds(8)) { call.state == .talking })
    office.world.run(for: .milliseconds(500))
    office.world.die(withMachine: withMachine)
    office.world.run(for: .seconds(1))
    office.world.pressKeyInMenu("1")
    #expect(office.world.run(within: .seconds(3)) { office.scene.bob.calls.count == 1 })
    office.world.die(withMachine: withMachine)
    #expect(office.world.run(within: .seconds(10)) { office.takesMessage })
    call.hangUp()
    office.scene.calmDown()
  }

  @Test func whoIsInAFlowGoesOnInTheVersionThatItBeganIn() throws {
    let office = try office(
      Self.flow([
        "start": Self.ring("101", or: "next"), "next": Self.ring("102", or: "end"),
        "end": Self.end,
      ]))
    let call = office.comes()
    office.world.run(for: .seconds(1))
    office.world.change { $0.extensions[3].flow = Self.flow(["start": Self.end]) }
    #expect(office.world.run(within: .seconds(6)) { office.scene.bob.calls.count == 1 })
    let next = office.comes()
    #expect(office.world.run(within: .seconds(1)) { next.state == .ended })
    call.hangUp()
    office.scene.calmDown()
  }

  @Test func aTransferLeadsIntoAMenuOfAFlow() throws {
    let office = try office(
      Self.flow([
        "start": Self.menu(["1": "desk"], or: "end"), "desk": Self.ring("103", or: "end"),
        "end": Self.end,
      ]))
    office.scene.bob.habit = .answer(after: .milliseconds(200))
    let (call, other) = try office.scene.talking()
    _ = Referring(other, to: "300")
    #expect(office.world.run(within: .seconds(5)) { !office.hears().isEmpty })
    office.world.pressKeyInMenu("1")
    #expect(office.world.run(within: .seconds(5)) { office.carol.calls.count == 1 })
    office.carol.lastCall?.pickUp()
    #expect(office.world.run { office.carol.lastCall?.isAcknowledged == true })
    call.hangUp()
    office.scene.calmDown()
  }
}
