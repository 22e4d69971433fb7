import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers of a queue who hang up and are called back: 103 is the queue, 101 and 102 its agents, a customer
/// calls from outside. Each checkpoint on the way is read back.
@Suite("Callbacks") struct CallbackTests {
  private static let queue = Fixture.extensionID("103")
  private static let customer = "+447700900123"
  private static let english = SpokenLanguage.english

  private struct Hall {
    let scene: Scene

    var world: World { scene.world }

    var waiting: CallMachine? {
      world.exchange.calls.values.map(\.machine).first {
        !$0.isEnding && $0.waitingCaller != nil && $0.errand == nil
      }
    }

    var turn: CallMachine? {
      world.exchange.calls.values.map(\.machine).first { !$0.isEnding && $0.errand != nil }
    }

    var places: [CallbackPlace] { world.exchange.callbacks.places(of: CallbackTests.queue) }

    func hears(_ call: CallMachine?) -> [Prompt] {
      guard let call else { return [] }
      return world.relays[call.plan.id]?.playing[call.caller.side]?.announcement.prompts ?? []
    }

    func press(_ keys: String) throws {
      for key in keys {
        let call = try #require(waiting)
        world.press(try #require(Digit(key)), on: call.caller.side, of: call.plan.id)
        world.run(for: .milliseconds(100))
      }
    }

    func told() -> QueueFigures? {
      let name = QueueFigures.checkpointName(of: CallbackTests.queue)
      guard case .queue(let figures)? = world.checkpoints[name]?.subject else { return nil }
      return figures
    }
  }

  private func hall(
    _ edit: @escaping (inout CallQueue.Callback) -> Void = { _ in },
    queue change: @escaping (inout CallQueue) -> Void = { _ in }
  ) throws -> Hall {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      var callback = CallQueue.Callback(
        offeredAfter: .seconds(5), attempts: 2, pause: .seconds(60), keepsFor: .seconds(3_600))
      edit(&callback)
      var queue = CallQueue(
        strategy: .longestIdle,
        agents: ["101", "102"].map { CallQueue.Agent(Fixture.extensionID($0)) },
        ringsFor: .seconds(8), restsFor: .seconds(10), needsAgents: false, announcesEvery: nil,
        callback: callback)
      change(&queue)
      tenant.extensions[2].queue = queue
      tenant.numbers.append(
        NumberEntry(
          id: NumberID(UUIDv7(high: 4, low: 3)), number: "+442079460103",
          destination: .extension(Self.queue)))
    }
    for phone in [scene.alice, scene.bob] { phone.habit = .ring }
    return Hall(scene: scene)
  }

  /// Nobody takes callers, or both agents do.
  private func agents(areAtWork: Bool, in hall: Hall) {
    let time = hall.world.now.wall
    hall.world.change {
      for index in 0...1 {
        $0.extensions[index].switches.merge(
          .queueLogin, .init(isOn: areAtWork, target: nil, patience: nil, changedAt: time))
      }
    }
  }

  /// A customer waits, and was told.
  private func customer(in hall: Hall, from number: String = customer) -> PartyCall {
    let call = hall.scene.carrier.call("+442079460103") { $0.headers.from.uri.user = number }
    #expect(hall.world.run { call.state == .talking })
    hall.world.run(for: .milliseconds(5_500))
    return call
  }

  /// A customer asked for it, and is gone.
  private func asked(in hall: Hall) throws {
    agents(areAtWork: false, in: hall)
    let call = customer(in: hall)
    try hall.press("11")
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    hall.world.run(for: .seconds(20))
    #expect(hall.places.map(\.number) == [Self.customer])
  }

  // MARK: - Asking

  @Test("A caller hears the offer, presses the key, takes its number, and keeps its place")
  func asking() throws {
    let hall = try hall()
    agents(areAtWork: false, in: hall)
    let call = customer(in: hall)
    #expect(
      hall.hears(hall.waiting)
        == Self.english.notice(CallbackNotice.press) + Self.english.digits("1"))
    let came = hall.waiting?.queued?.enteredAt
    try hall.press("1")
    #expect(
      hall.hears(hall.waiting)
        == Self.english.notice(CallbackNotice.numberIs) + Self.english.digits(Self.customer)
        + Self.english.notice(CallbackNotice.confirm))
    agents(areAtWork: true, in: hall)
    hall.world.run(for: .seconds(1))
    #expect(hall.scene.alice.calls.isEmpty, "nobody rings for who talks with us")
    try hall.press("1")
    #expect(hall.hears(hall.waiting) == Self.english.notice(CallbackNotice.isKept))
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(hall.places.map(\.number) == [Self.customer])
    #expect(hall.places.map(\.enteredAt) == [try #require(came)], "the place that it had")
    hall.world.run(for: .seconds(1))
    #expect(hall.told()?.waiting == 0)
    #expect(hall.told()?.callbacks.map(\.number) == [Self.customer])
    hall.world.change { $0.extensions[2].queue = nil }
    hall.scene.calmDown()
    #expect(hall.world.checkpoints.isEmpty && hall.places.isEmpty)
  }

  @Test("Who hides its number names one; what cannot be called is refused, and one has one place")
  func typing() throws {
    let hall = try hall()
    agents(areAtWork: false, in: hall)
    func hidden() -> PartyCall {
      let call = hall.scene.carrier.call("+442079460103") {
        $0.headers.from.uri = SIPURI(user: "anonymous", host: "anonymous.invalid")
      }
      #expect(hall.world.run { call.state == .talking })
      hall.world.run(for: .milliseconds(5_500))
      return call
    }
    var call = hidden()
    try hall.press("1")
    let question = Self.english.notice(CallbackNotice.enterNumber)
    #expect(hall.hears(hall.waiting) == question)
    for impossible in ["101#", "999#"] {
      try hall.press(impossible)
      #expect(
        hall.hears(hall.waiting) == Self.english.notice(CallbackNotice.notPossible) + question)
    }
    try hall.press("07700900123#")
    #expect(hall.hears(hall.waiting).contains(Self.english.digits("7")[0]))
    try hall.press("1")
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(hall.places.map(\.number) == [Self.customer])
    call = hidden()
    try hall.press("107700900123#")
    #expect(hall.hears(hall.waiting) == Self.english.notice(CallbackNotice.isKnown))
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    #expect(hall.places.count == 1)
    hall.world.change { $0.extensions[2].queue = nil }
    hall.scene.calmDown()
  }

  @Test("Who does not confirm waits on, and whom the tenant screens is not called")
  func waitingOn() throws {
    let hall = try hall { $0.takesOtherNumbers = false }
    agents(areAtWork: false, in: hall)
    let call = customer(in: hall)
    try hall.press("1*")
    #expect(hall.hears(hall.waiting).isEmpty && hall.places.isEmpty)
    #expect(hall.waiting?.queued?.callback?.stage == .open)
    hall.world.change {
      $0.screening = [
        ScreeningEntry(
          id: ScreeningID(UUIDv7(high: 9, low: 1)), callers: .range("+447700"), verdict: .block)
      ]
    }
    try hall.press("1")
    #expect(hall.hears(hall.waiting) == Self.english.notice(CallbackNotice.notPossible))
    hall.world.run(for: .seconds(3))
    hall.world.change { $0.screening = [] }
    agents(areAtWork: true, in: hall)
    hall.world.run(for: .seconds(1))
    #expect(hall.scene.alice.calls.count == 1, "it has its place as before")
    call.hangUp()
    hall.scene.calmDown()
  }

  @Test("Who is near the front is not told")
  func nearTheFront() throws {
    let hall = try hall { $0.offeredFrom = 2 }
    agents(areAtWork: false, in: hall)
    let call = customer(in: hall)
    #expect(hall.hears(hall.waiting).isEmpty)
    try hall.press("1")
    #expect(hall.waiting?.queued?.callback?.isTalking == false)
    call.hangUp()
    hall.scene.calmDown()
  }

  // MARK: - Calling

  @Test("An agent rings first and sees who asked; then the customer is called, and both talk")
  func calling() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    try asked(in: hall)
    scene.carrier.habit = .ring
    agents(areAtWork: true, in: hall)
    #expect(world.run { scene.alice.calls.count == 1 })
    #expect(scene.alice.lastCall?.invite.headers.from.uri.user == Self.customer)
    #expect(scene.bob.calls.isEmpty && scene.carrier.calls.count == 1, "nobody else rings")
    world.run(for: .seconds(1))
    #expect(hall.told()?.callbacks.map(\.isUnderWay) == [true])
    scene.alice.lastCall?.pickUp()
    #expect(world.run { scene.carrier.calls.count == 2 })
    #expect(scene.carrier.lastCall?.invite.uri.user == Self.customer)
    world.run(for: .seconds(1))
    #expect(hall.hears(hall.turn) == [.ringing])
    #expect(world.exchange.agents[Fixture.extensionID("101")]?.record.servesSince != nil)
    scene.carrier.lastCall?.pickUp()
    #expect(world.run { scene.carrier.lastCall?.isAcknowledged == true })
    world.run(for: .seconds(1))
    #expect(hall.hears(hall.turn).isEmpty && hall.turn?.passage == .relayed)
    #expect(scene.alice.lastCall?.state == .talking)
    #expect(hall.places.isEmpty, "nobody is owed a call any more")
    scene.carrier.lastCall?.hangUp()
    #expect(world.run { scene.alice.lastCall?.state == .ended })
    world.run(for: .seconds(1))
    #expect(hall.places.isEmpty && hall.told()?.callbacks.isEmpty == true)
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.answered])
    let made = try #require(world.offers.first { $0.direction == .incoming && $0.from == "103" })
    #expect(made.to == Self.customer)
    #expect(world.outcomes(of: "103").last == .answered)
    #expect(world.offers.last.map(\.to) == Self.customer, "the carrier's leg, which is paid for")
  }

  @Test("Who is busy is called again, as often as the queue says")
  func again() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    try asked(in: hall)
    scene.alice.habit = .answer(after: .milliseconds(200))
    scene.bob.habit = .answer(after: .milliseconds(200))
    scene.carrier.habit = .refuse(486)
    agents(areAtWork: true, in: hall)
    #expect(world.run(within: .seconds(5)) { scene.carrier.calls.count == 2 })
    #expect(
      world.run(within: .seconds(1)) {
        hall.hears(hall.turn) == Self.english.notice(Notice.nobodyAvailable)
      })
    #expect(world.run(within: .seconds(5)) { scene.alice.lastCall?.state == .ended })
    #expect(hall.places.map(\.attempts) == [1])
    world.run(for: .seconds(50))
    #expect(scene.carrier.calls.count == 2)
    #expect(hall.told()?.callbacks.map(\.attempts) == [1])
    #expect(world.run(within: .seconds(20)) { scene.carrier.calls.count == 3 })
    world.run(for: .seconds(5))
    #expect(hall.places.isEmpty, "twice is enough")
    #expect(scene.bob.calls.count == 1, "agents take turns")
    scene.calmDown()
    #expect(world.outcomes(of: "103").suffix(2) == [.busy, .busy])
  }

  @Test("Agents who do not answer are passed over, and the place is kept")
  func agentsMiss() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    try asked(in: hall)
    scene.bob.habit = .refuse(486)
    agents(areAtWork: true, in: hall)
    world.run(for: .seconds(12))
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1)
    #expect(world.exchange.agents[Fixture.extensionID("101")]?.record.missed == 1)
    #expect(hall.places.map(\.attempts) == [0] && scene.carrier.calls.count == 1)
    world.run(for: .seconds(10))
    #expect(scene.alice.calls.count == 2)
    hall.world.change { $0.extensions[2].queue = nil }
    #expect(world.run { scene.alice.lastCall?.state == .ended }, "nobody waits any more")
    scene.calmDown()
  }

  @Test("All agents ring together where the queue says so")
  func together() throws {
    let hall = try hall(queue: { $0.strategy = .together })
    let (scene, world) = (hall.scene, hall.world)
    try asked(in: hall)
    scene.carrier.habit = .answer(after: .milliseconds(300))
    agents(areAtWork: true, in: hall)
    #expect(world.run { scene.alice.calls.count == 1 && scene.bob.calls.count == 1 })
    scene.bob.lastCall?.pickUp()
    #expect(world.run { scene.carrier.lastCall?.isAcknowledged == true })
    world.run(for: .seconds(1))
    #expect(scene.alice.lastCall?.state == .ended && scene.bob.lastCall?.state == .talking)
    scene.bob.lastCall?.hangUp()
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.answeredElsewhere])
  }

  @Test("A place keeps its order among callers on the line, and before those who came later")
  func order() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    try asked(in: hall)
    scene.world.change { $0.extensions.append(Fixture.entry("104", outside: nil)) }
    let later = try scene.device("104", at: "127.0.5.14:5064").call("103")
    #expect(world.run { later.state == .talking })
    let tenant = try #require(world.exchange.directory[Fixture.tenant])
    let view = world.exchange.view(of: Self.queue, tenant, at: world.now.boot)
    #expect(view?.callers.map { $0.callback != nil } == [true, false])
    agents(areAtWork: true, in: hall)
    world.run(for: .seconds(1))
    #expect(
      scene.alice.lastCall?.invite.headers.from.uri.user == Self.customer
        || scene.bob.lastCall?.invite.headers.from.uri.user == Self.customer)
    later.hangUp()
    hall.world.change { $0.extensions[2].queue = nil }
    scene.calmDown()
  }

  // MARK: - Ends

  @Test("A place ends with its time, at closing time, or when it is called off")
  func ends() throws {
    let hall = try hall { $0.keepsFor = .seconds(120) }
    try asked(in: hall)
    hall.world.run(for: .seconds(100))
    #expect(hall.places.isEmpty)
    try asked(in: hall)
    agents(areAtWork: true, in: hall)
    #expect(hall.world.run { hall.scene.alice.calls.count == 1 })
    let id = try #require(hall.places.first?.id)
    hall.world.change { $0.extensions[2].queue?.calledOff = [id] }
    #expect(hall.world.run { hall.scene.alice.lastCall?.state == .ended })
    #expect(hall.places.isEmpty)
    hall.world.die(withMachine: true)
    hall.world.run(for: .seconds(2))
    #expect(hall.places.isEmpty)
    hall.scene.calmDown()

    // 10:00 UTC on 22 November 2026.
    let morning = WallTime(milliseconds: 1_795_341_600_000)
    let terms = CallQueue.Callback(keepsFor: .seconds(40_000), endsAt: 18 * 60)
    #expect(terms.life(from: morning, by: .utc) == .seconds(8 * 3_600))
    let night = CallQueue.Callback(keepsFor: .seconds(40_000), endsAt: 9 * 60)
    #expect(night.life(from: morning, by: .utc) == .seconds(40_000))
  }

  @Test("A place that was written whole is read whole, and cut short it is nothing")
  func checkpoint() throws {
    let now = BootInstant(nanoseconds: 5_000_000_000)
    let place = CallbackPlace(
      id: CallID(UUIDv7(high: 1, low: 2)), tenant: Fixture.tenant,
      host: ReceptionHost(
        entry: Self.queue, number: "103", language: .german, callerName: "Ann", isWithheld: false),
      number: Self.customer, isVIP: true, enteredAt: WallTime(milliseconds: 7),
      terms: CallQueue.Callback(key: "#", endsAt: 5), expiresAt: now.advanced(by: .seconds(60)),
      restsUntil: now.advanced(by: .seconds(5)), attempts: 1)
    let bytes = CallbackCheckpoint(place: place).bytes(at: now)
    #expect(CallbackCheckpoint.isMeant(by: bytes))
    #expect(!AgentCheckpoint.isMeant(by: bytes) && !FiguresCheckpoint.isMeant(by: bytes))
    #expect(try CallbackCheckpoint(bytes, at: now).place == place)
    for count in bytes.indices {
      #expect(throws: CheckpointError.self) {
        try CallbackCheckpoint(Array(bytes.prefix(count)), at: now)
      }
    }
    #expect(throws: CheckpointError.self) { try CallbackCheckpoint(bytes + [0], at: now) }
  }

  @Test(
    "Whoever carries calls on has the same places, and the calls that are made for them",
    arguments: [false, true])
  func takeover(withMachine: Bool) throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    agents(areAtWork: false, in: hall)
    let call = customer(in: hall)
    try hall.press("1")
    world.die(withMachine: withMachine)
    world.run(for: .seconds(1))
    #expect(hall.waiting?.queued?.callback?.stage == .confirming(Self.customer))
    try hall.press("1")
    world.die(withMachine: withMachine)
    #expect(world.run(within: .seconds(8)) { call.state == .ended })
    world.run(for: .seconds(20))
    let before = hall.places
    #expect(before.map(\.number) == [Self.customer])
    agents(areAtWork: true, in: hall)
    #expect(world.run { scene.alice.calls.count == 1 })
    world.die(withMachine: withMachine)
    world.run(for: .seconds(2))
    #expect(hall.places.map(\.id) == before.map(\.id))
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.isEmpty, "it rings on")
    scene.carrier.habit = .ring
    scene.alice.lastCall?.pickUp()
    #expect(world.run { scene.carrier.calls.count == 2 })
    world.run(for: .seconds(1))
    world.die(withMachine: withMachine)
    world.run(for: .seconds(1))
    #expect(hall.hears(hall.turn) == [.ringing])
    scene.carrier.lastCall?.pickUp()
    #expect(world.run(within: .seconds(5)) { scene.carrier.lastCall?.isAcknowledged == true })
    world.run(for: .seconds(1))
    #expect(scene.alice.lastCall?.state == .talking && hall.turn?.errand?.stage == .reached)
    scene.alice.lastCall?.hangUp()
    #expect(world.run { scene.carrier.lastCall?.state == .ended })
    scene.calmDown()
    #expect(hall.places.isEmpty)
  }

  /// Nobody at the other site would ring agents who are at home again.
  @Test(
    "A place that another site kept goes home with the queue, while agents ring, too",
    arguments: [false, true])
  func placeGoesHome(rings: Bool) throws {
    let hall = try hall()
    try asked(in: hall)
    let place = try #require(hall.places.first)
    hall.world.loseSite()
    hall.world.run(for: .seconds(8))
    #expect(hall.world.exchange.callbacks[place.id]?.address == Fixture.otherPhonesAddress)
    if rings {
      agents(areAtWork: true, in: hall)
      hall.world.change { $0.homeAddress = Fixture.phonesAddress }
      #expect(hall.world.run(within: .seconds(5)) { hall.turn != nil })
    }
    for address in Fixture.hosts.keys.sorted() {
      hall.world.perform(hall.world.exchange.endHosting(of: address, at: hall.world.now))
    }
    #expect(hall.places.isEmpty)
    #expect(hall.world.checkpoints[place.id]?.address == Fixture.phonesAddress)
    #expect(hall.world.run(within: .seconds(5)) { hall.turn == nil }, "nobody rings here")
    hall.scene.calmDown()
  }
}
