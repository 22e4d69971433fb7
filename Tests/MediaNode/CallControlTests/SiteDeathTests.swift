import NodeContract
import SIP
import Testing

@testable import CallControl

/// A site dies, and its calls go on at addresses of a node in another.
@Suite struct SiteDeathTests {
  private func reinvites(to party: Party) -> [SIPRequest] {
    party.requests.filter { $0.method == .invite && $0.headers.to.tag != nil }
  }

  @Test(
    "Two who talk are told where their call goes on, and either may hang up",
    arguments: [true, false])
  func talking(callerHangsUp: Bool) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    let former = try [caller, callee].map { try #require($0.theirSession) }
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    for (call, former) in zip([caller, callee], former) {
      let told = try #require(call.theirSession)
      #expect(told.audioEndpoint?.address == Fixture.otherPhones.address)
      #expect(told.origin.sessionID == former.origin.sessionID)
      #expect(told.origin.version == former.origin.version + 1)
      let invite = try #require(reinvites(to: call.party).first)
      #expect(reinvites(to: call.party).count == 1)
      #expect(invite.headers.contacts.addresses.first?.uri.endpoint == Fixture.otherPhones)
      #expect(invite.headers.cseq.number > 100)
      #expect(call.state == .talking)
    }
    scene.world.expectBridged(caller, callee)
    #expect(scene.world.exchange.calls.values.allSatisfy { $0.machine.moves.isEmpty })
    #expect(scene.world.facts.count { $0.event == .adopted } == 2)
    (callerHangsUp ? caller : callee).hangUp()
    #expect(
      scene.world.run(within: .seconds(2)) { caller.state == .ended && callee.state == .ended })
    scene.calmDown()
  }

  @Test("Who holds goes on holding, and may resume")
  func held() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.offer(direction: "sendonly")
    #expect(scene.world.run { caller.renegotiations == [200] })
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(caller.theirSession?.directions == ["recvonly"])
    #expect(callee.theirSession?.directions == ["sendonly"])
    scene.world.expectBridged(caller, callee)
    caller.offer(direction: "sendrecv")
    #expect(scene.world.run { caller.renegotiations == [200, 200] })
    #expect(callee.theirSession?.directions == ["sendrecv"])
    callee.hangUp()
    scene.calmDown()
  }

  @Test(
    "A call to a carrier has legs at two addresses, and goes on when both are here",
    arguments: [
      [Fixture.phonesAddress, Fixture.trunksAddress],
      [Fixture.trunksAddress, Fixture.phonesAddress],
    ])
  func carrier(order: [AddressName]) throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.world.loseSite(in: order)
    scene.world.run(for: .seconds(3))
    let other = try #require(scene.carrier.lastCall)
    scene.world.expectBridged(call, other)
    #expect(other.theirSession?.audioEndpoint?.address == Fixture.otherTrunks.address)
    other.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.calmDown()
    #expect(Set(scene.world.facts.compactMap(\.event.outcome)) == [.answered])
  }

  // MARK: - Whoever has to come by itself

  /// Alice talks to Carol, who is known by a connection, or sits behind a NAT.
  private func away(byConnection: Bool) throws -> (Scene, Party, PartyCall) {
    let scene = try Scene()
    let carol = Party("103", at: "127.0.5.5:5065")
    carol.transport = byConnection ? .tcp : .udp
    carol.privateEndpoint = byConnection ? nil : Fixture.endpoint("10.0.0.7:5060")
    scene.world.add(carol)
    try scene.register(carol)
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    return (scene, carol, call)
  }

  private func heard(by side: RelaySide, in scene: Scene) -> PartySound.Source? {
    guard let relay = scene.world.relays.values.first(where: \.isOpen), let passage = relay.decoded
    else { return nil }
    return side == .caller ? passage.caller.hears : passage.callee.hears
  }

  private func comeBack(_ party: Party, in scene: Scene) throws {
    party.server = Fixture.otherPhones
    try scene.register(party)
  }

  @Test(
    "The other party hears music until the phone registers again, and then its voice",
    arguments: [true, false])
  func returning(byConnection: Bool) throws {
    let (scene, carol, call) = try away(byConnection: byConnection)
    let callee = try #require(carol.lastCall)
    scene.world.expectBridged(call)
    #expect(reinvites(to: carol).isEmpty)
    #expect(heard(by: .caller, in: scene) == .music)
    scene.world.run(for: .seconds(20))
    try comeBack(carol, in: scene)
    scene.world.run(for: .seconds(2))
    let invite = try #require(reinvites(to: carol).first)
    let contact = try #require(invite.headers.contacts.addresses.first?.uri)
    #expect(contact.endpoint == Fixture.otherPhones)
    #expect(contact.parameters["transport"] == (byConnection ? "tcp" : nil))
    scene.world.expectBridged(call, callee)
    #expect(heard(by: .caller, in: scene) == nil)
    callee.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { call.state == .ended })
    scene.calmDown()
    #expect(Set(scene.world.facts.compactMap(\.event.outcome)) == [.answered])
  }

  @Test("A phone that does not come back loses its leg alone, and the other party hears a BYE")
  func neverBack() throws {
    let (scene, _, call) = try away(byConnection: true)
    scene.world.run(for: .seconds(30))
    #expect(call.state == .talking)
    #expect(scene.world.run(within: .seconds(4)) { call.state == .ended })
    scene.calmDown()
    #expect(scene.world.end(of: "103")?.evidence == .nodeLost)
    #expect(scene.world.outcomes(of: "103") == [.nodeLost])
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.end(of: "101")?.evidence == .signalled)
  }

  /// One at the same place has another Contact now, so nobody can tell it from the first: it is asked, and
  /// knows the call not.
  @Test(
    "The extension's other phone, which comes first, does not cost the call",
    arguments: [("127.0.5.6:5066", false), ("127.0.5.5:5066", true)])
  func otherPhoneFirst(place: String, isAsked: Bool) throws {
    let (scene, carol, call) = try away(byConnection: true)
    let other = Party("103", at: place)
    other.transport = .tcp
    scene.world.add(other)
    try comeBack(other, in: scene)
    scene.world.run(for: .seconds(2))
    #expect(other.requests.contains { $0.method == .invite } == isAsked)
    #expect(call.state == .talking)
    try comeBack(carol, in: scene)
    scene.world.run(for: .seconds(2))
    scene.world.expectBridged(call, try #require(carol.lastCall))
    call.hangUp()
    scene.calmDown()
  }

  @Test("Phones to which nothing leads are taken for offline after a minute, unless they come")
  func unreachable() throws {
    let (scene, carol, call) = try away(byConnection: true)
    call.hangUp()
    func ends() -> Int {
      scene.world.bindingChanges.count {
        $0.extension == Fixture.extensionID("103") && $0.expiresIn == .zero
      }
    }
    let before = ends()
    scene.world.run(for: .seconds(50))
    #expect(ends() == before)
    scene.world.run(for: .seconds(15))
    #expect(ends() == before + 1)
    try comeBack(carol, in: scene)
    scene.alice.server = Fixture.otherPhones
    let again = scene.alice.call("103")
    #expect(scene.world.run { again.state == .talking })
    again.hangUp()
    scene.calmDown()
  }

  @Test("A phone that is expected rings as soon as it comes", arguments: [true, false])
  func expected(comes: Bool) throws {
    let (scene, carol, call) = try away(byConnection: true)
    call.hangUp()
    scene.world.run(for: .seconds(1))
    scene.alice.server = Fixture.otherPhones
    let again = scene.alice.call("103")
    scene.world.run(for: .seconds(4))
    #expect(again.heard == [100, 180])
    #expect(carol.calls.count == 1)
    if comes { try comeBack(carol, in: scene) }
    scene.world.run(for: .seconds(9))
    #expect(again.finalStatus == (comes ? 200 : 480))
    #expect(carol.calls.count == (comes ? 2 : 1))
    if comes { scene.world.expectBridged(again, try #require(carol.lastCall)) }
    again.hangUp()
    scene.calmDown()
  }

  @Test("A phone with a second flow to the other site is told over that at once")
  func secondFlow() throws {
    let scene = try Scene()
    let carol = Party("103", at: "127.0.5.5:5065")
    carol.transport = .tcp
    scene.world.add(carol)
    func contact(_ flow: Int) -> ContactList {
      .addresses([
        NameAddress(
          uri: carol.contact.uri,
          parameters: [
            SIPParameter("+sip.instance", "<urn:uuid:7>"), SIPParameter("reg-id", "\(flow)"),
          ])
      ])
    }
    func register(_ flow: Int) throws {
      var status: Int?
      carol.register(
        contacts: contact(flow), change: { $0.headers["Supported"] = "outbound" },
        then: { status = $0?.status ?? 408 })
      scene.world.run(within: .seconds(40)) { status != nil }
      try #require(status == 200)
    }
    try register(1)
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    scene.world.loseSite(in: [])
    scene.world.run(for: .seconds(1))
    carol.server = Fixture.otherPhones
    try register(2)
    scene.world.inherit(Fixture.phonesAddress)
    scene.world.run(for: .seconds(1))
    scene.world.expectBridged(call, try #require(carol.lastCall))
    call.hangUp()
    scene.calmDown()
  }

  @Test("A carrier that had connected to us is lost, and who talked with it hears a BYE")
  func fixed() throws {
    let scene = try Scene()
    let secure = IPEndpoint(Fixture.trunks.address, port: 5061)
    let carrier = Party("carrier", at: "127.0.9.77:40123", server: secure)
    carrier.transport = .tls
    scene.world.add(carrier)
    scene.world.change { $0.trunks[0].certificateName = "carrier.example" }
    scene.world.exchange.proved(
      Flow(transport: .tls, local: secure, remote: carrier.endpoint), by: ["carrier.example"])
    let call = carrier.call("+442079460102") { $0.uri.host = "127.0.1.10" }
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    #expect(scene.world.run(within: .seconds(3)) { scene.bob.lastCall?.state == .ended })
    scene.calmDown()
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.nodeLost])
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  // MARK: - Answers

  @Test("Whoever refuses to follow keeps its call", arguments: [488, 500, 491, 603])
  func refused(status: Int) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    callee.refusesOffers = status
    scene.world.loseSite()
    scene.world.run(for: .seconds(60))
    #expect(caller.state == .talking && callee.state == .talking)
    #expect((reinvites(to: scene.bob).count > 1) == [491, 500].contains(status))
    #expect(scene.world.exchange.calls.values.allSatisfy { $0.machine.moves.isEmpty })
    let tries = reinvites(to: scene.bob).count
    scene.world.run(for: .seconds(40))
    #expect(reinvites(to: scene.bob).count == tries, "it is asked no more")
    caller.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { callee.state == .ended })
    scene.calmDown()
  }

  @Test("Whoever is busy with an offer of its own is told later")
  func glare() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    callee.refusesOffers = 491
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    callee.refusesOffers = nil
    scene.world.run(for: .seconds(6))
    scene.world.expectBridged(caller, callee)
    caller.hangUp()
    scene.calmDown()
  }

  @Test("Whoever knows the call no more, or says nothing, is gone", arguments: [true, false])
  func gone(bySilence: Bool) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    if bySilence { scene.bob.isUnplugged = true } else { callee.refusesOffers = 481 }
    scene.world.loseSite()
    #expect(scene.world.run(within: .seconds(33)) { caller.state == .ended })
    scene.bob.isUnplugged = false
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.nodeLost])
    #expect(scene.world.outcomes(of: "101") == [.answered])
  }

  @Test("An offer that was on its way is forgotten, and what was before is told")
  func offerUnderWay() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    callee.thinks = .seconds(1)
    caller.offer(direction: "sendonly")
    scene.world.run(for: .milliseconds(300))
    scene.world.loseSite()
    scene.world.run(for: .seconds(12))
    scene.world.expectBridged(caller, callee)
    #expect(caller.renegotiations == [491])
    #expect(callee.theirSession?.directions == ["sendrecv"])
    caller.hangUp()
    scene.calmDown()
  }

  // MARK: - Before the answer

  @Test("A phone that rings is called again from the new address, and may be picked up")
  func ringing() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    let before = try #require(scene.bob.lastCall)
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(before.state == .ended, "it was called off")
    #expect(scene.bob.calls.count == 2)
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.world.expectBridged(call, try #require(scene.bob.lastCall))
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.state == .ended })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test("Who is asked whether it takes a call is let go, and the call goes on to the next")
  func asked() throws {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions[1].followMe = FollowMe(steps: [
        FollowMe.Step([.outside("07700900123")], ringsFor: .seconds(20)),
        FollowMe.Step([.own], ringsFor: .seconds(20)),
      ])
      tenant.extensions[1].answering = [AnsweringRule(name: "", on: .always, .followMe)]
    }
    scene.carrier.habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run { scene.carrier.calls.count == 1 })
    scene.carrier.lastCall?.pickUp()
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.nodeLost])
  }

  @Test("Nothing rings for longer than 35 seconds for a caller who may be gone")
  func ghost() throws {
    let scene = try Scene()
    scene.world.change { $0.ringTimeout = .seconds(120) }
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    scene.alice.isUnplugged = true
    scene.world.run(for: .seconds(35))
    #expect(scene.bob.calls.allSatisfy { $0.state == .ended })
    scene.alice.isUnplugged = false
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.noAnswer])
  }

  @Test("Whoever calls by a connection that is gone rings nobody any more")
  func callerByConnection() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065", over: .tcp)
    scene.bob.habit = .ring
    let call = carol.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    #expect(scene.bob.calls.allSatisfy { $0.state == .ended })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "103") == [.nodeLost])
    #expect(scene.world.outcomes(of: "102") == [.nodeLost])
  }

  // MARK: - Afterwards

  @Test("Who registered by UDP is called at once, and calls go to the carrier from the new address")
  func newCalls() throws {
    let scene = try Scene()
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    scene.alice.server = Fixture.otherPhones
    let inside = scene.alice.call("102")
    #expect(scene.world.run { inside.state == .talking })
    inside.hangUp()
    let outside = scene.alice.call("07700900123")
    #expect(scene.world.run { outside.state == .talking })
    #expect(
      scene.carrier.requests.last { $0.method == .invite }?.headers.contacts.addresses.first?.uri
        .endpoint == Fixture.otherTrunks)
    outside.hangUp()
    scene.calmDown()
  }

  @Test("Calls that were moved outlive their process, and its follower's too")
  func nextProcess() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    // So that the move is still under way.
    callee.refusesOffers = 491
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    scene.world.die()
    scene.world.run(for: .seconds(2))
    callee.refusesOffers = nil
    scene.world.run(for: .seconds(8))
    scene.world.expectBridged(caller, callee)
    scene.world.die()
    scene.world.run(for: .seconds(2))
    #expect(scene.world.exchange.hostedAddresses == Fixture.hosts)
    caller.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { callee.state == .ended })
    scene.calmDown()
  }

  @Test("A call that goes home at last stays where it is until it ends")
  func home() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    for address in Fixture.hosts.keys.sorted() {
      scene.world.perform(scene.world.exchange.endHosting(of: address, at: scene.world.now))
    }
    #expect(scene.world.exchange.hostedAddresses.isEmpty)
    #expect(
      scene.world.exchange.directory[Fixture.tenant]?.snapshot.homeAddress == Fixture.phonesAddress)
    scene.world.run(for: .seconds(3))
    callee.hangUp()
    #expect(scene.world.run(within: .seconds(2)) { caller.state == .ended })
    scene.calmDown()
  }

  @Test("A call that cannot go on ends in the books, and its phones are told from the new address")
  func givenUp() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    scene.world.inheritsCalls = false
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    scene.world.giveUp()
    #expect(
      scene.world.run(within: .seconds(2)) { caller.state == .ended && callee.state == .ended })
    scene.calmDown()
    #expect(scene.world.facts.compactMap(\.event.outcome) == [.nodeLost, .nodeLost])
  }
}
