import NodeContract
import SIP
import Testing

@testable import CallControl

/// What becomes of conferences, supervision and recordings when their machine dies.
@Suite struct InheritedStates {
  private func seat(of party: Party, in scene: Scene) -> RoomSeat? {
    scene.world.relays.values.first {
      $0.isOpen && $0.plan.callerRemote == party.mediaEndpoint
    }?.seats[.caller]
  }

  private func room(of party: Party, in scene: Scene) throws -> RoomID {
    try #require(seat(of: party, in: scene)?.room)
  }

  private func expectEnds(in scene: Scene, _ outcomes: [CallOutcome]) {
    let ends = scene.world.facts.compactMap(\.event.outcome)
    #expect(ends == outcomes)
  }

  // MARK: - Conferences

  @Test("A conference goes on at the heir, and who dials its number comes to it")
  func conference() throws {
    let scene = try Scene()
    let calls = [scene.alice.call("*61"), scene.bob.call("*61")]
    #expect(scene.world.run { calls.allSatisfy { $0.state == .talking } })
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    let rooms = try [scene.alice, scene.bob].map { try room(of: $0, in: scene) }
    #expect(rooms[0] == rooms[1])
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let third = carol.call("*61")
    #expect(scene.world.run { third.state == .talking })
    scene.world.run(for: .milliseconds(100))
    #expect(try room(of: carol, in: scene) == rooms[0])
    for call in calls + [third] { call.hangUp() }
    scene.calmDown()
    expectEnds(in: scene, [.answered, .answered, .answered])
  }

  /// Both machines gave their rooms the same number.
  @Test("Nobody of an inherited conference sits with others of the heir")
  func noMixing() throws {
    let (dead, heir) = (try Scene(), try Scene(seed: 2))
    // So that the ports are not the same.
    _ = try dead.talking()
    let carol = try dead.device("103", at: "127.0.5.5:5065")
    heir.world.exchange.serial = dead.world.exchange.serial
    let own = heir.alice.call("*62")
    let call = carol.call("*61")
    #expect(dead.world.run { call.state == .talking } && heir.world.run { own.state == .talking })
    heir.world.run(for: .milliseconds(100))
    dead.world.run(for: .milliseconds(100))
    let room = try room(of: heir.alice, in: heir)
    try #require(try self.room(of: carol, in: dead) == room)

    inherit(dead, by: heir)

    let inherited = try self.room(of: carol, in: heir)
    #expect(inherited != room)
    #expect(heir.world.exchange.rooms.calls(in: room).count == 1)
    #expect(heir.world.exchange.rooms.calls(in: inherited).count == 1)
  }

  private func inherit(_ dead: Scene, by heir: Scene) {
    heir.world.perform(
      heir.world.exchange.inherit(
        Fixture.phonesAddress, epoch: Epoch(generation: 1, revision: 99), calls: dead.world.left,
        bindings: [], subscriptions: [], at: heir.world.now))
  }

  @Test("Whoever loses an address keeps no room of it")
  func losing() throws {
    let scene = try Scene()
    let call = scene.alice.call("*61")
    #expect(scene.world.run { call.state == .talking })
    scene.world.perform(scene.world.exchange.freeze(Fixture.phonesAddress, at: scene.world.now))
    #expect(scene.world.exchange.rooms.isEmpty)
  }

  // MARK: - Supervision

  private func supervised(
    _ code: String, carrierCalled: Bool = false
  ) throws -> (scene: Scene, supervisor: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { $0.extensions[2].maySupervise = true }
    if carrierCalled {
      let call = scene.alice.call("07700900123")
      #expect(scene.world.run { call.state == .talking })
    } else {
      _ = try scene.talking()
    }
    scene.world.run(for: .seconds(1))
    let call = carol.call("\(code)101")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(100))
    return (scene, call)
  }

  private func supervisor(in scene: Scene) -> RoomSeat? {
    scene.world.relays.values.first { $0.isOpen && $0.seats.count == 1 }?.seats[.caller]
  }

  private func watched(in scene: Scene) throws -> World.RelayState {
    try #require(
      scene.world.relays.values.first {
        $0.isOpen && $0.plan.callerRemote == scene.alice.mediaEndpoint
      })
  }

  @Test(
    "A supervisor goes on hearing the two, and is heard by the same one",
    arguments: [false, true])
  func whispering(carrierCalled: Bool) throws {
    let (scene, call) = try supervised("*52", carrierCalled: carrierCalled)
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(2))
    let watched = try watched(in: scene)
    let seat = try #require(supervisor(in: scene))
    #expect(seat.role == .whisperer(to: watched.plan.id, .caller))
    #expect(Set(watched.seats.values.map(\.room)) == [seat.room])
    #expect(watched.seats.count == 2)
    scene.alice.lastCall?.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    scene.calmDown()
    #expect(Set(scene.world.facts.compactMap(\.event.outcome)) == [.answered])
  }

  @Test("A supervisor hangs up when the call that it heard does not come")
  func alone() throws {
    let (scene, call) = try supervised("*51", carrierCalled: true)
    scene.world.die(withMachine: true, without: Fixture.trunksAddress)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.census.calls == 0)
    scene.world.giveUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    #expect(scene.alice.lastCall?.state == .ended)
    scene.calmDown()
    expectEnds(in: scene, [.nodeLost, .nodeLost, .nodeLost])
  }

  // MARK: - Recordings

  @Test(
    "A recording goes on with its next part, and a pause stays a pause", arguments: [false, true])
  func recording(isPaused: Bool) throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    let call = try #require(scene.world.exchange.callIDs.first)
    for order in [RecordingOrder.begin(.both)] + (isPaused ? [.pause] : []) {
      scene.world.perform(scene.world.exchange.record(order, of: call, at: scene.world.now))
    }
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.recorded.map(\.number) == (isPaused ? [1] : [1, 101]))
    let resume = scene.world.exchange.record(.resume, of: call, at: scene.world.now)
    scene.world.perform(resume)
    #expect(scene.world.recorded.map(\.number) == [1, 101])
    caller.hangUp()
    scene.calmDown()
  }

  /// The dead one may live, cut off, and record what it is told.
  @Test("What the heir begins to record is told apart from what the one before may have begun")
  func unheardBeginning() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions[1].answering = [AnsweringRule(name: "", on: .always, .voicemail())]
      tenant.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60))
    }
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.world.recorded.isEmpty)
    scene.world.die(withMachine: true)
    #expect(scene.world.run { !scene.world.recorded.isEmpty })
    #expect(scene.world.recorded.map(\.number) == [101])
    call.hangUp()
    scene.calmDown()
  }

  /// Its relay may pass on what still comes, which whoever carries on records.
  @Test("Who loses an address records no more of its calls")
  func losingRecorded() throws {
    let scene = try Scene()
    _ = try scene.talking()
    let call = try #require(scene.world.exchange.callIDs.first)
    scene.world.perform(scene.world.exchange.record(.begin(.both), of: call, at: scene.world.now))
    let relay = try #require(scene.world.relays.first { $0.value.recording != nil }?.key)
    scene.world.perform(scene.world.exchange.freeze(Fixture.phonesAddress, at: scene.world.now))
    #expect(scene.world.relays[relay]?.recording == nil)
  }

  // MARK: - What cannot be carried on

  @Test("A call whose legs went to two heirs ends in the books, and its phone is told")
  func twoHeirs() throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    // Its ACK has arrived: until then our 2xx would be repeated first.
    scene.world.run(for: .seconds(1))
    scene.world.die(withMachine: true, without: Fixture.trunksAddress)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.census.calls == 0)
    let said = scene.world.sent.count
    scene.world.giveUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    // To its party at the other address nothing is said: that is the other heir's.
    let methods = scene.world.sent.dropFirst(said).map { message, flow in
      #expect(flow.remote == scene.alice.endpoint)
      return message.method
    }
    #expect(methods.first == .bye)
    scene.calmDown()
    expectEnds(in: scene, [.nodeLost, .nodeLost])
  }

  @Test("Whoever rings for a call that cannot be carried on stops, and its caller is told")
  func ringing() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    // Their ports are taken, for example.
    scene.world.inheritsCalls = false
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.census.calls == 0)
    scene.world.giveUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    #expect(scene.bob.lastCall?.state == .ended)
    scene.calmDown()
    expectEnds(in: scene, [.nodeLost, .nodeLost])
  }

  @Test("A call that another replica tells of again after its end stays ended")
  func notTwice() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    let left = scene.world.left
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    caller.hangUp()
    scene.world.run(for: .seconds(40))
    #expect(scene.world.exchange.callIDs.isEmpty)
    scene.world.perform(
      scene.world.exchange.inherit(
        Fixture.trunksAddress, epoch: Epoch(generation: 1, revision: 99), calls: left,
        bindings: [], subscriptions: [], at: scene.world.now))
    scene.world.perform(scene.world.exchange.giveUp(left, at: scene.world.now))
    #expect(scene.world.exchange.callIDs.isEmpty)
    scene.calmDown()
    expectEnds(in: scene, [.answered, .answered])
  }
}

extension SIPMessage {
  fileprivate var method: SIPMethod? {
    guard case .request(let request) = self else { return nil }
    return request.method
  }
}
