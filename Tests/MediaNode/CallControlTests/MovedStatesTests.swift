import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// What becomes of calls in each state when their site dies, and they go on at another address.
@Suite struct MovedStates {
  private func moved(_ scene: Scene) {
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(scene.world.exchange.calls.values.allSatisfy { $0.machine.moves.isEmpty })
  }

  /// The relay that the party hears and is heard by.
  private func relay(of call: PartyCall, in scene: Scene) throws -> World.RelayState {
    scene.world.expectBridged(call)
    let told = try #require(call.theirSession?.audioEndpoint)
    return try #require(
      scene.world.relays.values.first {
        $0.isOpen && [$0.plan.callerLocal, $0.plan.calleeLocal].contains(told)
      })
  }

  private func expectEnds(in scene: Scene, _ outcomes: Set<CallOutcome> = [.answered]) {
    scene.calmDown()
    #expect(Set(scene.world.facts.compactMap(\.event.outcome)) == outcomes)
  }

  @Test("A conference goes on in one room")
  func conference() throws {
    let scene = try Scene()
    let calls = [scene.alice.call("*61"), scene.bob.call("*61")]
    #expect(scene.world.run { calls.allSatisfy { $0.state == .talking } })
    scene.world.run(for: .seconds(1))
    moved(scene)
    let rooms = try calls.map { try relay(of: $0, in: scene).seats[.caller]?.room }
    #expect(rooms[0] != nil && rooms[0] == rooms[1])
    for call in calls { call.hangUp() }
    expectEnds(in: scene)
  }

  @Test("A page is heard on by whoever heard it, and whoever was called is called anew")
  func page() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions += [Fixture.entry("104", outside: nil)]
      tenant.extensions[2].paging = PagingGroup(
        members: ["102", "104"].map(Fixture.extensionID))
    }
    let dave = try scene.device("104", at: "127.0.5.6:5066")
    dave.habit = .ring
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking && dave.calls.count == 1 })
    scene.world.run(for: .seconds(1))
    moved(scene)
    dave.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    let seats = try [call, scene.bob.lastCall, dave.lastCall].map { party in
      let relay = try relay(of: try #require(party), in: scene)
      return try #require(relay.seats.first?.value)
    }
    #expect(Set(seats.map(\.room)).count == 1)
    #expect(seats.map(\.role) == [.talker, .listener, .listener])
    call.hangUp()
    expectEnds(in: scene)
  }

  @Test("A recording goes on with its next part")
  func recording() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    let call = try #require(scene.world.exchange.callIDs.first)
    scene.world.perform(scene.world.exchange.record(.begin(.both), of: call, at: scene.world.now))
    scene.world.run(for: .seconds(1))
    moved(scene)
    #expect(scene.world.recorded.map(\.number) == [1, 101])
    #expect(try relay(of: caller, in: scene).recording?.number == 101)
    caller.hangUp()
    expectEnds(in: scene)
  }

  @Test("Whoever is parked waits on under music, and is taken at the new address")
  func parked() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    _ = Referring(callee, to: "*701")
    #expect(scene.world.run { callee.state == .ended })
    scene.world.run(for: .seconds(1))
    moved(scene)
    #expect(try relay(of: caller, in: scene).decoded?.caller.hears == .music)
    carol.server = Fixture.otherPhones
    let taking = carol.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.world.expectBridged(caller, taking)
    taking.hangUp()
    #expect(scene.world.run { caller.state == .ended })
    expectEnds(in: scene)
  }

  @Test("Whoever waits in a queue keeps its place, and the agent that rings is rung anew")
  func queued() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions += ["104", "105"].map { Fixture.entry($0, outside: nil) }
      tenant.extensions[2].queue = CallQueue(
        strategy: .longestIdle, agents: [.init(Fixture.extensionID("102"))],
        ringsFor: .seconds(20), restsFor: .seconds(10), announcesEvery: nil)
    }
    scene.bob.habit = .ring
    let callers = try [4, 5].map { try scene.device("10\($0)", at: "127.0.5.1\($0):506\($0)") }
    let calls = callers.map { caller in
      let call = caller.call("103")
      #expect(scene.world.run { call.state == .talking })
      scene.world.run(for: .seconds(1))
      return call
    }
    moved(scene)
    scene.world.expectBridged(calls[0], calls[1])
    scene.bob.lastCall?.pickUp()
    scene.world.run(for: .seconds(2))
    let served = try #require(
      scene.world.exchange.calls.values.map(\.machine).first { $0.servingAgent != nil })
    #expect(served.caller.isOf(Fixture.extensionID("104")), "who came first is served first")
    scene.world.expectBridged(calls[0], try #require(scene.bob.lastCall))
    for call in calls { call.hangUp() }
    scene.calmDown()
  }

  @Test("Whoever is in a menu may go on choosing")
  func menu() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions[2].menu = VoiceMenu(
        choices: ["1": .extension(Fixture.extensionID("102"))], takesExtensions: false, repeats: 2,
        last: .hangUp)
    }
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(500))
    moved(scene)
    scene.world.pressKeyInMenu("1")
    #expect(scene.world.run(within: .seconds(5)) { scene.bob.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    scene.world.expectBridged(call, try #require(scene.bob.lastCall))
    call.hangUp()
    expectEnds(in: scene, [.answered, .forwarded])
  }

  @Test("Whoever leaves a message goes on speaking into its next part")
  func message() throws {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(1)
    scene.world.change { tenant in
      tenant.extensions[1].answering = [AnsweringRule(name: "", on: .always, .voicemail())]
      tenant.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60))
    }
    let call = scene.alice.call("102")
    #expect(scene.world.run { !scene.world.recorded.isEmpty })
    scene.world.run(for: .seconds(1))
    moved(scene)
    #expect(scene.world.recorded.map(\.number) == [1, 101])
    #expect(try relay(of: call, in: scene).recording?.number == 101)
    call.hangUp()
    expectEnds(in: scene)
    #expect(scene.world.ended.count == 1)
  }

  @Test("Whoever hears its messages goes on hearing them")
  func visit() throws {
    let scene = try Scene()
    scene.world.change { $0.extensions[0].mailbox = VoiceMailbox(longestMessage: .seconds(60)) }
    scene.world.mailboxes = .filled(2)
    let call = scene.alice.call("*97")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .milliseconds(500))
    moved(scene)
    let before = try relay(of: call, in: scene)
    #expect(before.playing[.caller] != nil || !before.played.isEmpty)
    scene.world.press(try #require(Digit("1")), on: .caller, of: before.plan.id)
    scene.world.run(for: .milliseconds(500))
    #expect(try relay(of: call, in: scene).played.count > before.played.count)
    call.hangUp()
    expectEnds(in: scene)
  }

  @Test("Whoever is handed on comes to the one that rang for it, which is called anew")
  func transfer() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .ring
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    _ = Referring(callee, to: "103")
    #expect(scene.world.run { carol.lastCall?.state == .ringing })
    scene.world.run(for: .seconds(1))
    moved(scene)
    #expect(carol.calls.count == 2)
    carol.lastCall?.pickUp()
    #expect(scene.world.run(within: .seconds(10)) { callee.state == .ended })
    scene.world.run(for: .seconds(2))
    scene.world.expectBridged(caller, try #require(carol.lastCall))
    caller.hangUp()
    expectEnds(in: scene)
  }

  @Test("A carrier that plays tones is asked anew, and its answer is heard")
  func earlyMedia() throws {
    let scene = try Scene()
    scene.carrier.habit = .play(thenAnswerAfter: .seconds(6))
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.heard.contains(183) })
    scene.world.run(for: .milliseconds(500))
    scene.world.loseSite()
    #expect(scene.world.run(within: .seconds(15)) { call.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.world.expectBridged(call, try #require(scene.carrier.lastCall))
    call.hangUp()
    expectEnds(in: scene)
  }

  private func click(_ number: String, in scene: Scene) {
    let order = ClickOrder(
      .make, call: CallID(UUIDv7(high: 77, low: 1)), tenant: Fixture.tenant,
      extension: Fixture.extensionID("101"), number: number)
    let (answer, actions) = scene.world.exchange.obey(order, at: scene.world.now)
    scene.world.perform(actions)
    #expect(answer.refusal == nil)
  }

  @Test("A user whose telephone rings for a call that it had made is rung anew, and has its call")
  func clickRinging() throws {
    let scene = try Scene()
    scene.alice.habit = .ring
    click("102", in: scene)
    #expect(scene.world.run { scene.alice.calls.count == 1 })
    scene.world.run(for: .seconds(1))
    moved(scene)
    scene.alice.lastCall?.pickUp()
    scene.world.run(for: .seconds(2))
    scene.world.expectBridged(
      try #require(scene.alice.lastCall), try #require(scene.bob.lastCall))
    scene.bob.lastCall?.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered, .answered])
  }

  @Test("A user who waits for whom it called hears ringing on, and the other is rung anew")
  func clickWaiting() throws {
    let scene = try Scene()
    for party in [scene.alice, scene.bob] { party.habit = .ring }
    click("102", in: scene)
    #expect(scene.world.run { scene.alice.calls.count == 1 })
    scene.alice.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.calls.count == 1 })
    scene.world.run(for: .seconds(1))
    moved(scene)
    let user = try #require(scene.alice.lastCall)
    let playing = try relay(of: user, in: scene).playing.values.map(\.announcement.prompts)
    #expect(playing == [[.ringing]])
    scene.bob.lastCall?.pickUp()
    scene.world.run(for: .seconds(2))
    scene.world.expectBridged(user, try #require(scene.bob.lastCall))
    user.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered, .answered])
  }

  @Test("An announcement before a refusal is cut short, and the refusal is heard")
  func announcement() throws {
    let scene = try Scene()
    let call = scene.alice.call("199")
    #expect(scene.world.run { call.heard.contains(183) })
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(call.finalStatus == 404)
    expectEnds(in: scene, [.unknownNumber])
  }

  @Test("Protected media goes on under keys of the new address")
  func keys() throws {
    let scene = try Scene()
    let carol = try scene.device(
      "103", at: "127.0.5.5:5065", over: .tls,
      with: PartyMedia(suites: [.aesCounter128HMAC80], seed: 5))
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    let former = try #require(call.theirSession?.crypto.first)
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    carol.server = IPEndpoint(Fixture.otherPhones.address, port: 5061)
    try scene.register(carol)
    scene.world.run(for: .seconds(2))
    let told = try #require(call.theirSession?.crypto.first)
    #expect(told.key != former.key && told.tag == former.tag)
    let relay = try relay(of: call, in: scene)
    guard case .keys(let keys) = relay.plan.callerTransport.protection else {
      Issue.record("\(relay.plan.callerTransport)")
      return
    }
    #expect(keys.outbound == told.key)
    #expect(keys.inbound == carol.media?.key(.aesCounter128HMAC80))
    #expect(relay.plan.calleeTransport == .plain)
    call.hangUp()
    expectEnds(in: scene)
  }

  @Test("A handshake is made anew, under the certificate of the node that carries on")
  func handshake() throws {
    let scene = try Scene()
    let carol = try scene.device(
      "103", at: "127.0.5.5:5065", with: .handshake(as: .active))
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    let former = try #require(call.theirSession?.fingerprint)
    moved(scene)
    let told = try #require(call.theirSession?.fingerprint)
    #expect(told != former && told == scene.world.exchange.configuration.mediaFingerprint)
    guard
      case .handshake(let handshake) = try relay(of: call, in: scene).plan.callerTransport
        .protection
    else {
      Issue.record("no handshake")
      return
    }
    #expect(handshake.keys == nil)
    call.hangUp()
    expectEnds(in: scene)
  }

  @Test("Calls for help are told first")
  func emergency() throws {
    let scene = try Scene()
    scene.world.change { $0.dialling.emergencyNumbers = ["999"] }
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (other, _) = try scene.talking()
    let help = carol.call("999")
    #expect(scene.world.run { help.state == .talking })
    scene.world.run(for: .seconds(1))
    let said = scene.world.sent.count
    // A call to a carrier needs both addresses.
    scene.world.loseSite(in: [Fixture.trunksAddress, Fixture.phonesAddress])
    scene.world.run(for: .seconds(3))
    let told = scene.world.sent.dropFirst(said).filter { $0.message.isRequest(.invite) }
    #expect(Set(told.prefix(2).map(\.flow.remote)) == [carol.endpoint, scene.carrier.endpoint])
    for call in [other, help] { call.hangUp() }
    expectEnds(in: scene)
  }

  @Test("Who watches is told from the new address")
  func watching() throws {
    let scene = try Scene()
    let watch = Watch(scene.bob, "101", expires: "600")
    scene.world.run(for: .seconds(1))
    let told = watch.notifies.count
    let first = try #require(watch.notifies.last)
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    let notify = try #require(watch.notifies.dropFirst(told).first)
    #expect(notify.headers.contacts.addresses.first?.uri.endpoint == Fixture.otherPhones)
    #expect(notify.headers.cseq.number > first.headers.cseq.number + 99)
    scene.alice.server = Fixture.otherPhones
    let call = scene.alice.call("103")
    scene.world.run(for: .seconds(1))
    #expect(watch.states.last?.isEmpty == false)
    call.hangUp()
    scene.world.run(for: .seconds(700))
    #expect(scene.world.exchange.census.subscriptions == 0)
  }
}
