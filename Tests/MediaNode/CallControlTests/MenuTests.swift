import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers who hear a menu: 103 has one, 104 another, which 103's fifth key leads to. Each checkpoint on the
/// way is read back.
@Suite struct Menus {
  private static let prompt = SoundReference(
    id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))
  private static let other = SoundReference(
    id: SoundID(UUIDv7(high: 8, low: 2)), digest: Array(repeating: 0xCD, count: 32))

  private static func menu(
    _ edit: (inout VoiceMenu) -> Void = { _ in }
  ) -> VoiceMenu {
    var menu = VoiceMenu(
      prompt: prompt,
      choices: [
        "1": .extension(Fixture.extensionID("102")), "2": .mailbox(Fixture.extensionID("102")),
        "3": .outside("07700900123"), "4": .room("77"),
        "5": .extension(Fixture.extensionID("104")), "9": .hangUp,
      ], takesExtensions: false, repeats: 1, last: .hangUp)
    edit(&menu)
    return menu
  }

  private func scene(
    mailbox: Bool = false, rules: [AnsweringRule] = [],
    _ edit: @escaping (inout VoiceMenu) -> Void = { _ in }
  ) throws -> Scene {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      tenant.extensions.append(Fixture.entry("104", outside: nil))
      tenant.extensions[2].menu = Self.menu(edit)
      tenant.extensions[3].menu = VoiceMenu(
        prompt: Self.other, language: "de",
        choices: [
          "1": .extension(Fixture.extensionID("102")),
          "*": .extension(
            Fixture.extensionID("103")),
        ])
      tenant.extensions[1].answering = rules
      if mailbox {
        tenant.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      }
      tenant.numbers.append(
        NumberEntry(
          id: NumberID(UUIDv7(high: 4, low: 3)), number: "+442079460103",
          destination: .extension(Fixture.extensionID("103"))))
    }
    return scene
  }

  /// Alice is in the menu of 103, and nothing was said yet but its prompt.
  private func caller(in scene: Scene) -> PartyCall {
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    return call
  }

  private func press(_ keys: String, in scene: Scene, on side: RelaySide = .caller) throws {
    for key in keys {
      let relay = try #require(scene.world.relays.values.first { $0.isOpen })
      scene.world.press(try #require(Digit(key)), on: side, of: relay.plan.id)
      scene.world.run(for: .milliseconds(100))
    }
  }

  private func hears(_ scene: Scene, on side: RelaySide = .caller) -> [Prompt] {
    scene.world.relays.values.first { $0.isOpen }?.playing[side]?.announcement.prompts ?? []
  }

  private func machine(in scene: Scene) throws -> CallMachine {
    try #require(scene.world.exchange.calls.values.map(\.machine).first { !$0.isEnding })
  }

  private static let said = [Prompt.uploaded(prompt.name)]
  private static let nobody = SpokenLanguage.english.notice(Notice.nobodyAvailable)
  private static let invalid = SpokenLanguage.english.notice(MenuNotice.invalid)

  // MARK: - In the menu

  @Test func theCallerHearsThePromptOrTheKeysWhereItIsNotThere() throws {
    let scene = try scene()
    let call = caller(in: scene)
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    let heard = try #require(relay.playing[.caller]?.announcement)
    #expect(heard.prompts == Self.said)
    #expect(
      heard.otherwise
        == SpokenLanguage.english.menu(
          keys: ["1", "2", "3", "4", "5", "9"], takesExtensions: false))
    #expect(heard.otherwise?.first == .recorded("vm-press"))
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.offers.map(\.to) == ["103"])
  }

  @Test func aKeyRingsWhomItLeadsToAndBothTalkAsTheirPhonesSaid() throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    #expect(hears(scene) == [.ringing])
    scene.world.run(for: .seconds(5))
    #expect(hears(scene) == [.ringing], "over and over")
    #expect(call.heard.filter { $0 >= 180 } == [200], "its phone knows that it was answered")
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(hears(scene).isEmpty)
    #expect(try machine(in: scene).passage == .relayed)
    #expect(try machine(in: scene).attendance == nil)
    scene.bob.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.outcomes(of: "102") == [.answered])
    #expect(scene.world.outcomes(of: "103") == [.forwarded])
    #expect(scene.world.offers.map(\.to) == ["103", "103,1", "102"])
  }

  @Test func whoSpeaksAnotherCodecThanTheMenuWasToldIsTranscoded() throws {
    let scene = try scene()
    scene.bob.formats = ["8", "101"]
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage.isDecoded)
    call.hangUp()
    scene.calmDown()
  }

  @Test func anExtensionMayBeKeyedInWhileThePromptIsPlayed() throws {
    let scene = try scene { $0.takesExtensions = true }
    let call = caller(in: scene)
    try press("102", in: scene)
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    #expect(scene.world.offers.map(\.to) == ["103", "103,102", "102"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func aKeyThatMayBeginAnExtensionIsAChoiceWhenNoOtherFollows() throws {
    let scene = try scene { $0.takesExtensions = true }
    let call = caller(in: scene)
    // Extensions begin with 1 here: 9 means something at once.
    try press("1", in: scene)
    #expect(scene.bob.calls.isEmpty)
    #expect(scene.world.run(within: .seconds(4)) { scene.bob.calls.count == 1 })
    call.hangUp()
    scene.calmDown()
    let again = caller(in: scene)
    try press("9", in: scene)
    #expect(scene.world.run(within: .seconds(1)) { again.state == .ended })
    scene.calmDown()
  }

  @Test func aKeyThatMeansNothingIsSaidSoAndThePromptAgain() throws {
    let scene = try scene()
    let call = caller(in: scene)
    try press("8", in: scene)
    #expect(hears(scene) == Self.invalid + Self.said)
    try press("#", in: scene)
    // That was one too many: the end is to hang up.
    #expect(scene.world.run { call.state == .ended })
    scene.calmDown()
  }

  @Test func nobodyHasTheExtensionThatWasKeyedIn() throws {
    let scene = try scene { $0.takesExtensions = true }
    let call = caller(in: scene)
    try press("199", in: scene)
    #expect(hears(scene) == Self.invalid + Self.said)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoPressesNothingHearsThePromptAgainAndThenGoesWhereTheMenuEnds() throws {
    let scene = try scene { $0.last = .extension(Fixture.extensionID("102")) }
    let call = caller(in: scene)
    scene.world.run(for: .milliseconds(7_500))
    #expect(hears(scene) == Self.said, "again, after five seconds")
    #expect(scene.bob.calls.isEmpty)
    #expect(scene.world.run(within: .seconds(8)) { scene.bob.calls.count == 1 })
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    #expect(scene.world.offers.map(\.to) == ["103", "103", "102"], "nobody chose")
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Where choices lead

  @Test func whoChoosesAMailboxLeavesAMessageThere() throws {
    let scene = try scene(mailbox: true)
    let call = caller(in: scene)
    try press("2", in: scene)
    #expect(scene.world.run(within: .seconds(10)) { !scene.world.recorded.isEmpty })
    #expect(scene.bob.calls.isEmpty)
    scene.world.run(for: .seconds(3))
    call.hangUp()
    scene.calmDown()
    guard case .message(let message)? = scene.world.ended.first?.kind else {
      Issue.record("no message")
      return
    }
    #expect(message.mailbox == Fixture.extensionID("102") && message.caller == "101")
  }

  @Test func whoChoosesANumberOutsideIsConnectedOverTheCarrier() throws {
    let scene = try scene()
    let call = caller(in: scene)
    try press("3", in: scene)
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(scene.carrier.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.carrierFacts.contains { $0.word == "answered" })
    #expect(scene.world.outcomes(of: "103") == [.forwarded])
  }

  @Test func whoChoosesARoomSitsInIt() throws {
    let scene = try scene()
    let call = caller(in: scene)
    try press("4", in: scene)
    #expect(hears(scene) == [.recorded("conf-onlyperson")])
    #expect(try machine(in: scene).stay?.number == "77")
    let other = scene.bob.call("*677")
    #expect(scene.world.run { other.state == .talking })
    scene.world.run(for: .seconds(3))
    #expect(scene.world.relays.values.count { $0.isOpen && !$0.seats.isEmpty } == 2)
    for call in [call, other] { call.hangUp() }
    scene.calmDown()
  }

  @Test func aMenuMayLeadToAnotherAndBackInItsOwnLanguage() throws {
    let scene = try scene()
    let call = caller(in: scene)
    try press("5", in: scene)
    #expect(hears(scene) == [.uploaded(Self.other.name)])
    try press("8", in: scene)
    #expect(
      hears(scene)
        == SpokenLanguage.german.notice(MenuNotice.invalid) + [.uploaded(Self.other.name)])
    try press("*", in: scene)
    #expect(hears(scene) == Self.said)
    try press("5", in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    #expect(
      scene.world.offers.map(\.to) == ["103", "103,5", "104,*", "103,5", "104,1", "102"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func aMenuThatLeadsToItselfEndsAllTheSame() throws {
    let scene = try scene { menu in
      menu.repeats = 0
      menu.last = .extension(Fixture.extensionID("103"))
    }
    let call = caller(in: scene)
    #expect(scene.world.run(within: .seconds(600)) { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.offers.count == 1 + 30)
  }

  @Test func whoIsGoneIsNobodysChoice() throws {
    let scene = try scene { $0.choices["1"] = .extension(Fixture.extensionID("199")) }
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(hears(scene) == Self.invalid + Self.said)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Nobody answers

  @Test func whomNobodyAnswersIsBackInTheMenu() throws {
    let scene = try scene { $0.repeats = 2 }
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    scene.world.run(for: .seconds(21))
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(hears(scene) == Self.nobody + Self.said)
    scene.bob.habit = .refuse(486)
    try press("1", in: scene)
    scene.world.run(for: .milliseconds(500))
    #expect(hears(scene) == Self.nobody + Self.said)
    scene.bob.habit = .answer(after: .milliseconds(500))
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.noAnswer, .busy, .answered])
    #expect(scene.world.outcomes(of: "103") == [.forwarded, .forwarded, .forwarded])
    #expect(scene.world.outcomes(of: "101") == [.answered])
  }

  @Test func whoIsOfflineIsSaidSo() throws {
    let scene = try scene()
    scene.bob.register(expires: 0) { _ in }
    scene.world.run(for: .seconds(1))
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(hears(scene) == Self.nobody + Self.said)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whomNobodyAnswersMayLeaveAMessageWhereThereIsAMailbox() throws {
    let scene = try scene(mailbox: true)
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run(within: .seconds(40)) { !scene.world.recorded.isEmpty })
    #expect(scene.bob.lastCall?.wasCancelled == true)
    scene.world.run(for: .seconds(2))
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.ended.count == 1)
  }

  @Test func whoWasChosenMaySendTheCallOn() throws {
    let scene = try scene(rules: [
      AnsweringRule(name: "", on: .noAnswer(after: .seconds(3)), .forward(to: "07700900123"))
    ])
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    #expect(scene.bob.lastCall?.wasCancelled == true)
    scene.world.run(for: .seconds(1))
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aGroupThatWasChosenRingsInTurn() throws {
    let scene = try scene { $0.choices["6"] = .extension(Fixture.extensionID("105")) }
    scene.world.change { tenant in
      var group = Fixture.entry("105", outside: nil)
      group.group = RingGroup(
        strategy: .inTurn, members: ["102", "106"].map(Fixture.extensionID), ringsFor: .seconds(5))
      tenant.extensions += [group, Fixture.entry("106", outside: nil)]
    }
    let frank = try scene.device("106", at: "127.0.5.8:5068")
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("6", in: scene)
    scene.world.run(for: .seconds(4))
    #expect(scene.bob.calls.count == 1 && frank.calls.isEmpty)
    #expect(scene.world.run { frank.lastCall?.isAcknowledged == true })
    #expect(scene.bob.lastCall?.wasCancelled == true)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoHangsUpWhileItRingsRingsNobodyAnyMore() throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.cancelled])
  }

  @Test func aCallerWhoseAudioMovesWhileItRingsIsHeardWhereItIs() throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    call.offer(direction: "sendrecv")
    #expect(scene.world.run { call.renegotiations == [200] })
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage == .relayed)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Ways into it

  @Test func aNumberOfTheCarriersLeadsToIt() throws {
    let scene = try scene()
    let call = scene.carrier.call("+442079460103")
    #expect(scene.world.run { call.state == .talking })
    #expect(hears(scene) == Self.said)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage == .relayed)
    call.hangUp()
    scene.calmDown()
  }

  @Test func rulesLeadToItBeforeAndAfterItRang() throws {
    for occasion in [AnsweringRule.Occasion.always, .noAnswer(after: .seconds(3))] {
      let scene = try scene(rules: [
        AnsweringRule(name: "", on: occasion, .forward(to: "103"))
      ])
      scene.bob.habit = .ring
      let call = scene.alice.call("102")
      #expect(scene.world.run(within: .seconds(10)) { call.state == .talking })
      scene.world.run(for: .milliseconds(100))
      #expect(hears(scene) == Self.said, "\(occasion)")
      try press("9", in: scene)
      #expect(scene.world.run { call.state == .ended })
      scene.calmDown()
    }
  }

  @Test func itsOwnRulesComeBeforeIt() throws {
    let scene = try scene()
    scene.world.change {
      $0.extensions[2].answering = [AnsweringRule(name: "", on: .always, .forward(to: "102"))]
    }
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.calls.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallerMayBeHandedOverToIt() throws {
    let scene = try scene()
    let (caller, callee) = try scene.talking()
    _ = Referring(callee, to: "103")
    #expect(scene.world.run { callee.state == .ended })
    scene.world.run(for: .milliseconds(500))
    #expect(caller.state == .talking && hears(scene) == Self.said)
    scene.bob.habit = .answer(after: .milliseconds(300))
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 2 })
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage == .relayed)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whomADeviceIsToldOfMayPickTheCallUp() throws {
    let scene = try scene()
    let carol = try scene.device("104", at: "127.0.5.9:5069")
    scene.bob.habit = .ring
    let call = caller(in: scene)
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    let picking = carol.call("*8102")
    #expect(scene.world.run { picking.state == .talking })
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    scene.world.run(for: .seconds(1))
    #expect(try machine(in: scene).passage == .relayed)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Somebody else carries it on

  @Test(arguments: [false, true])
  func aTakeoverGoesOnWithinThePromptWithinTheRingingAndAfter(machine: Bool) throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = caller(in: scene)
    scene.world.run(for: .milliseconds(900))
    scene.world.die(withMachine: machine)
    scene.world.run(for: .milliseconds(300))
    let playing = scene.world.relays.values.first { $0.isOpen }?.playing[.caller]
    #expect(playing?.announcement.prompts == Self.said)
    #expect(playing.map { $0.position >= .seconds(1) } == true, "from as far as it was")
    try press("1", in: scene)
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    scene.world.die(withMachine: machine)
    scene.world.run(for: .milliseconds(300))
    #expect(hears(scene) == [.ringing])
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(try self.machine(in: scene).passage == .relayed)
    scene.world.die(withMachine: machine)
    scene.world.run(for: .seconds(1))
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.state == .ended })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func aTenantThatIsGoneEndsTheCall() throws {
    let scene = try scene()
    let call = caller(in: scene)
    scene.world.perform(scene.world.exchange.removeTenant(Fixture.tenant, at: scene.world.now))
    try press("1", in: scene)
    #expect(scene.world.run { call.state == .ended })
  }
}
