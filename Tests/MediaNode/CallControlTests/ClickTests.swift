import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Users have calls made by the control plane: their own telephones ring first, and then whom they call.
@Suite("Click to call") struct ClickTests {
  private static let english = SpokenLanguage.english
  private static let mobile = "+447700900123"

  private struct Desk {
    let scene: Scene

    var world: World { scene.world }

    var made: CallMachine? {
      world.exchange.calls.values.map(\.machine).first { !$0.isEnding && $0.errand != nil }
    }

    var hears: [Prompt] {
      guard let made else { return [] }
      return world.relays[made.plan.id]?.playing[made.caller.side]?.announcement.prompts ?? []
    }

    func obey(_ order: ClickOrder) -> ClickRefusal? {
      let (answer, actions) = world.exchange.obey(order, at: world.now)
      world.perform(actions)
      #expect(answer.call == order.call && answer.verb == order.verb)
      return answer.refusal
    }

    /// 101 has a call made.
    func click(
      _ number: String, _ call: UInt64 = 1, by user: String = "101", shown: String? = nil,
      answersByItself: Bool = false
    ) -> ClickRefusal? {
      obey(
        ClickOrder(
          .make, call: ClickTests.call(call), tenant: Fixture.tenant,
          extension: Fixture.extensionID(user), number: number, shown: shown,
          answersByItself: answersByItself))
    }

    func callOff(_ call: UInt64 = 1) -> ClickRefusal? {
      obey(ClickOrder(.callOff, call: ClickTests.call(call), tenant: Fixture.tenant))
    }
  }

  private static func call(_ number: UInt64) -> CallID { CallID(UUIDv7(high: 77, low: number)) }

  private func desk() throws -> Desk {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    for party in [scene.alice, scene.bob, scene.carrier] { party.habit = .ring }
    return Desk(scene: scene)
  }

  /// Whom the call is for is rung.
  private func reach(_ party: Party, _ number: String, at desk: Desk) throws -> PartyCall {
    #expect(desk.click(number) == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    desk.scene.alice.lastCall?.pickUp()
    #expect(desk.world.run { party.calls.count == 1 })
    desk.world.run(for: .seconds(1))
    return try #require(party.lastCall)
  }

  // MARK: - It goes well

  @Test("The user's telephone rings and shows the number; then it hears ringing, and both talk")
  func outside() throws {
    let desk = try desk()
    let (scene, world) = (desk.scene, desk.world)
    #expect(desk.click("07700900123") == nil)
    #expect(world.run { scene.alice.calls.count == 1 })
    let invite = try #require(scene.alice.lastCall?.invite)
    #expect(invite.headers.from.uri.user == Self.mobile)
    #expect(invite.headers["Call-Info"] == nil && invite.headers["Alert-Info"] == nil)
    world.run(for: .seconds(1))
    #expect(scene.carrier.calls.isEmpty, "nobody is called before")
    scene.alice.lastCall?.pickUp()
    #expect(world.run { scene.carrier.calls.count == 1 })
    world.run(for: .seconds(1))
    #expect(desk.hears == [.ringing])
    #expect(scene.carrier.lastCall?.invite.uri.user == Self.mobile)
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460101")
    scene.carrier.lastCall?.pickUp()
    #expect(world.run { scene.carrier.lastCall?.isAcknowledged == true })
    world.run(for: .seconds(1))
    #expect(desk.hears.isEmpty && desk.made?.passage == .relayed)
    world.expectBridged(
      try #require(scene.alice.lastCall), try #require(scene.carrier.lastCall))
    scene.carrier.lastCall?.hangUp()
    #expect(world.run { scene.alice.lastCall?.state == .ended })
    scene.calmDown()
    #expect(Set(world.facts.map(\.call)) == [Self.call(1)], "it is one call")
    let made = try #require(world.offers.first)
    #expect(made.direction == .incoming && made.party == Fixture.party("101"))
    #expect(made.from == "101" && made.to == Self.mobile)
    #expect(world.outcomes(of: "101") == [.answered, .answered])
    #expect(world.carrierFacts.compactMap(\.outcome) == [.answered])
    #expect(world.offers.map(\.direction) == [.incoming, .outgoing, .outgoing])
  }

  @Test("All telephones of the user ring, and the first that is answered has the call")
  func several() throws {
    let desk = try desk()
    let second = try desk.scene.device("101", at: "127.0.5.8:5068")
    second.habit = .ring
    #expect(desk.click("102") == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 && second.calls.count == 1 })
    second.lastCall?.pickUp()
    #expect(desk.world.run { desk.scene.alice.lastCall?.state == .ended })
    #expect(desk.world.run { desk.scene.bob.calls.count == 1 })
    #expect(desk.scene.bob.lastCall?.invite.headers.from.uri.user == "101")
    desk.scene.bob.lastCall?.pickUp()
    #expect(desk.world.run { desk.scene.bob.lastCall?.isAcknowledged == true })
    desk.world.run(for: .seconds(1))
    desk.world.expectBridged(
      try #require(second.lastCall), try #require(desk.scene.bob.lastCall))
    second.lastCall?.hangUp()
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101").sorted() == [.answered, .answered, .answeredElsewhere])
  }

  @Test("Telephones are asked to answer by themselves only where the user wants it")
  func byItself() throws {
    let desk = try desk()
    #expect(desk.click("102", answersByItself: true) == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    let invite = try #require(desk.scene.alice.lastCall?.invite)
    #expect(invite.headers["Call-Info"]?.contains("answer-after=0") == true)
    desk.scene.alice.lastCall?.refuse(486)
    desk.scene.calmDown()
  }

  @Test("Who does not want to be disturbed is rung all the same, for it asked for it")
  func doNotDisturb() throws {
    let desk = try desk()
    let time = desk.world.now.wall
    desk.world.change {
      $0.extensions[0].switches.merge(
        .doNotDisturb, .init(isOn: true, target: nil, patience: nil, changedAt: time))
    }
    #expect(desk.click("102") == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    desk.scene.alice.lastCall?.refuse(603)
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101") == [.rejected, .rejected])
  }

  @Test("The called party is shown another number of the tenant's, or none")
  func shown() throws {
    let desk = try desk()
    let scene = desk.scene
    #expect(desk.click("07700900123", shown: "+442079460102") == nil)
    #expect(desk.world.run { scene.alice.calls.count == 1 })
    scene.alice.lastCall?.pickUp()
    #expect(desk.world.run { scene.carrier.calls.count == 1 })
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460102")
    scene.alice.lastCall?.hangUp()
    desk.world.run(for: .seconds(1))
    #expect(desk.click("*3107700900123", 2) == nil)
    #expect(desk.world.run { scene.alice.calls.count == 2 })
    scene.alice.lastCall?.pickUp()
    #expect(desk.world.run { scene.carrier.calls.count == 2 })
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "anonymous")
    scene.alice.lastCall?.hangUp()
    scene.calmDown()
  }

  @Test("A colleague's rules decide as for any caller: a mailbox takes the call, and is the answer")
  func mailbox() throws {
    let desk = try desk()
    desk.world.change {
      $0.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(30))
      $0.extensions[1].answering = [
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(5)), .voicemail())
      ]
    }
    _ = try reach(desk.scene.bob, "102", at: desk)
    #expect(desk.world.run(within: .seconds(10)) { desk.made?.attendance?.isMessage == true })
    #expect(desk.made?.errand?.stage == .reached)
    desk.world.run(for: .seconds(5))
    desk.scene.alice.lastCall?.hangUp()
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101") == [.answered, .answered])
    #expect(desk.world.outcomes(of: "102") == [.noAnswer])
  }

  @Test("A conference is entered")
  func conference() throws {
    let desk = try desk()
    #expect(desk.click("*61") == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    desk.scene.alice.lastCall?.pickUp()
    desk.world.run(for: .seconds(1))
    #expect(desk.made?.stay?.number == "1")
    desk.scene.alice.lastCall?.hangUp()
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101") == [.answered, .answered])
  }

  @Test("Whoever waits in a queue that the call is for is served there")
  func queue() throws {
    let desk = try desk()
    desk.world.change {
      $0.extensions[2].queue = CallQueue(
        strategy: .longestIdle, agents: [.init(Fixture.extensionID("102"))],
        ringsFor: .seconds(5), restsFor: .seconds(5), announcesEvery: nil)
    }
    let agent = try reach(desk.scene.bob, "103", at: desk)
    desk.world.run(for: .seconds(12))
    #expect(agent.state == .ended && desk.scene.bob.calls.count == 2, "a turn in vain ends nothing")
    desk.scene.bob.lastCall?.pickUp()
    #expect(desk.world.run { desk.scene.bob.lastCall?.isAcknowledged == true })
    desk.world.run(for: .seconds(1))
    desk.world.expectBridged(
      try #require(desk.scene.alice.lastCall), try #require(desk.scene.bob.lastCall))
    desk.scene.bob.lastCall?.hangUp()
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101") == [.answered, .answered])
  }

  // MARK: - It does not

  @Test("What cannot be called is refused at once, and nobody's telephone rings")
  func refusals() throws {
    let desk = try desk()
    #expect(desk.click("104") == .unknownNumber)
    #expect(desk.click("*97") == .featureCode)
    #expect(desk.click("*0102") == .featureCode, "an intercom is for telephones")
    #expect(desk.click("102", shown: "+442079469999") == .notOurs)
    #expect(desk.click("102", by: "104") == .notHere)
    #expect(desk.click("102", by: "103") == .offline)
    #expect(desk.callOff() == .noCall)
    desk.world.run(for: .seconds(1))
    #expect(desk.scene.alice.calls.isEmpty && desk.world.facts.isEmpty)
    desk.scene.calmDown()
  }

  @Test("An order that comes again is the same call, and another tenant's is none")
  func twice() throws {
    let desk = try desk()
    #expect(desk.click("102") == nil && desk.click("102") == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    desk.world.run(for: .seconds(1))
    #expect(desk.click("102") == nil)
    desk.world.run(for: .seconds(1))
    #expect(desk.scene.alice.calls.count == 1)
    let foreign = ClickOrder(
      .callOff, call: Self.call(1), tenant: TenantID(UUIDv7(high: 1, low: 2)))
    #expect(desk.obey(foreign) == .noCall)
    desk.scene.alice.lastCall?.refuse(486)
    desk.scene.calmDown()
  }

  @Test("A user who does not answer, declines, or forwards calls by telephone has called nobody")
  func missed() throws {
    let desk = try desk()
    let scene = desk.scene
    #expect(desk.click("07700900123") == nil)
    desk.world.run(for: .seconds(30))
    #expect(scene.alice.lastCall?.wasCancelled == true)
    scene.alice.habit = .refuse(486)
    #expect(desk.click("07700900123", 2) == nil)
    desk.world.run(for: .seconds(2))
    scene.alice.habit = .refuse(302)
    scene.alice.adorns = { response in
      guard response.status == 302 else { return }
      response.headers.contacts = .addresses([NameAddress("<sip:102@\(Fixture.domain)>")!])
    }
    #expect(desk.click("07700900123", 3) == nil)
    desk.world.run(for: .seconds(2))
    #expect(scene.bob.calls.isEmpty && scene.carrier.calls.isEmpty)
    scene.calmDown()
    #expect(desk.world.offers.filter { $0.direction == .incoming }.count == 3)
    let outcomes = desk.world.outcomes(of: "101")
    #expect(Array(outcomes.prefix(4)) == [.noAnswer, .noAnswer, .busy, .busy])
  }

  @Test("Who is busy is no answer: the user hears so, and the call ends as busy")
  func busy() throws {
    let desk = try desk()
    desk.scene.bob.habit = .refuse(486)
    #expect(desk.click("102") == nil)
    #expect(desk.world.run { desk.scene.alice.calls.count == 1 })
    desk.scene.alice.lastCall?.pickUp()
    #expect(
      desk.world.run(within: .seconds(3)) {
        desk.hears == Self.english.notice(Notice.nobodyAvailable)
      })
    #expect(desk.world.run(within: .seconds(5)) { desk.scene.alice.lastCall?.state == .ended })
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101").sorted() == [.answered, .busy])
    #expect(desk.world.outcomes(of: "102") == [.busy])
  }

  @Test("It is called off however far it is")
  func calledOff() throws {
    let desk = try desk()
    let scene = desk.scene
    #expect(desk.click("102") == nil)
    #expect(desk.world.run { scene.alice.calls.count == 1 })
    #expect(desk.callOff() == nil)
    #expect(desk.world.run { scene.alice.lastCall?.wasCancelled == true })
    #expect(desk.callOff() == .noCall, "it has ended")
    #expect(desk.click("102", 2) == nil)
    #expect(desk.world.run { scene.alice.calls.count == 2 })
    scene.alice.lastCall?.pickUp()
    #expect(desk.world.run { scene.bob.calls.count == 1 })
    #expect(desk.callOff(2) == nil)
    #expect(desk.world.run { scene.alice.lastCall?.state == .ended })
    #expect(desk.world.run { scene.bob.lastCall?.wasCancelled == true })
    #expect(desk.click("102", 3) == nil)
    #expect(desk.world.run { scene.alice.calls.count == 3 })
    scene.alice.lastCall?.pickUp()
    #expect(desk.world.run { scene.bob.calls.count == 2 })
    scene.bob.lastCall?.pickUp()
    desk.world.run(for: .seconds(2))
    #expect(desk.callOff(3) == nil)
    #expect(desk.world.run { scene.bob.lastCall?.state == .ended })
    scene.calmDown()
    let whole = desk.world.facts.filter { $0.call == Self.call(1) }.compactMap(\.event.outcome)
    #expect(whole == [.cancelled, .cancelled])
  }

  @Test("A user who hangs up before the other answers has cancelled its call")
  func hangsUp() throws {
    let desk = try desk()
    let callee = try reach(desk.scene.bob, "102", at: desk)
    desk.scene.alice.lastCall?.hangUp()
    #expect(desk.world.run { callee.wasCancelled })
    desk.scene.calmDown()
    #expect(desk.world.outcomes(of: "101").sorted() == [.answered, .cancelled])
    #expect(desk.world.outcomes(of: "102") == [.cancelled])
  }

  // MARK: - Takeover

  @Test(
    "Whoever carries calls on rings on, calls whom it is for, and knows the call",
    arguments: [false, true])
  func takeover(withMachine: Bool) throws {
    let desk = try desk()
    let (scene, world) = (desk.scene, desk.world)
    #expect(desk.click("07700900123") == nil)
    #expect(world.run { scene.alice.calls.count == 1 })
    world.die(withMachine: withMachine)
    world.run(for: .seconds(2))
    #expect(desk.click("07700900123") == nil, "it is the same call")
    world.run(for: .seconds(1))
    #expect(scene.alice.calls.count == 1, "it rings on")
    scene.alice.lastCall?.pickUp()
    #expect(world.run { scene.carrier.calls.count == 1 })
    world.run(for: .seconds(1))
    world.die(withMachine: withMachine)
    world.run(for: .seconds(1))
    #expect(desk.hears == [.ringing])
    scene.carrier.lastCall?.pickUp()
    #expect(world.run(within: .seconds(5)) { scene.carrier.lastCall?.isAcknowledged == true })
    world.run(for: .seconds(1))
    world.die(withMachine: withMachine)
    world.run(for: .seconds(2))
    #expect(desk.made?.errand?.stage == .reached)
    world.expectBridged(
      try #require(scene.alice.lastCall), try #require(scene.carrier.lastCall))
    #expect(desk.callOff() == nil)
    #expect(world.run { scene.carrier.lastCall?.state == .ended })
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.answered, .answered])
    #expect(Set(world.facts.map(\.call)) == [Self.call(1)])
  }
}

extension Attendance {
  fileprivate var isMessage: Bool { if case .message = purpose { true } else { false } }
}

extension [CallOutcome] {
  fileprivate func sorted() -> [CallOutcome] { sorted { $0.rawValue < $1.rawValue } }
}
