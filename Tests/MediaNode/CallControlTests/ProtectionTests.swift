import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

@Suite("Who is kept out")
struct ProtectionTests {
  /// A phone of 102 at this address that was given a wrong password.
  private func intruder(_ world: World, at endpoint: String = "127.0.66.6:5066") -> Party {
    let intruder = Party("102", at: endpoint)
    intruder.password = "guess"
    world.add(intruder)
    return intruder
  }

  /// Nil: no answer within 40 s.
  private func register(_ phone: Party, in world: World) -> Int? {
    var status: Int??
    phone.register { status = .some($0?.status) }
    world.run(within: .seconds(40)) { status != nil }
    return status ?? nil
  }

  private func options(
    _ party: Party, _ host: String = Fixture.domain, agent: String? = nil, in world: World
  ) -> Int? {
    var request = party.request(.options, to: SIPURI(host: host))
    request.headers["User-Agent"] = agent
    var status: Int??
    party.send(request) { status = .some($0?.status) }
    world.run(within: .seconds(40)) { status != nil }
    return status ?? nil
  }

  @Test("Who guesses passwords is not heard any more, and heard again after the ban")
  func guessersAreBanned() throws {
    let scene = try Scene()
    let intruder = intruder(scene.world)
    let tries = (0..<12).map { _ in register(intruder, in: scene.world) }
    #expect(tries == Array(repeating: 403, count: 11) + [nil])
    #expect(scene.world.notes.count { $0.message.contains("banned") } == 1)
    #expect(scene.world.exchange.census.droppedRequests > 0)
    #expect(register(scene.alice, in: scene.world) == 200, "others notice nothing")
    intruder.password = Fixture.password(of: "102")
    #expect(register(intruder, in: scene.world) == nil, "a guess may have hit")
    scene.world.run(for: .seconds(600))
    #expect(register(intruder, in: scene.world) == 200)
  }

  @Test("A few mistakes a day are no attack")
  func mistakesAreForgiven() throws {
    let scene = try Scene()
    let phone = intruder(scene.world)
    for _ in 0..<30 {
      #expect(register(phone, in: scene.world) == 403)
      scene.world.run(for: .seconds(60))
    }
  }

  @Test("Phones behind the address of a banned one go on")
  func neighboursGoOn() throws {
    let scene = try Scene()
    let world = scene.world
    let good = Party("103", at: "127.0.66.6:5060")
    world.add(good)
    #expect(register(good, in: world) == 200)
    let bad = intruder(world)
    var tries = 0
    while register(bad, in: world) == 403, tries < 200 { tries += 1 }
    #expect(tries > 20, "an office with one wrong phone has more patience")
    #expect(tries < 200)
    #expect(register(good, in: world) == 200)
    let call = good.call("101")
    #expect(world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test("Nobody can have others banned by sending in their name")
  func forgedSourcesBanNobody() throws {
    let scene = try Scene()
    let victim = Party("103", at: "127.0.66.6:5060")
    scene.world.add(victim)
    for _ in 0..<100 {
      var forged = victim.request(.register, to: SIPURI(host: Fixture.domain))
      forged.headers["Authorization"] =
        #"Digest username="103", realm="demo.tandem.test", nonce="00", uri="sip:x", response="0""#
      victim.send(forged) { _ in }
    }
    scene.world.run(for: .seconds(40))
    #expect(register(victim, in: scene.world) == 200)
  }

  @Test(
    "Scanners hear nothing", arguments: ["friendly-scanner", "SIPVicious 0.3", "sipcli/v1.8"])
  func scannersHearNothing(agent: String) throws {
    let scene = try Scene()
    let stranger = intruder(scene.world)
    #expect(options(stranger, agent: agent, in: scene.world) == nil)
    #expect(options(stranger, agent: "A phone", in: scene.world) == 200)
    #expect(scene.world.exchange.census.openTransactions == 0 || !stranger.finals.isEmpty)
  }

  @Test("Who asks for domains that are none of ours is answered a few times, then not at all")
  func strangeDomains() throws {
    let scene = try Scene()
    let stranger = intruder(scene.world)
    func ask(_ host: String, from party: Party) -> Int? {
      var status: Int?
      party.send(party.request(.invite, to: SIPURI(user: "1", host: host))) {
        status = $0?.status ?? status
      }
      scene.world.run(within: .seconds(1)) { status != nil }
      return status
    }
    let answers = (0..<40).map { _ in ask("elsewhere.example", from: stranger) }
    #expect(answers.prefix(20).allSatisfy { $0 == 404 })
    #expect(answers.last == .some(nil))
    #expect(ask(Fixture.domain, from: stranger) == 401, "our own domain is another matter")
    #expect((0..<40).allSatisfy { _ in ask("elsewhere.example", from: scene.alice) == 404 })
    scene.world.run(for: .seconds(60))
    #expect(ask("elsewhere.example", from: stranger) == 404)
  }

  @Test("A stranger who sends too much is told to come later, then not answered")
  func floodsAreCut() throws {
    var limits = ExchangeLimits()
    limits.protection.requestsOfSource = .perSecond(1, burst: 10)
    limits.protection.refusalsOfSource = .perSecond(1, burst: 5)
    let world = World(limits: limits)
    let stranger = intruder(world)
    for _ in 0..<30 {
      stranger.send(stranger.request(.options, to: SIPURI(host: Fixture.domain))) { _ in }
    }
    world.run(for: .milliseconds(400))
    #expect(stranger.finals.count { $0 == 200 } == 10)
    #expect(stranger.finals.count { $0 == 503 } == 5)
    let refusal = world.sent(to: stranger).first { $0.isResponse(503, to: .options) }
    #expect(5...10 ~= (refusal?.headers["Retry-After"].flatMap { Int($0) } ?? 0))
  }

  @Test("Who proved a password is not slowed down by a limit for strangers")
  func knownSourcesHaveNoSuchLimit() throws {
    var limits = ExchangeLimits()
    limits.protection.requestsOfSource = .perSecond(1, burst: 10)
    let scene = try Scene(limits: limits)
    for _ in 0..<60 { #expect(options(scene.alice, in: scene.world) == 200) }
  }

  @Test("A tenant has only so many requests, but may always call for help")
  func tenantsAreLimited() throws {
    var limits = ExchangeLimits()
    limits.protection.requestsOfTenant = RateLimit(burst: 4, interval: .seconds(60))
    let scene = try Scene(limits: limits)
    #expect(register(scene.alice, in: scene.world) == 200)
    #expect(register(scene.alice, in: scene.world) == 200)
    #expect(register(scene.alice, in: scene.world) == 503)
    let refusal = scene.world.sent(to: scene.alice).last
    #expect(5...10 ~= (refusal?.headers["Retry-After"].flatMap { Int($0) } ?? 0))
    let inbound = scene.carrier.call("+442079460102")
    #expect(scene.world.run { inbound.state == .ended })
    #expect(inbound.finalStatus == 503)
    let help = scene.alice.call("112")
    #expect(scene.world.run { help.state == .talking })
    help.hangUp()
    scene.calmDown()
  }

  @Test("A network of IPv6 is one source")
  func networksOfIPv6() throws {
    var protection = Protection(limits: ProtectionLimits())
    func flow(_ address: String) -> Flow {
      Flow(local: Fixture.phones, remote: IPEndpoint(IPAddress(address)!, port: 5060))
    }
    let now = BootInstant(nanoseconds: 0)
    for index in 0...10 { _ = protection.failed(flow("2001:db8:0:1::\(index + 1)"), at: now) }
    var random = SeededGenerator(seed: 1)
    func judge(_ address: String) -> Protection.Verdict {
      protection.judge(.init(flow: flow(address)), at: now, &random)
    }
    #expect(judge("2001:db8:0:1::ffff") == .drop)
    #expect(judge("2001:db8:0:2::1") == .admit)
  }

  @Test("A million sources cost no more than twenty thousand")
  func tablesAreBounded() {
    struct Mark: Forgettable {
      var until: BootInstant
      func isForgotten(at now: BootInstant) -> Bool { until <= now }
    }
    func at(_ second: Int64) -> BootInstant { BootInstant(nanoseconds: second * 1_000_000_000) }
    var table = BoundedTable<Int, Mark>(capacity: 4)
    for key in 0..<4 { table.set(Mark(until: at(key == 2 ? 1 : 100)), for: key, at: at(0)) }
    table.set(Mark(until: at(100)), for: 4, at: at(5))
    #expect(table[2] == nil, "what means nothing any more goes first")
    for key in 5..<1_000 { table.set(Mark(until: at(100)), for: key, at: at(5)) }
    #expect(table.count == 4)
    #expect((996..<1_000).allSatisfy { table[$0] != nil })
  }
}

@Suite("When there is more to do than time")
struct OverloadTests {
  private func overloaded(_ world: World, seconds: Int) {
    for _ in 0..<seconds * 10 {
      world.exchange.measured(NodePressure(backlog: .milliseconds(400)), at: world.now)
      world.run(for: .milliseconds(100))
    }
  }

  @Test("New work is told to come later; what is up, and calls for help, go on")
  func sheds() throws {
    let scene = try Scene()
    let world = scene.world
    let (talking, _) = try scene.talking()
    overloaded(world, seconds: 2)
    var statuses: [Int] = []
    for _ in 0..<40 {
      scene.alice.send(scene.alice.request(.options, to: SIPURI(host: Fixture.domain))) {
        if let status = $0?.status { statuses.append(status) }
      }
    }
    world.run(for: .milliseconds(50))
    #expect(statuses.count == 40, "each is answered at once")
    #expect(statuses.count { $0 == 503 } > 30)
    let waits = world.sent(to: scene.alice).filter { $0.isResponse(503, to: .options) }
      .map { Int($0.headers["Retry-After"] ?? "") ?? 0 }
    #expect(waits.allSatisfy { 5...10 ~= $0 })
    #expect(Set(waits).count >= 3, "not all come back together")
    let carol = Party("103", at: "127.0.5.9:5069")
    world.add(carol)
    for _ in 0..<10 {
      let help = carol.call("999")
      #expect(world.run { help.state == .talking }, "also for a phone that just came")
      help.hangUp()
      world.run(for: .seconds(1))
    }
    talking.hangUp()
    #expect(world.run { scene.bob.lastCall?.state == .ended })
    #expect(world.exchange.census.shedRequests > 30)
  }

  @Test("When the queue is short again everybody is served again")
  func recovers() throws {
    let scene = try Scene()
    overloaded(scene.world, seconds: 2)
    for _ in 0..<60 {
      scene.world.exchange.measured(NodePressure(backlog: .zero), at: scene.world.now)
      scene.world.run(for: .milliseconds(100))
    }
    #expect(scene.world.exchange.protection.overload.share == 0)
  }

  @Test("Something is served however bad it is")
  func neverEverything() {
    var control = OverloadControl()
    for step in 0..<1_000 {
      let now = BootInstant(nanoseconds: Int64(step) * 100_000_000)
      control.measure(NodePressure(backlog: .seconds(30)), at: now)
    }
    #expect(control.share == 0.95)
  }
}

@Suite("Calls for help")
struct EmergencyTests {
  @Test("112, 911 and 999 go to the carrier as they are dialled", arguments: ["112", "911", "999"])
  func asDialled(number: String) throws {
    let scene = try Scene()
    let call = scene.alice.call(number)
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.lastCall?.invite.uri.user == number)
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460101")
    call.hangUp()
    scene.calmDown()
  }

  @Test("Who has no number of its own calls for help under one of the tenant's")
  func callback() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.9:5069")
    let call = carol.call("112")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460102")
    call.hangUp()
    scene.calmDown()
  }

  @Test("A full node and a full tenant still take calls for help")
  func noLimit() throws {
    var limits = ExchangeLimits()
    limits.calls = 1
    limits.callsPerTenant = 1
    let scene = try Scene(limits: limits)
    let (talking, _) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.9:5069")
    let other = carol.call("07700900123")
    #expect(scene.world.run { other.state == .ended })
    #expect(other.finalStatus == 503)
    let help = carol.call("112")
    #expect(scene.world.run { help.state == .talking })
    help.hangUp()
    talking.hangUp()
    scene.calmDown()
  }

  @Test("A tenant's own emergency numbers count, and no others")
  func dialledByRules() throws {
    let world = World()
    var snapshot = Fixture.snapshot
    snapshot.revision = 2
    snapshot.dialling.emergencyNumbers = ["000"]
    world.perform(world.exchange.install(snapshot, at: world.now))
    let alice = Party("101", at: "127.0.5.1:5061")
    let carrier = Party.carrier()
    for party in [alice, carrier] { world.add(party) }
    let help = alice.call("000")
    #expect(world.run { help.state == .talking })
    let other = alice.call("112")
    #expect(world.run { other.state == .ended })
  }
}

@Suite("Carriers with several addresses")
struct TrunkPeersTests {
  @Test("The second peer is called when the first is silent or has no room", arguments: [nil, 503])
  func second(status: Int?) throws {
    let scene = try Scene()
    let world = scene.world
    let other = Party("carrier", at: "127.0.9.10:5060", server: Fixture.trunks)
    world.add(other)
    var snapshot = Fixture.snapshot
    snapshot.revision = 2
    snapshot.trunks[0].peers.append(other.endpoint)
    world.perform(world.exchange.install(snapshot, at: world.now))
    if let status {
      scene.carrier.habit = .refuse(status)
    } else {
      scene.carrier.isUnplugged = true
    }
    let call = scene.alice.call("07700900123")
    #expect(world.run(within: .seconds(10)) { call.state == .talking })
    #expect(other.lastCall?.invite.uri.host == "127.0.9.10")
    call.hangUp()
    #expect(world.run { other.lastCall?.state == .ended })
    world.run(for: .seconds(200))
    world.expectNothingLeft()
    #expect(world.carrierFacts.compactMap(\.outcome) == [.answered])
  }
}
