import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// An extension whose callers are heard at colleagues' telephones, which answer by themselves: here 103 has no
/// device, and all others are its members.
@Suite("Paging groups") struct PagingTests {
  private struct Office {
    let scene: Scene
    let dave: Party
    let erin: Party

    var world: World { scene.world }
    var listeners: [Party] { [scene.bob, dave, erin] }

    /// 101 speaks.
    func page() -> PartyCall { scene.alice.call("103") }

    func relay(of party: Party) -> (state: World.RelayState, side: RelaySide)? {
      for relay in world.relays.values where relay.isOpen {
        if relay.plan.callerRemote == party.mediaEndpoint { return (relay, .caller) }
        if relay.plan.calleeRemote == party.mediaEndpoint { return (relay, .callee) }
        for (side, remote) in relay.directed where remote == party.mediaEndpoint {
          return (relay, side)
        }
      }
      return nil
    }

    func seat(of party: Party) -> RoomSeat? { relay(of: party).flatMap { $0.state.seats[$0.side] } }

    func hears(_ party: Party) -> [Prompt] {
      relay(of: party).flatMap { $0.state.playing[$0.side]?.announcement.prompts } ?? []
    }
  }

  private func office(
    pagers: [String]? = nil, talksBack: Bool = false, limits: ExchangeLimits = ExchangeLimits(),
    seed: UInt64 = 1
  ) throws -> Office {
    let scene = try Scene(limits: limits, seed: seed)
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      tenant.extensions += ["104", "105"].map { Fixture.entry($0, outside: nil) }
      tenant.extensions[2].paging = PagingGroup(
        members: ["101", "102", "104", "105"].map(Fixture.extensionID),
        pagers: pagers.map { $0.map(Fixture.extensionID) }, talksBack: talksBack,
        longest: .seconds(60))
    }
    return Office(
      scene: scene, dave: try scene.device("104", at: "127.0.5.6:5066"),
      erin: try scene.device("105", at: "127.0.5.7:5067"))
  }

  /// All hear it.
  private func paged(_ office: Office) throws -> PartyCall {
    let call = office.page()
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .seconds(1))
    for party in office.listeners { #expect(party.lastCall?.isAcknowledged == true) }
    return call
  }

  private func expectPage(_ office: Office, member role: RoomSeat.Role = .listener) throws {
    let seat = try #require(office.seat(of: office.scene.alice))
    #expect(seat.role == .talker)
    for party in office.listeners {
      #expect(office.seat(of: party) == RoomSeat(seat.room, as: role), "\(party.number)")
    }
  }

  // MARK: - It is heard

  @Test("Members' telephones answer by themselves: they hear who pages, and nobody hears them")
  func heard() throws {
    let office = try office()
    let call = try paged(office)
    for party in office.listeners {
      let headers = try #require(party.lastCall?.invite.headers)
      #expect(headers["Answer-Mode"] == "Auto" && headers.from.uri.user == "101")
      #expect(headers["Call-Info"]?.contains("answer-after=0") == true)
      #expect(party.calls.count == 1)
    }
    #expect(office.scene.alice.calls.count == 1, "who pages is not called")
    try expectPage(office)
    call.hangUp()
    #expect(office.world.run { office.listeners.allSatisfy { $0.lastCall?.state == .ended } })
    office.scene.calmDown()
    for member in ["101", "102", "104", "105"] {
      #expect(office.world.outcomes(of: member) == [.answered], "\(member)")
    }
  }

  @Test("It is one call on record, with a leg of each member")
  func record() throws {
    let office = try office()
    let call = try paged(office)
    call.hangUp()
    office.scene.calmDown()
    #expect(Set(office.world.facts.map(\.call)).count == 1)
    #expect(Set(office.world.facts.map(\.leg)).count == 4)
    #expect(office.world.offers.map(\.direction) == [.incoming, .outgoing, .outgoing, .outgoing])
    #expect(office.world.offers.allSatisfy { $0.from == "101" && $0.to == "103" })
  }

  @Test("Who pages hears ringing until the first telephone has answered, and then a tone")
  func tone() throws {
    let office = try office()
    let habits: [Duration] = [.seconds(3), .seconds(1), .seconds(2)]
    for (party, pause) in zip(office.listeners, habits) { party.habit = .answer(after: pause) }
    let call = office.page()
    office.world.run(for: .milliseconds(800))
    #expect(call.heard == [100, 180] && office.seat(of: office.scene.alice) == nil)
    #expect(office.world.run(within: .milliseconds(400)) { call.state == .talking })
    #expect(office.hears(office.scene.alice) == [.recorded("beep")])
    office.world.run(for: .seconds(3))
    try expectPage(office)
    #expect(
      office.relay(of: office.scene.alice)?.state.played.count == 1, "the others come quietly")
    call.hangUp()
    office.scene.calmDown()
  }

  @Test("Where members may talk back all hear all")
  func talkBack() throws {
    let office = try office(talksBack: true)
    let call = try paged(office)
    try expectPage(office, member: .talker)
    call.hangUp()
    office.scene.calmDown()
  }

  @Test("Of a member's telephones the first that answers has the page, and the others stop")
  func severalTelephones() throws {
    let office = try office()
    let second = try office.scene.device("102", at: "127.0.5.8:5068")
    office.scene.bob.habit = .ring
    let call = office.page()
    #expect(office.world.run { call.state == .talking })
    #expect(office.world.run { office.scene.bob.lastCall?.wasCancelled == true })
    #expect(office.seat(of: second)?.role == .listener)
    call.hangUp()
    office.scene.calmDown()
    #expect(Set(office.world.outcomes(of: "102")) == [.answered, .answeredElsewhere])
  }

  // MARK: - Who is not paged

  @Test("Who talks, rings, or wants no calls is left out; telephones that forward are not followed")
  func leftOut() throws {
    let office = try office()
    let time = office.world.now.wall
    office.world.change {
      $0.extensions[1].switches.merge(
        .doNotDisturb, .init(isOn: true, target: nil, patience: nil, changedAt: time))
    }
    let frank = try office.scene.device("105", at: "127.0.5.9:5069")
    let other = office.dave.call("07700900123")
    #expect(office.world.run { other.state == .talking })
    office.erin.habit = .refuse(302)
    office.erin.adorns = { response in
      guard response.status == 302 else { return }
      response.headers.contacts = .addresses([NameAddress("<sip:102@\(Fixture.domain)>")!])
    }
    let call = office.page()
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .seconds(1))
    #expect(office.scene.bob.calls.isEmpty && office.dave.calls.count == 1)
    #expect(office.seat(of: frank)?.role == .listener)
    other.hangUp()
    call.hangUp()
    office.scene.calmDown()
  }

  @Test("A telephone that does not answer within seconds is given up; a mailbox takes no page")
  func silentTelephone() throws {
    let office = try office()
    office.world.change {
      $0.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(30))
      $0.extensions[1].answering = [
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(2)), .voicemail())
      ]
    }
    office.scene.bob.habit = .ring
    office.dave.habit = .refuse(486)
    let call = office.page()
    #expect(office.world.run { call.state == .talking })
    #expect(
      office.world.run(within: .seconds(6)) { office.scene.bob.lastCall?.wasCancelled == true })
    #expect(call.state == .talking && office.erin.lastCall?.state == .talking)
    call.hangUp()
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "102") == [.noAnswer])
    #expect(office.world.outcomes(of: "104") == [.busy])
    #expect(office.world.outcomes(of: "105") == [.answered])
  }

  @Test("Only those may page whom the group names, and nobody from outside")
  func pagers() throws {
    let office = try office(pagers: ["104"])
    let refused = office.page()
    #expect(office.world.run { refused.state == .ended })
    #expect(refused.finalStatus == 403)
    let allowed = office.dave.call("103")
    #expect(office.world.run { allowed.state == .talking })
    allowed.hangUp()
    office.world.run(for: .seconds(1))
    office.world.change { $0.numbers[0].destination = .extension(Fixture.extensionID("103")) }
    let outside = office.scene.carrier.call("+442079460102")
    #expect(office.world.run { outside.state == .ended })
    #expect(outside.finalStatus == 403)
    office.scene.calmDown()
  }

  @Test("Nobody picks up a page, and no group rings one")
  func pickup() throws {
    let office = try office()
    for party in office.listeners { party.habit = .ring }
    let call = office.page()
    office.world.run(for: .seconds(1))
    let picker = try office.scene.device("101", at: "127.0.5.9:5069").call("*8102")
    #expect(office.world.run { picker.state == .ended })
    #expect(picker.finalStatus == 480)
    call.hangUp()
    office.scene.calmDown()
  }

  // MARK: - Its end

  @Test("A page that nobody hears says so to its caller")
  func unheard() throws {
    let office = try office()
    office.scene.bob.habit = .ring
    office.dave.habit = .refuse(486)
    office.erin.habit = .ring
    let call = office.page()
    #expect(
      office.world.run(within: .seconds(7)) {
        office.hears(office.scene.alice) == SpokenLanguage.english.notice(Notice.nobodyAvailable)
      })
    #expect(office.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(call.finalStatus == 486)
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "101") == [.busy])
    #expect(office.world.outcomes(of: "102") == [.noAnswer])
  }

  @Test("A page that nobody can hear says so at once")
  func nobodyThere() throws {
    let office = try office()
    for party in office.listeners { party.register(expires: 0) { _ in } }
    office.world.run(for: .seconds(1))
    let call = office.page()
    #expect(office.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(call.finalStatus == 480)
    office.scene.calmDown()
  }

  @Test("Who pages and hangs up before anybody answers has cancelled it")
  func cancelled() throws {
    let office = try office()
    for party in office.listeners { party.habit = .ring }
    let call = office.page()
    office.world.run(for: .seconds(1))
    call.hangUp()
    #expect(office.world.run { office.listeners.allSatisfy { $0.lastCall?.wasCancelled == true } })
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "101") == [.cancelled])
    #expect(office.world.outcomes(of: "102") == [.cancelled])
  }

  @Test("A member may hang up; when the last has, the page is over")
  func membersLeave() throws {
    let office = try office()
    let call = try paged(office)
    office.scene.bob.lastCall?.hangUp()
    office.dave.lastCall?.hangUp()
    office.world.run(for: .seconds(1))
    #expect(call.state == .talking && office.erin.lastCall?.state == .talking)
    office.erin.lastCall?.hangUp()
    #expect(office.world.run { call.state == .ended })
    office.scene.calmDown()
    #expect(office.world.outcomes(of: "101") == [.answered])
  }

  @Test("A page ends by itself when it has lasted as long as one may")
  func longest() throws {
    let office = try office()
    let call = try paged(office)
    office.world.run(for: .seconds(55))
    #expect(call.state == .talking)
    #expect(office.world.run(within: .seconds(6)) { call.state == .ended })
    #expect(office.world.run { office.listeners.allSatisfy { $0.lastCall?.state == .ended } })
    office.scene.calmDown()
  }

  // MARK: - Takeover

  /// Whose call's name comes first is chance.
  @Test(
    "At whoever carries it on the page is heard by the same, and those who rang may yet answer",
    arguments: [false, true], UInt64(1)...4)
  func takeover(withMachine: Bool, seed: UInt64) throws {
    let office = try office(seed: seed)
    for party in office.listeners { party.habit = .ring }
    let call = office.page()
    #expect(office.world.run { call.heard.contains(180) })
    office.world.run(for: .milliseconds(500))
    office.world.die(withMachine: withMachine)
    office.world.run(for: .seconds(1))
    for party in office.listeners { party.lastCall?.pickUp() }
    #expect(office.world.run { call.state == .talking })
    office.world.run(for: .seconds(1))
    try expectPage(office)
    office.world.die(withMachine: withMachine)
    office.world.run(for: .seconds(1))
    try expectPage(office)
    call.hangUp()
    #expect(office.world.run { office.listeners.allSatisfy { $0.lastCall?.state == .ended } })
    office.scene.calmDown()
    #expect(Set(office.world.facts.compactMap(\.event.outcome)) == [.answered])
    #expect(Set(office.world.facts.map(\.call)).count == 1)
  }

  @Test("Members whose page does not come are hung up")
  func alone() throws {
    let office = try office()
    let call = try paged(office)
    let page = try #require(office.world.facts.first?.call)
    let members = office.world.left.filter { $0.call != page }
    #expect(members.count == 3)
    office.world.inheritsCalls = false
    office.world.die(withMachine: true)
    office.world.run(for: .seconds(1))
    office.world.perform(
      office.world.exchange.inherit(
        Fixture.phonesAddress, epoch: Epoch(generation: 1, revision: 99), calls: members,
        bindings: [], subscriptions: [], at: office.world.now))
    #expect(office.world.exchange.census.calls == 0, "the page may come yet")
    office.world.giveUp()
    #expect(office.world.run { office.listeners.allSatisfy { $0.lastCall?.state == .ended } })
    #expect(office.world.run { call.state == .ended })
    office.scene.calmDown()
    #expect(Set(office.world.facts.compactMap(\.event.outcome)) == [.nodeLost])
  }

  @Test("Whoever loses an address keeps nothing of its pages")
  func losing() throws {
    let office = try office()
    _ = try paged(office)
    office.world.perform(
      office.world.exchange.freeze(Fixture.phonesAddress, at: office.world.now))
    #expect(office.world.exchange.pages.isEmpty && office.world.exchange.rooms.isEmpty)
  }
}
