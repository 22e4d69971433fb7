import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Conferences by number.
@Suite struct Conferences {
  private func relay(of party: Party, in scene: Scene) -> World.RelayState? {
    scene.world.relays.values.first { $0.isOpen && $0.plan.callerRemote == party.mediaEndpoint }
  }

  private func seat(of party: Party, in scene: Scene) -> RoomSeat? {
    relay(of: party, in: scene)?.seats[.caller]
  }

  @Test func whoeverDialsTheSameRoomSitsInIt() throws {
    let scene = try Scene()
    let first = scene.alice.call("*61")
    #expect(scene.world.run { first.state == .talking })
    scene.world.run(for: .milliseconds(100))
    // Whoever comes first is told so.
    let told = relay(of: scene.alice, in: scene)?.played.map(\.announcement.prompts)
    #expect(told == [[.recorded("conf-onlyperson")]])
    let second = scene.bob.call("*61")
    #expect(scene.world.run { second.state == .talking })
    #expect(relay(of: scene.bob, in: scene)?.played == [])
    let seats = [scene.alice, scene.bob].map { seat(of: $0, in: scene) }
    #expect(seats[0] != nil && seats[0] == seats[1])
    #expect(seats[0]?.role == .talker)
    first.hangUp()
    second.hangUp()
    scene.calmDown()
    #expect(
      scene.world.facts(of: Fixture.party("102")).map(\.word) == ["offered", "answered", "ended"])
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func roomsOfOtherNumbersAreOtherRooms() throws {
    let scene = try Scene()
    scene.alice.call("*61")
    scene.bob.call("*62")
    scene.world.run(for: .seconds(1))
    let rooms = [scene.alice, scene.bob].compactMap { seat(of: $0, in: scene)?.room }
    #expect(Set(rooms).count == 2)
  }

  @Test func aRoomThatEverybodyLeftIsAnotherOneWhenItIsDialledAgain() throws {
    let scene = try Scene()
    let call = scene.alice.call("*61")
    scene.world.run { call.state == .talking }
    let first = try #require(seat(of: scene.alice, in: scene)?.room)
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.rooms.isEmpty)
    scene.alice.call("*61")
    scene.world.run(for: .seconds(1))
    #expect(seat(of: scene.alice, in: scene)?.room ?? first > first)
  }

  @Test func whoeverHoldsIsOutOfTheRoomUntilItComesBack() throws {
    let scene = try Scene()
    let call = scene.alice.call("*61")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .seconds(1))
    call.offer(direction: "sendonly")
    scene.world.run { call.renegotiations == [200] }
    #expect(seat(of: scene.alice, in: scene) == nil)
    #expect(scene.world.facts(of: Fixture.party("101")).last == .held(true))
    scene.world.run(for: .seconds(1))
    call.offer(direction: "sendrecv")
    scene.world.run { call.renegotiations == [200, 200] }
    #expect(seat(of: scene.alice, in: scene)?.role == .talker)
    #expect(call.theirSession?.directions == ["sendrecv"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneMayAskForOurOfferInARoom() throws {
    let scene = try Scene()
    let call = scene.alice.call("*61")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .seconds(1))
    call.offer(withoutOffer: true)
    scene.world.run { call.renegotiations == [200] }
    scene.world.run(for: .seconds(1))
    #expect(call.state == .talking && seat(of: scene.alice, in: scene) != nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aRoomIsFullAtItsLimit() throws {
    var limits = ExchangeLimits()
    limits.partiesPerRoom = 1
    let scene = try Scene(limits: limits)
    let first = scene.alice.call("*61")
    scene.world.run { first.state == .talking }
    let second = scene.bob.call("*61")
    #expect(scene.world.run { second.finalStatus == 486 })
    first.hangUp()
    scene.calmDown()
  }

  @Test func sessionsInRoomsAreRefreshed() throws {
    var limits = ExchangeLimits()
    limits.sessionInterval = limits.shortestSession
    let scene = try Scene(limits: limits)
    let call = scene.alice.call("*61")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .seconds(300))
    #expect(call.state == .talking)
    scene.alice.isUnplugged = true
    scene.world.run(for: .seconds(200))
    scene.alice.isUnplugged = false
    scene.calmDown()
  }

  @Test func theNextProcessSeatsEverybodyWhereHeSat() throws {
    let scene = try Scene()
    let calls = [scene.alice.call("*61"), scene.bob.call("*61")]
    scene.world.run { calls.allSatisfy { $0.state == .talking } }
    scene.world.run(for: .seconds(1))
    let before = [scene.alice, scene.bob].map { seat(of: $0, in: scene) }
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect([scene.alice, scene.bob].map { seat(of: $0, in: scene) } == before)
    // Whoever comes now comes to them.
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.call("*61")
    scene.world.run(for: .seconds(1))
    #expect(seat(of: carol, in: scene) == before[0])
    for call in calls { call.hangUp() }
    carol.lastCall?.hangUp()
    scene.calmDown()
  }

  // MARK: - Three parties

  @Test func aPartyThatIsHandedOverToARoomSitsInItAndIsHeard() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    caller.offer(direction: "sendonly")
    scene.world.run { caller.renegotiations == [200] }
    let referring = Referring(caller, to: "*63")
    scene.world.run { referring.status == 202 }
    scene.world.run(for: .seconds(1))
    #expect(caller.state == .ended && callee.state == .talking)
    #expect(callee.theirSession?.directions == ["sendrecv"])
    let back = scene.alice.call("*63")
    scene.world.run { back.state == .talking }
    scene.world.run(for: .milliseconds(100))
    let seats = scene.world.relays.values.filter(\.isOpen).flatMap(\.seats.values)
    #expect(seats.count == 2 && Set(seats).count == 1)
    back.hangUp()
    callee.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func aCallersOwnPartyMayBeHandedOverToo() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    _ = Referring(callee, to: "*63")
    scene.world.run { callee.state == .ended }
    scene.world.run(for: .seconds(1))
    #expect(caller.state == .talking)
    let seats = scene.world.relays.values.filter(\.isOpen).flatMap(\.seats)
    #expect(seats.map(\.key) == [.caller])
    caller.hangUp()
    scene.calmDown()
  }

  /// Carol sits in a room; Alice talks with Bob, and then goes to the room, too.
  private func consulted(aliceCalls: Bool = true) throws -> (
    scene: Scene, bobs: PartyCall, seat: PartyCall, bob: PartyCall, carol: PartyCall
  ) {
    let scene = try Scene()
    let caroline = try scene.device("103", at: "127.0.5.5:5065")
    let carol = caroline.call("*63")
    #expect(scene.world.run { carol.state == .talking })
    let (caller, called) = aliceCalls ? (scene.alice, scene.bob) : (scene.bob, scene.alice)
    caller.call(aliceCalls ? "102" : "101")
    #expect(scene.world.run { called.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    let (bobs, bob) = (
      try #require(scene.alice.lastCall), try #require(scene.bob.lastCall)
    )
    let seat = scene.alice.call("*63")
    #expect(scene.world.run { seat.state == .talking })
    scene.world.run(for: .seconds(1))
    return (scene, bobs, seat, bob, carol)
  }

  private func expectTwoSeats(in scene: Scene) {
    let seats = scene.world.relays.values.filter(\.isOpen).flatMap(\.seats.values)
    #expect(seats.count == 2 && Set(seats).count == 1)
  }

  @Test(arguments: [true, false], [true, false])
  func aPartyIsHandedOverToAConferenceAfterALookAtIt(aliceCalls: Bool, saysItThere: Bool) throws {
    let (scene, bobs, seat, bob, carol) = try consulted(aliceCalls: aliceCalls)
    let referring =
      saysItThere ? Referring(seat, replacing: bobs) : Referring(bobs, replacing: seat)
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    scene.world.run(for: .seconds(1))
    #expect(bobs.state == .ended && seat.state == .ended)
    #expect(bob.state == .talking && carol.state == .talking)
    expectTwoSeats(in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    expectTwoSeats(in: scene)
    bob.hangUp()
    carol.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered, .answered])
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func theLastOfAConferenceMayGiveItsSeatAway() throws {
    let (scene, bobs, seat, bob, carol) = try consulted()
    carol.hangUp()
    scene.world.run(for: .seconds(1))
    let referring = Referring(bobs, replacing: seat)
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    scene.world.run(for: .seconds(1))
    let back = scene.alice.call("*63")
    #expect(scene.world.run { back.state == .talking })
    scene.world.run(for: .seconds(1))
    expectTwoSeats(in: scene)
    back.hangUp()
    bob.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [true, false])
  func nobodyGivesAnothersSeatAwayNorSendsAnothersParty(saysItThere: Bool) throws {
    let (scene, bobs, seat, bob, carol) = try consulted()
    let referring =
      saysItThere ? Referring(carol, replacing: bobs) : Referring(bob, replacing: seat)
    #expect(scene.world.run { referring.told.last == "SIP/2.0 403 Forbidden" })
    scene.world.run(for: .seconds(1))
    for call in [bobs, seat, bob, carol] { #expect(call.state == .talking) }
    for call in [bobs, seat, carol] { call.hangUp() }
    scene.calmDown()
  }

  @Test func aSeatIsNotGivenToNobody() throws {
    let (scene, bobs, seat, _, carol) = try consulted()
    let unknown = Referring(seat, replacing: bobs) {
      $0.headers = [HeaderField("Replaces", "nobody;to-tag=1;from-tag=2")]
    }
    #expect(scene.world.run { unknown.told.last?.contains("481") == true })
    scene.world.run(for: .seconds(1))
    let early = Referring(seat, replacing: bobs) {
      $0.headers[0].value += ";early-only"
    }
    #expect(scene.world.run { early.told.last?.contains("486") == true })
    for call in [bobs, seat, carol] { call.hangUp() }
    scene.calmDown()
  }

  @Test func aPartyOnTheOtherSideIsDecodedAsItself() throws {
    let scene = try Scene()
    scene.bob.formats = ["8", "101"]
    let (caller, callee) = try scene.talking()
    _ = Referring(caller, to: "*63")
    scene.world.run { caller.state == .ended }
    scene.world.run(for: .seconds(1))
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    #expect(relay.decoded?.callee.codec == .aLaw && relay.decoded?.callee.hears == .partner)
    #expect(relay.decoded?.caller.hears == .nothing)
    callee.hangUp()
    scene.calmDown()
  }
}

/// A supervisor hears others' calls.
@Suite struct Supervision {
  private func supervised(_ code: String) throws -> (scene: Scene, supervisor: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { $0.extensions[2].maySupervise = true }
    _ = try scene.talking()
    scene.world.run(for: .seconds(1))
    let call = carol.call("\(code)102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    return (scene, call)
  }

  private func watched(in scene: Scene) throws -> World.RelayState {
    try #require(
      scene.world.relays.values.first { $0.plan.callerRemote == scene.alice.mediaEndpoint })
  }

  private func role(in scene: Scene) -> RoomSeat.Role? {
    scene.world.relays.values.first { $0.isOpen && $0.seats.count == 1 }?.seats[.caller]?.role
  }

  @Test func aSupervisorListensAndIsNotHeard() throws {
    let (scene, call) = try supervised("*51")
    #expect(role(in: scene) == .listener)
    let watched = try watched(in: scene)
    #expect(watched.seats.count == 2 && watched.seats.values.allSatisfy { $0.role == .talker })
    #expect(watched.decoded != nil)
    call.hangUp()
    scene.world.run(for: .seconds(1))
    // They talk by themselves again.
    #expect(try self.watched(in: scene).seats.isEmpty)
    #expect(try self.watched(in: scene).passage == .relayed)
    scene.alice.lastCall?.hangUp()
    scene.calmDown()
  }

  @Test func aSupervisorWhispersToWhomItCalled() throws {
    let (scene, _) = try supervised("*52")
    #expect(role(in: scene) == .whisperer(to: try watched(in: scene).plan.id, .callee))
  }

  @Test func aSupervisorJoins() throws {
    let (scene, _) = try supervised("*53")
    #expect(role(in: scene) == .talker)
  }

  @Test func whenThoseWhoTalkHangUpTheSupervisorHangsUpToo() throws {
    let (scene, call) = try supervised("*51")
    scene.alice.lastCall?.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    scene.calmDown()
  }

  @Test func nobodyListensWithoutTheRight() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    _ = try scene.talking()
    let call = carol.call("*51102")
    #expect(scene.world.run { call.finalStatus == 403 })
    #expect(scene.world.relays.count == 1)
  }

  @Test func whoDoesNotTalkCannotBeListenedTo() throws {
    let scene = try Scene()
    scene.world.change { $0.extensions[0].maySupervise = true }
    let idle = scene.alice.call("*51102")
    #expect(scene.world.run { idle.finalStatus == 480 })
    let nobody = scene.alice.call("*51199")
    #expect(scene.world.run { nobody.finalStatus == 404 })
    scene.calmDown()
  }

  @Test func nobodyListensToACallOfItsOwn() throws {
    let scene = try Scene()
    scene.world.change { $0.extensions[0].maySupervise = true }
    _ = try scene.talking()
    let call = scene.alice.call("*53102")
    #expect(scene.world.run { call.finalStatus == 480 })
  }

  @Test func theNextProcessGoesOnListening() throws {
    let (scene, call) = try supervised("*52")
    let before = role(in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(role(in: scene) == before)
    #expect(try watched(in: scene).seats.count == 2)
    scene.alice.lastCall?.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    scene.calmDown()
  }
}
