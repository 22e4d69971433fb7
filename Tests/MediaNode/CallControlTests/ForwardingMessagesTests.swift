import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Users send a message on to a colleague: 101's mailbox has one, 102 has a mailbox, 103 has none. Each
/// checkpoint on the way is read back.
@Suite struct ForwardingMessages {
  /// Alice hears the first message, which that colleague forwarded.
  private func visit(forwardedBy colleague: String = "") throws -> (scene: Scene, call: PartyCall) {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change {
      for place in 0...1 {
        $0.extensions[place].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      }
    }
    scene.world.mailboxes = .filled(1)
    scene.world.mailboxes.messages[0].forwardedBy = colleague
    let call = scene.alice.call("*97")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    try scene.press("1")
    return (scene, call)
  }

  private static func said(_ phrase: MailboxPhrase) -> Prompt {
    SpokenLanguage.english.say(phrase)[0]
  }

  private static let option = said(.toForward)

  @Test func eightAndTheNumberLayTheMessageInTheColleaguesMailbox() throws {
    let (scene, call) = try visit()
    #expect(scene.prompts.contains(Self.option))
    try scene.press("8")
    #expect(scene.prompts == SpokenLanguage.english.say(.whichExtension))
    try scene.press("102#")
    #expect(scene.prompts.first == Self.said(.forwarded))
    #expect(scene.prompts.contains(Self.option), "what may be done with it is said again")
    let copies = scene.world.mailboxes.forwarded
    let first = scene.world.mailboxes.messages[0]
    #expect(copies.values.map(\.to) == [Fixture.extensionID("102")])
    #expect(copies.values.map(\.message) == [first.id] && copies[first.id] == nil)
    #expect(first.state == .heard && scene.world.mailboxes.deleted.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["103", "101", "199", "9"])
  func whoHasNoMailboxOrIsTheSameGetsNothing(number: String) throws {
    let (scene, call) = try visit()
    try scene.press("8" + number + "#")
    #expect(scene.prompts.first == Self.said(.noSuchMailbox))
    #expect(scene.world.mailboxes.forwarded.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["*#", "#", "1*#"])
  func theStarOrNoNumberLeadsBackToTheMessage(keys: String) throws {
    let (scene, call) = try visit()
    try scene.press("8" + keys)
    #expect(scene.prompts.first == .recorded("vm-tocallback"))
    #expect(scene.world.mailboxes.forwarded.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoKeysInNothingIsBackAtTheMessage() throws {
    let (scene, call) = try visit()
    try scene.press("8")
    #expect(scene.world.run(within: .seconds(30)) { scene.prompts.contains(Self.option) })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aMailboxThatTakesNoMoreIsSaidToBeFull() throws {
    let (scene, call) = try visit()
    scene.world.mailboxes.isFullElsewhere = true
    try scene.press("8102#")
    #expect(scene.prompts.first == SpokenLanguage.english.notice(Notice.mailboxFull)[0])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whatIsDeletedIsNotForwarded() throws {
    let (scene, call) = try visit()
    try scene.press("7")
    #expect(!scene.prompts.contains(Self.option))
    try scene.press("8")
    #expect(scene.prompts != SpokenLanguage.english.say(.whichExtension))
    call.hangUp()
    scene.calmDown()
  }

  @Test func theEnvelopeSaysWhoForwardedItAndTheNextProcessKnows() throws {
    let (scene, call) = try visit(forwardedBy: "102")
    let told =
      SpokenLanguage.english.say(.forwarded, .fromExtension)
      + SpokenLanguage.english.digits("102")
    func isTold() -> Bool {
      scene.prompts.indices.contains { scene.prompts[$0...].starts(with: told) }
    }
    #expect(isTold())
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(isTold())
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessAsksAgainAndTheMessageIsForwardedOnce() throws {
    let (scene, call) = try visit()
    try scene.press("8102")
    scene.world.mailboxes.isAway = true
    try scene.press("#")
    scene.world.die()
    scene.world.mailboxes.isAway = false
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts.first == Self.said(.forwarded))
    #expect(scene.world.mailboxes.forwarded.count == 1)
    let copies = Set(
      scene.world.questions.compactMap {
        if case .forward(_, _, let copy) = $0.verb { copy } else { nil }
      })
    #expect(copies.count == 1, "by the same name")
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessStillWaitsForTheNumber() throws {
    let (scene, call) = try visit()
    try scene.press("810")
    scene.world.die()
    scene.world.run(for: .seconds(1))
    try scene.press("2#")
    #expect(scene.world.mailboxes.forwarded.count == 1)
    call.hangUp()
    scene.calmDown()
  }
}
