import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls that wait at a place until somebody takes them.
@Suite struct ParkingTests {
  private static let code = "*70"

  private func call(_ place: UInt8, in scene: Scene, of tenant: TenantID = Fixture.tenant)
    -> CallMachine?
  {
    scene.world.exchange.parked[ParkingPlace(tenant: tenant, slot: place)]
      .flatMap { scene.world.exchange.calls[$0]?.machine }
  }

  /// What the party at that place hears.
  private func hears(at place: UInt8, in scene: Scene) -> PartySound.Source? {
    guard let call = call(place, in: scene), case .decoded(let passage) = call.passage else {
      return nil
    }
    return call.caller.side == .caller ? passage.caller.hears : passage.callee.hears
  }

  /// Alice calls Bob, who parks her by a blind transfer.
  private func parked(_ scene: Scene, to target: String = code) throws -> PartyCall {
    let (caller, callee) = try scene.talking()
    let referring = Referring(callee, to: target)
    #expect(
      scene.world.run { callee.state == .ended && referring.told.last?.contains(" 200 ") == true })
    scene.world.run(for: .seconds(1))
    return caller
  }

  /// Nobody else's legs are of whom is parked: who waits and who took it hear each other.
  private func expectTalking(_ first: Party, _ second: Party, in scene: Scene) {
    let ends = Set([first.mediaEndpoint, second.mediaEndpoint])
    #expect(
      scene.world.relays.values.contains {
        $0.isOpen && Set($0.directed.values).isSubset(of: ends) && !$0.directed.isEmpty
      })
    let call = scene.world.exchange.calls.values.map(\.machine).first {
      $0.partner(of: $0.caller.id) != nil
    }
    #expect(call?.passage == .relayed)
  }

  @Test func whoIsParkedByABlindTransferWaitsUnderMusicUntilSomebodyDialsItsPlace() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let waiting = try parked(scene)
    #expect(waiting.state == .talking)
    #expect(call(1, in: scene)?.parking?.parker == Fixture.extensionID("102"))
    #expect(hears(at: 1, in: scene) == .music)
    let taking = carol.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.parked.isEmpty)
    expectTalking(scene.alice, carol, in: scene)
    taking.hangUp()
    #expect(scene.world.run { waiting.state == .ended })
    scene.calmDown()
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.outcomes(of: "102") == [.answered])
    #expect(scene.world.outcomes(of: "103") == [.answered])
  }

  @Test func whoCalledParksToo() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    _ = Referring(caller, to: "*705")
    #expect(scene.world.run { caller.state == .ended })
    scene.world.run(for: .seconds(1))
    #expect(hears(at: 5, in: scene) == .music)
    let taking = scene.alice.call("*705")
    #expect(scene.world.run { taking.state == .talking })
    expectTalking(scene.alice, scene.bob, in: scene)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func whoDialsTheCodeParksWhomItHoldsAndHearsThePlace() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.offer(direction: "sendonly")
    #expect(scene.world.run { callee.renegotiations == [200] })
    let parking = scene.bob.call(Self.code)
    #expect(scene.world.run { callee.state == .ended && parking.state == .ended })
    let said = scene.world.relays.values.flatMap(\.played).map(\.announcement.prompts)
    #expect(said == [SpokenLanguage.english.digits("*701")])
    #expect(caller.state == .talking)
    #expect(hears(at: 1, in: scene) == .music)
    let taking = scene.bob.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    expectTalking(scene.alice, scene.bob, in: scene)
    taking.hangUp()
    scene.calmDown()
  }

  @Test func whoHasNothingToParkAndDialsAnEmptyPlaceIsToldSo() throws {
    let scene = try Scene()
    for code in [Self.code, "*704", "*700", "*70100"] {
      let call = scene.alice.call(code)
      #expect(scene.world.run { call.state == .ended })
    }
    let said = scene.world.relays.values.flatMap(\.played).map(\.announcement.prompts)
    #expect(said == Array(repeating: [.recorded("pbx-invalidpark")], count: 4))
    scene.calmDown()
  }

  @Test func aPlaceThatIsTakenTakesNobodyElse() throws {
    var limits = ExchangeLimits()
    limits.parkingPlaces = 1
    let scene = try Scene(limits: limits)
    let waiting = try parked(scene)
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    for target in [Self.code, "*701"] {
      let referring = Referring(call, to: target)
      #expect(scene.world.run { referring.told.last?.contains(" 486 ") == true }, "\(target)")
    }
    #expect(call.state == .talking)
    call.hangUp()
    waiting.hangUp()
    scene.calmDown()
    #expect(scene.world.exchange.parked.isEmpty)
  }

  // MARK: - Back to the parker

  @Test func whomNobodyTakesComesBackToItsParker() throws {
    let scene = try Scene()
    let waiting = try parked(scene)
    scene.bob.habit = .ring
    let before = scene.bob.calls.count
    #expect(scene.world.run(within: .seconds(70)) { scene.bob.calls.count > before })
    // It hears music meanwhile, and its place is its own.
    #expect(hears(at: 1, in: scene) == .music)
    let early = scene.bob.call("*701")
    #expect(scene.world.run { early.state == .ended })
    #expect(early.heard.last == 486)
    scene.bob.calls.last { !$0.isCaller }?.pickUp()
    #expect(scene.world.run { scene.world.exchange.parked.isEmpty })
    expectTalking(scene.alice, scene.bob, in: scene)
    waiting.hangUp()
    scene.calmDown()
  }

  @Test func whoComesBackInVainWaitsOnAndMayBeTakenThen() throws {
    let scene = try Scene()
    let waiting = try parked(scene)
    scene.bob.habit = .refuse(486)
    scene.world.run(for: .seconds(70))
    #expect(hears(at: 1, in: scene) == .music && waiting.state == .talking)
    #expect(call(1, in: scene)?.parking?.returns == 1)
    scene.bob.habit = .answer(after: .milliseconds(100))
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let taking = carol.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    expectTalking(scene.alice, carol, in: scene)
    taking.hangUp()
    scene.calmDown()
  }

  @Test func whomNobodyWantsIsHungUpInTheEnd() throws {
    var limits = ExchangeLimits()
    limits.parkingReturns = 3
    let scene = try Scene(limits: limits)
    let waiting = try parked(scene)
    scene.bob.register(expires: 0) { _ in }
    #expect(scene.world.run(within: .seconds(300)) { waiting.state == .ended })
    scene.calmDown()
    #expect(scene.world.exchange.parked.isEmpty)
  }

  @Test func whoHangsUpLeavesItsPlace() throws {
    let scene = try Scene()
    let waiting = try parked(scene)
    waiting.hangUp()
    #expect(scene.world.run { scene.world.exchange.parked.isEmpty })
    scene.calmDown()
  }

  @Test func aParkedPartyMayHoldAndChangeItsMediaByItself() throws {
    let scene = try Scene()
    let waiting = try parked(scene)
    let before = waiting.renegotiations.count
    waiting.offer(direction: "sendonly")
    #expect(scene.world.run { waiting.renegotiations.count == before + 1 })
    #expect(hears(at: 1, in: scene) == .nothing)
    waiting.offer()
    #expect(scene.world.run { hears(at: 1, in: scene) == .music })
    waiting.hangUp()
    scene.calmDown()
  }

  // MARK: - Outside callers pay nobody

  @Test func whoCameOverACarrierIsParkedAndTakenLikeAnybody() throws {
    let scene = try Scene()
    let call = scene.carrier.call("+442079460102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    _ = Referring(try #require(scene.bob.lastCall), to: Self.code)
    #expect(scene.world.run { hears(at: 1, in: scene) == .music })
    let taking = scene.alice.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    taking.hangUp()
    scene.calmDown()
    #expect(call.state == .ended)
  }

  // MARK: - Processes and machines that die

  @Test(arguments: [false, true])
  func whoWaitsWaitsOnAtTheNextProcessAndAtAnHeir(withMachine: Bool) throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let waiting = try parked(scene)
    scene.world.die(withMachine: withMachine)
    scene.world.run(for: .seconds(2))
    #expect(hears(at: 1, in: scene) == .music && waiting.state == .talking)
    let taking = carol.call("*701")
    #expect(scene.world.run { taking.state == .talking })
    expectTalking(scene.alice, carol, in: scene)
    taking.hangUp()
    scene.calmDown()
    #expect(scene.world.exchange.parked.isEmpty)
  }

  @Test(arguments: [5, 45, 62])
  func itComesBackToItsParkerWheneverAProcessDies(seconds: Int) throws {
    let scene = try Scene()
    let waiting = try parked(scene)
    scene.bob.habit = .ring
    scene.world.run(for: .seconds(seconds))
    scene.world.die()
    #expect(
      scene.world.run(within: .seconds(70)) {
        scene.bob.calls.last { !$0.isCaller }?.state == .ringing
      })
    scene.bob.calls.last { !$0.isCaller }?.pickUp()
    #expect(scene.world.run { scene.world.exchange.parked.isEmpty })
    expectTalking(scene.alice, scene.bob, in: scene)
    waiting.hangUp()
    scene.calmDown()
  }

  @Test func aPlaceThatIsTakenAtTheHeirIsLeftToWhoIsThere() throws {
    let (dead, heir) = (try Scene(), try Scene(seed: 2))
    // So that the ports are not the same.
    let carol = try dead.device("103", at: "127.0.5.5:5065")
    dead.alice.call("*61")
    dead.world.run(for: .seconds(1))
    let call = carol.call("102")
    #expect(dead.world.run { call.state == .talking && dead.bob.lastCall?.isAcknowledged == true })
    _ = Referring(call, to: Self.code)
    #expect(dead.world.run { self.call(1, in: dead)?.canBeTaken == true })
    _ = try parked(heir)
    heir.world.perform(
      heir.world.exchange.inherit(
        Fixture.phonesAddress, epoch: Epoch(generation: 1, revision: 99), calls: dead.world.left,
        bindings: [], subscriptions: [], at: heir.world.now))
    #expect(self.call(1, in: heir)?.caller.number == "101")
    #expect(self.call(2, in: heir)?.parking?.parker == Fixture.extensionID("103"))
  }

  // MARK: - Several tenants

  @Test func twoTenantsHaveTheSamePlacesAndNothingCrosses() throws {
    let scene = try Scene()
    let other = TenantID(UUIDv7(high: 1, low: 2))
    var snapshot = Fixture.snapshot
    (snapshot.tenant, snapshot.domain) = (other, "other.tandem.test")
    (snapshot.numbers, snapshot.trunks) = ([], [])
    snapshot.extensions = ["101", "102", "103"].map {
      Fixture.entry($0, outside: nil, domain: snapshot.domain)
    }
    scene.world.perform(scene.world.exchange.install(snapshot, at: scene.world.now))
    let theirs = try [("101", 11), ("102", 12), ("103", 13)].map { number, host in
      let phone = Party(number, at: "127.0.6.\(host):5060")
      phone.domain = snapshot.domain
      scene.world.add(phone)
      try scene.register(phone)
      return phone
    }
    let watch = Watch(theirs[2], "*701")
    let waiting = try parked(scene)
    #expect(scene.world.run { watch.notifies.count == 1 })
    // Nobody waits at their place, whoever does at ours.
    let empty = theirs[2].call("*701")
    #expect(scene.world.run { empty.state == .ended })
    let (caller, callee) = (theirs[0].call("102"), theirs[1])
    #expect(scene.world.run { caller.state == .talking && callee.lastCall?.isAcknowledged == true })
    _ = Referring(try #require(callee.lastCall), to: "*701")
    #expect(scene.world.run { call(1, in: scene, of: other)?.canBeTaken == true })
    #expect(watch.states.last == ["confirmed"])
    let taking = theirs[2].call("*701")
    #expect(scene.world.run { taking.state == .talking })
    expectTalking(theirs[0], theirs[2], in: scene)
    #expect(hears(at: 1, in: scene) == .music && waiting.state == .talking)
    taking.hangUp()
    waiting.hangUp()
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  // MARK: - Lamps

  @Test func theLampOfAPlaceBurnsWhileSomebodyWaitsThere() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (watch, other) = (Watch(carol, "*701"), Watch(carol, "*702"))
    #expect(scene.world.run { watch.notifies.count == 1 && other.notifies.count == 1 })
    #expect(watch.status == 200)
    let waiting = try parked(scene)
    #expect(scene.world.run { watch.states.last == ["confirmed"] })
    let document = try #require(watch.documents.last)
    #expect(document.contains(#"entity="sip:*701@demo.tandem.test""#))
    #expect(document.contains(#"<identity display="101">"#))
    scene.world.change { $0.ringTimeout = .seconds(31) }
    let taking = carol.call("*701")
    #expect(scene.world.run { taking.state == .talking && watch.states.last == [] })
    #expect(other.notifies.count == 1)
    waiting.hangUp()
    watch.refresh(expires: 0)
    other.refresh(expires: 0)
    scene.calmDown()
  }

  @Test(arguments: ["*70", "*700", "*7000", "*701x", "*79"])
  func whatIsNoPlaceHasNoLamp(watched: String) throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, watched)
    #expect(scene.world.run { watch.status != nil })
    #expect(watch.status == 404)
    scene.calmDown()
  }
}
