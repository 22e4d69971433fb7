import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Users hear what was left in their mailboxes.
@Suite struct Visits {
  /// 101 has a mailbox with so many new messages.
  private func scene(messages count: Int = 2) throws -> Scene {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change {
      $0.extensions[0].mailbox = VoiceMailbox(longestMessage: .seconds(60))
    }
    if count > 0 { scene.world.mailboxes = .filled(count) }
    return scene
  }

  private func calls(_ number: String, in scene: Scene, from party: Party? = nil) -> PartyCall {
    let call = (party ?? scene.alice).call(number)
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    return call
  }

  private func state(_ place: Int, in scene: Scene) -> MessageState {
    scene.world.mailboxes.messages[place].state
  }

  private static func sound(_ number: UInt64) -> Prompt {
    .fetched(UUIDv7(high: 9, low: number).hexadecimal)
  }

  @Test func theOwnerHearsHowManyWaitThenEachWithItsCallerAndTime() throws {
    let scene = try scene()
    let call = calls("*97", in: scene)
    #expect(
      scene.prompts == [
        .recorded("vm-youhave"), .recorded("digits/2"), .recorded("vm-INBOX"),
        .recorded("vm-messages"), .recorded("vm-onefor"), .recorded("vm-INBOX"),
        .recorded("vm-messages"), .recorded("vm-helpexit"),
      ])
    try scene.press("1")
    let heard = scene.prompts
    #expect(heard.first == .recorded("vm-received"))
    #expect(heard.contains(.recorded("vm-from-phonenumber")) && heard.contains(Self.sound(1)))
    #expect(!heard.contains(.recorded("vm-prev")) && heard.contains(.recorded("vm-next")))
    #expect(state(0, in: scene) == .heard && state(1, in: scene) == .new)
    try scene.press("6")
    #expect(scene.prompts.contains(Self.sound(2)))
    try scene.press("4")
    #expect(scene.prompts.contains(Self.sound(1)))
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
  }

  @Test func aMessageIsSavedDeletedAndWantedBack() throws {
    let scene = try scene()
    let call = calls("*97", in: scene)
    try scene.press("19")
    #expect(state(0, in: scene) == .saved)
    #expect(scene.prompts.first == .recorded("vm-msgsaved"))
    try scene.press("7")
    #expect(scene.world.mailboxes.deleted.count == 1)
    #expect(scene.prompts.first == .recorded("vm-deleted"))
    #expect(scene.prompts.contains(.recorded("vm-undelete")))
    try scene.press("7")
    #expect(scene.world.mailboxes.deleted.isEmpty)
    #expect(scene.prompts.first == .recorded("vm-undeleted"))
    try scene.press("5")
    #expect(scene.prompts.contains(Self.sound(1)))
    try scene.press("66")
    #expect(scene.prompts.first == .recorded("vm-nomore"))
    try scene.press("*")
    #expect(scene.prompts.first == .recorded("vm-youhave"))
    try scene.press("#")
    #expect(scene.prompts == [.recorded("vm-goodbye")])
    #expect(scene.world.run(within: .seconds(3)) { call.state == .ended })
    scene.calmDown()
  }

  @Test func whoHasNoMessagesIsToldSo() throws {
    let scene = try scene(messages: 0)
    let call = calls("*97", in: scene)
    #expect(
      scene.prompts == [
        .recorded("vm-youhave"), .recorded("vm-no"), .recorded("vm-messages"),
        .recorded("vm-helpexit"),
      ])
    try scene.press("1")
    #expect(scene.prompts.first == .recorded("vm-youhave"))
    call.hangUp()
    scene.calmDown()
  }

  @Test func fromAnotherPhoneItTakesTheNumberAndThePIN() throws {
    let scene = try scene()
    let call = calls("*98", in: scene, from: scene.bob)
    #expect(scene.prompts == [.recorded("vm-login")])
    try scene.press("101#")
    #expect(scene.prompts == [.recorded("vm-password")])
    #expect(scene.world.questions.isEmpty)
    try scene.press("2580#")
    #expect(scene.prompts.first == .recorded("vm-youhave"))
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["*98101", "*98104", "*98999"])
  func whoDoesNotKnowThePINHearsNothingAndNotEvenWhetherThereIsAMailbox(dialled: String) throws {
    let scene = try scene()
    let call = calls(dialled, in: scene, from: scene.bob)
    for _ in 0..<2 {
      try scene.press("1111#")
      #expect(scene.prompts == [.recorded("vm-incorrect"), .recorded("vm-password")])
    }
    try scene.press("1111#")
    #expect(scene.prompts == [.recorded("vm-incorrect"), .recorded("vm-goodbye")])
    #expect(scene.world.run(within: .seconds(3)) { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.questions.count == (dialled == "*98101" ? 3 : 0))
  }

  @Test func whoHasNoMailboxIsAskedWhoseItIsToBe() throws {
    let scene = try scene()
    let call = calls("*97", in: scene, from: scene.bob)
    #expect(scene.prompts == [.recorded("vm-login")])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whenTheControlPlaneIsAwayTheCallerHearsSo() throws {
    let scene = try scene()
    scene.world.mailboxes.isAway = true
    let call = calls("*97", in: scene)
    scene.world.run(for: .seconds(8))
    #expect(
      scene.prompts == [
        .recorded("tt-somethingwrong"), .recorded("please-try-again"), .recorded("vm-goodbye"),
      ])
    #expect(scene.world.run(within: .seconds(3)) { call.state == .ended })
    scene.calmDown()
  }

  @Test func whoPressesNothingIsNotKeptForEver() throws {
    let scene = try scene()
    let call = calls("*97", in: scene)
    #expect(scene.world.run(within: .seconds(60)) { call.state == .ended })
    scene.calmDown()
  }

  // MARK: - Takeover

  @Test func theNextProcessBeginsTheMessageAgainAndGoesOnFromThere() throws {
    let scene = try scene()
    let call = calls("*97", in: scene)
    try scene.press("1")
    #expect(scene.prompts.contains(Self.sound(1)))
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts.contains(Self.sound(1)))
    #expect(
      scene.world.questions.filter { if case .sound = $0.verb { true } else { false } }.count == 2)
    try scene.press("7")
    #expect(scene.world.mailboxes.deleted.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessAsksAgainWhatNobodyAnswered() throws {
    let scene = try scene()
    scene.world.mailboxes.isAway = true
    let call = calls("*97", in: scene)
    scene.world.die()
    scene.world.mailboxes.isAway = false
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts.first == .recorded("vm-youhave"))
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessGoesOnWithTheMenu() throws {
    let scene = try scene()
    let call = calls("*97", in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts.first == .recorded("vm-youhave"))
    try scene.press("1")
    #expect(scene.prompts.contains(Self.sound(1)))
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - In their languages

  @Test(arguments: SpokenLanguage.allCases)
  func everyLanguageSaysAllOfIt(language: SpokenLanguage) {
    let day = CalendarDay(year: 2026, month: 11, day: 22)
    for caller in ["", "101", "+447400123456"] {
      let said = language.envelope(
        caller: caller, at: SpokenTime(day: day, hour: 0, minute: 5),
        forwardedBy: caller)
      #expect(said.count > 4)
    }
    #expect(!language.waiting(new: 1, old: 21).isEmpty)
    let isRecorded = language.recordedFolder != nil
    for phrase in MailboxPhrase.allCases {
      let words = language.say(phrase)
      #expect(!words.isEmpty)
      for word in words {
        if case .recorded = word { #expect(isRecorded) } else { #expect(!isRecorded) }
      }
    }
  }
}
