import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Users hear a message and call whoever left it: 101's mailbox has one. Each checkpoint on the way is read
/// back.
@Suite struct CallingBack {
  private static let customer = "+447400123456"

  /// Alice, or whoever it is, has heard what may be done with the message.
  private func visit(
    _ dialled: String = "*97", from caller: String, by party: KeyPath<Scene, Party> = \.alice,
    _ edit: (inout TenantSnapshot) -> Void = { _ in }
  ) throws -> (scene: Scene, call: PartyCall) {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change {
      $0.extensions[0].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      edit(&$0)
    }
    scene.world.mailboxes = .filled(1, from: caller)
    let call = scene[keyPath: party].call(dialled)
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    if dialled != "*97" { try scene.press("2580#") }
    try scene.press("1")
    return (scene, call)
  }

  private static let option = SpokenLanguage.english.say(.toCallBack)[0]
  private static let nobody = SpokenLanguage.english.notice(Notice.nobodyAvailable)[0]
  private static let noService = SpokenLanguage.english.notice(Notice.notInService)[0]

  @Test func twoCallsTheColleagueWhoLeftTheMessageAndBothTalk() throws {
    let (scene, call) = try visit(from: "102")
    scene.bob.habit = .ring
    #expect(scene.prompts.contains(Self.option))
    try scene.press("2")
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    #expect(scene.prompts == [.ringing])
    #expect(scene.bob.lastCall?.invite.headers.from.uri.user == "101")
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts.isEmpty)
    let machine = try #require(scene.world.exchange.calls.values.map(\.machine).first)
    #expect(machine.passage == .relayed && machine.attendance == nil)
    #expect(scene.world.mailboxes.messages[0].state == .heard, "it stays as it is")
    scene.bob.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.offers.map(\.to) == ["*97", "102"])
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func aCallerFromOutsideIsCalledAsIfTheNumberHadBeenDialled() throws {
    let (scene, call) = try visit(from: Self.customer)
    try scene.press("2")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    #expect(scene.carrier.lastCall?.invite.uri.user == Self.customer)
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460101")
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.offers.map(\.to) == ["*97", Self.customer])
  }

  @Test func whoHearsAnothersMailboxCallsInTheirOwnName() throws {
    let (scene, call) = try visit("*98101", from: Self.customer, by: \.bob)
    try scene.press("2")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460102")
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [Party.Habit.refuse(486), .refuse(603), .ring])
  func whenNobodyTakesItTheMessageIsThereAgain(habit: Party.Habit) throws {
    let (scene, call) = try visit(from: "102")
    scene.bob.habit = habit
    try scene.press("2")
    #expect(
      scene.world.run(within: .seconds(60)) { scene.prompts.first == Self.nobody })
    #expect(scene.prompts.contains(Self.option))
    try scene.press("7")
    #expect(scene.world.mailboxes.deleted.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoeverIsNotThereMayHaveAMailboxToo() throws {
    let (scene, call) = try visit(from: "102") {
      $0.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60))
    }
    scene.bob.habit = .refuse(486)
    try scene.press("2")
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts == SpokenLanguage.english.greeting(ofNumber: "102"))
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["", "anonymous", "1+02", "+"])
  func whoHidTheirNumberCannotBeCalled(caller: String) throws {
    let (scene, call) = try visit(from: caller)
    #expect(!scene.prompts.contains(Self.option))
    try scene.press("2")
    #expect(scene.bob.calls.isEmpty && scene.carrier.calls.isEmpty)
    #expect(scene.prompts.first == .recorded("vm-repeat"))
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["199", "112", "999", "+0"])
  func aNumberThatLeadsNowhereOrToHelpIsNotCalled(caller: String) throws {
    let (scene, call) = try visit(from: caller)
    try scene.press("2")
    #expect(scene.carrier.calls.isEmpty)
    #expect(scene.prompts.first == Self.noService)
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessGoesOnRingingAndWhoeverAnswersTalks() throws {
    let (scene, call) = try visit(from: "102")
    scene.bob.habit = .ring
    try scene.press("2")
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(scene.prompts == [.ringing])
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func whoHangsUpWhileItRingsLeavesNobodyRinging() throws {
    let (scene, call) = try visit(from: "102")
    scene.bob.habit = .ring
    try scene.press("2")
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    scene.calmDown()
  }
}
