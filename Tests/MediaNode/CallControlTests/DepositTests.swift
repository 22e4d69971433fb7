import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers leave messages where nobody answers.
@Suite struct Deposits {
  /// 102 has a mailbox, and these rules.
  private func scene(
    _ rules: [AnsweringRule] = [], isFull: Bool = false, longest: Duration = .seconds(120)
  ) throws -> Scene {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      for index in tenant.extensions.indices where tenant.extensions[index].number == "102" {
        tenant.extensions[index].answering = rules
        tenant.extensions[index].mailbox = VoiceMailbox(longestMessage: longest, isFull: isFull)
      }
    }
    return scene
  }

  private static func on(_ occasion: AnsweringRule.Occasion, _ action: AnsweringRule.Action)
    -> AnsweringRule
  {
    AnsweringRule(name: "", on: occasion, action)
  }

  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  private func message(in scene: Scene) throws -> LeftMessage {
    #expect(scene.world.ended.count == 1)
    guard case .message(let message) = try #require(scene.world.ended.first).kind else {
      throw Missing()
    }
    return message
  }

  private struct Missing: Error {}

  /// Alice calls 102, hears greeting and tone, and speaks.
  private func speaking(in scene: Scene) throws -> PartyCall {
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(40)) { !scene.world.recorded.isEmpty })
    #expect(call.state == .talking)
    return call
  }

  @Test func whoeverNobodyAnswersHearsAGreetingAndAToneAndIsRecorded() throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(19))
    #expect(call.state != .talking)
    #expect(scene.world.run(within: .seconds(2)) { call.state == .talking })
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    #expect(scene.world.outcomes(of: "102") == [.noAnswer])
    #expect(scene.world.recorded.isEmpty, "not while the greeting plays")
    scene.world.run(for: .seconds(5))
    let told = try relay(in: scene).played.map(\.announcement)
    #expect(
      told == [
        Announcement(
          [
            .recorded("vm-theperson"), .recorded("digits/1"), .recorded("digits/0"),
            .recorded("digits/2"), .recorded("vm-isunavail"), .recorded("vm-intro"),
          ], in: .english),
        Announcement([.recorded("beep")], in: .english),
      ])
    let part = try #require(try relay(in: scene).recording)
    #expect(part.parties == .one(.caller) && part.number == 1)
    scene.world.run(for: .seconds(7))
    call.hangUp()
    scene.world.run(for: .seconds(1))
    let left = try message(in: scene)
    #expect(left.mailbox == Fixture.extensionID("102"))
    #expect(left.caller == "101" && left.callerName == "Phone 101" && left.ending == .hungUp)
    #expect(part.sound.id == scene.world.ended.first?.id)
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
  }

  @Test(arguments: [486, 603])
  func whoIsBusyOrDeclinesLetsTheMailboxAnswer(status: Int) throws {
    let scene = try scene()
    scene.bob.habit = .refuse(status)
    try speaking(in: scene).hangUp()
    scene.calmDown()
    #expect(try message(in: scene).ending == .hungUp)
  }

  @Test func aCallToAPhoneThatIsGoneIsAnsweredAtOnce() throws {
    let scene = try scene()
    scene.bob.register(expires: 0) { _ in }
    scene.world.run(for: .seconds(1))
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(1)) { call.state == .talking })
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.ended.isEmpty, "who hangs up in the greeting leaves no message")
  }

  @Test func aRuleSendsCallsToTheMailboxWithoutRinging() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    try speaking(in: scene).hangUp()
    #expect(scene.bob.calls.isEmpty)
    scene.calmDown()
  }

  // MARK: - Greetings

  private static func sound(_ number: UInt64) -> SoundReference {
    SoundReference(
      id: SoundID(UUIDv7(high: 8, low: number)),
      digest: Array(repeating: UInt8(number), count: 32))
  }

  /// 102's mailbox greets with one sound, and whoever calls from 103 with another.
  private func greeting(_ occasion: AnsweringRule.Occasion) throws -> Scene {
    let scene = try scene([
      AnsweringRule(
        name: "", on: occasion, from: .numbers(["103"]), .voicemail(greeting: Self.sound(2)))
    ])
    scene.world.change { $0.extensions[1].mailbox?.greeting = Self.sound(1) }
    return scene
  }

  @Test(arguments: [
    AnsweringRule.Occasion.always, .busy, .offline, .noAnswer(after: .seconds(3)),
  ])
  func whichGreetingACallerHearsIsALineOfTheRules(occasion: AnsweringRule.Occasion) throws {
    let scene = try greeting(occasion)
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    switch occasion {
    case .always, .noAnswer: scene.bob.habit = .ring
    case .busy: scene.bob.habit = .refuse(486)
    case .offline: scene.bob.register(expires: 0) { _ in }
    }
    scene.world.run(for: .seconds(1))
    for (caller, number) in [(scene.alice, UInt64(1)), (carol, 2)] {
      let call = caller.call("102")
      #expect(scene.world.run(within: .seconds(30)) { call.state == .talking })
      scene.world.run(for: .milliseconds(100))
      let heard = try relay(in: scene).played.first?.announcement
      #expect(heard?.prompts == [.uploaded(Self.sound(number).name)], "\(caller.number)")
      #expect(heard?.otherwise == SpokenLanguage.english.greeting(ofNumber: "102"))
      call.hangUp()
      scene.world.run(for: .seconds(40))
    }
    scene.calmDown()
  }

  @Test func aRuleMayKeepTheMailboxOut() throws {
    let scene = try scene([Self.on(.busy, .busy), Self.on(.noAnswer(after: .seconds(5)), .decline)])
    scene.bob.habit = .refuse(486)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 486 && scene.world.recorded.isEmpty)
    scene.calmDown()
  }

  @Test func withoutAMailboxTheRuleLetsItRing() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      for index in tenant.extensions.indices {
        tenant.extensions[index].answering = [Self.on(.always, .voicemail())]
      }
    }
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aCallThatIsForwardedToWhoIsNotThereEndsInThatMailbox() throws {
    let scene = try scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { tenant in
      for index in tenant.extensions.indices where tenant.extensions[index].number == "103" {
        tenant.extensions[index].answering = [Self.on(.busy, .forward(to: "102"))]
      }
    }
    scene.bob.register(expires: 0) { _ in }
    scene.world.run(for: .seconds(1))
    carol.habit = .refuse(486)
    let call = scene.alice.call("103")
    #expect(scene.world.run(within: .seconds(10)) { !scene.world.recorded.isEmpty })
    call.hangUp()
    scene.calmDown()
    #expect(try message(in: scene).mailbox == Fixture.extensionID("102"))
  }

  @Test func aCarriersCallerIsNamedByItsNumber() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let call = scene.carrier.call("+442079460102")
    #expect(scene.world.run(within: .seconds(10)) { !scene.world.recorded.isEmpty })
    call.hangUp()
    scene.calmDown()
    #expect(try message(in: scene).caller == scene.world.offers.first?.from)
  }

  @Test func whoeverMakesNoOfferIsToldThatNobodyAnswers() throws {
    let scene = try scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102", offer: false)
    #expect(scene.world.run(within: .seconds(30)) { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.ended.isEmpty)
  }

  @Test func aCallerMayBeHandedOverToAMailbox() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    let answered = try #require(carol.lastCall)
    scene.world.run(for: .seconds(1))
    let referring = Referring(answered, to: "102")
    #expect(scene.world.run(within: .seconds(10)) { !scene.world.recorded.isEmpty })
    #expect(referring.status == 202 && answered.state == .ended && call.state == .talking)
    call.hangUp()
    scene.calmDown()
    let left = try message(in: scene)
    #expect(left.caller == "101" && left.ending == .hungUp)
  }

  // MARK: - Ends

  private func press(_ key: Character, in scene: Scene) throws {
    scene.world.press(
      try #require(Digit(key)), on: .caller, of: try relay(in: scene).plan.id)
  }

  @Test func aKeySkipsTheGreeting() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let call = scene.alice.call("102")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .milliseconds(500))
    try press("#", in: scene)
    scene.world.run(for: .milliseconds(50))
    #expect(try relay(in: scene).playing[.caller]?.announcement.prompts == [.recorded("beep")])
    scene.world.run(for: .seconds(2))
    #expect(scene.world.recorded.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test func thePoundKeyEndsTheMessageAndTheCall() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let call = try speaking(in: scene)
    try press("5", in: scene)
    scene.world.run(for: .seconds(1))
    #expect(call.state == .talking)
    try press("#", in: scene)
    #expect(scene.world.run { call.state == .ended })
    #expect(try message(in: scene).ending == .key)
    scene.calmDown()
  }

  @Test func whoSaysNothingMoreIsHungUp() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let call = try speaking(in: scene)
    let id = try relay(in: scene).plan.id
    scene.world.perform(scene.world.exchange.recordingIsSilent(id, at: scene.world.now))
    #expect(scene.world.run { call.state == .ended })
    #expect(try message(in: scene).ending == .silence)
    scene.calmDown()
  }

  @Test func aMessageIsNoLongerThanItMayBe() throws {
    let scene = try scene([Self.on(.always, .voicemail())], longest: .seconds(30))
    let call = try speaking(in: scene)
    scene.world.run(for: .seconds(29))
    #expect(call.state == .talking)
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    #expect(try message(in: scene).ending == .longest)
    scene.calmDown()
  }

  @Test func whatIsLostInTheMiddleIsMarked() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    _ = try speaking(in: scene)
    let id = try relay(in: scene).plan.id
    scene.world.perform(scene.world.exchange.relayFailed(id, at: scene.world.now))
    scene.world.run(for: .seconds(1))
    #expect(try message(in: scene).ending == .cut)
    scene.calmDown()
  }

  @Test func aFullMailboxSaysSoAndRecordsNothing() throws {
    let scene = try scene([Self.on(.always, .voicemail())], isFull: true)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    #expect(
      try relay(in: scene).playing[.caller]?.announcement.prompts == [.recorded("vm-mailboxfull")])
    #expect(scene.world.run(within: .seconds(4)) { call.state == .ended })
    #expect(scene.world.recorded.isEmpty && scene.world.ended.isEmpty)
    scene.calmDown()
  }

  // MARK: - Takeover

  @Test func theNextProcessGoesOnWithTheMessageInTheNextPart() throws {
    let scene = try scene([Self.on(.always, .voicemail())], longest: .seconds(30))
    let call = try speaking(in: scene)
    scene.world.run(for: .seconds(10))
    scene.world.die()
    scene.world.run(for: .seconds(5))
    #expect(scene.world.recorded.map(\.number) == [1, 2])
    #expect(Set(scene.world.recorded.map(\.sound.id)).count == 1)
    #expect(call.state == .talking)
    #expect(scene.world.run(within: .seconds(20)) { call.state == .ended })
    #expect(try message(in: scene).ending == .longest)
    scene.calmDown()
  }

  @Test func theNextProcessGoesOnWithTheGreeting() throws {
    let scene = try scene([Self.on(.always, .voicemail())])
    let call = scene.alice.call("102")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .milliseconds(800))
    scene.world.die()
    #expect(scene.world.run(within: .seconds(10)) { !scene.world.recorded.isEmpty })
    call.hangUp()
    scene.calmDown()
    #expect(try message(in: scene).ending == .hungUp)
  }
}
