import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers who wait: 103 is a queue, 101 and 102 are its agents, and 104 to 106 call. Each checkpoint on the
/// way is read back.
@Suite("Queues") struct QueueTests {
  private struct Hall {
    let scene: Scene
    let callers: [Party]

    var world: World { scene.world }

    func machine(of caller: Party) throws -> CallMachine {
      try #require(
        world.exchange.calls.values.map(\.machine).first {
          !$0.isEnding && $0.caller.isOf(Fixture.extensionID(caller.number))
        })
    }

    func stage(of caller: Party) throws -> QueuedCaller.Stage? {
      try machine(of: caller).queued?.stage
    }

    /// What the caller hears of us; nil: nothing but music, or its other party.
    func hears(_ caller: Party) throws -> [Prompt]? {
      let relay = try machine(of: caller).plan.id
      return world.relays[relay]?.playing[.caller]?.announcement.prompts
    }

    func record(of agent: String) -> AgentRecord? {
      world.exchange.agents[Fixture.extensionID(agent)]?.record
    }
  }

  private func hall(
    _ strategy: CallQueue.Strategy = .longestIdle,
    _ edit: @escaping (inout CallQueue) -> Void = { _ in }
  ) throws -> Hall {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      tenant.extensions += ["104", "105", "106"].map { Fixture.entry($0, outside: nil) }
      var queue = CallQueue(
        strategy: strategy,
        agents: ["101", "102"].map { CallQueue.Agent(Fixture.extensionID($0)) },
        ringsFor: .seconds(8), restsFor: .seconds(10), announcesEvery: nil)
      edit(&queue)
      tenant.extensions[2].queue = queue
      tenant.numbers.append(
        NumberEntry(
          id: NumberID(UUIDv7(high: 4, low: 3)), number: "+442079460103",
          destination: .extension(Fixture.extensionID("103"))))
    }
    for phone in [scene.alice, scene.bob] { phone.habit = .ring }
    return Hall(
      scene: scene,
      callers: try [4, 5, 6].map { try scene.device("10\($0)", at: "127.0.5.1\($0):506\($0)") })
  }

  /// They come one after the other.
  private func wait(_ hall: Hall, _ count: Int = 3) -> [PartyCall] {
    hall.callers.prefix(count).map { caller in
      let call = caller.call("103")
      #expect(hall.world.run { call.state == .talking })
      hall.world.run(for: .milliseconds(100))
      return call
    }
  }

  // MARK: - Callers and agents

  @Test("Callers are served in their order, by whoever is free")
  func order() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    let calls = wait(hall)
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1)
    #expect(try hall.stage(of: hall.callers[2]) == .waiting)
    #expect(try hall.machine(of: hall.callers[2]).passage.isDecoded, "it hears music")
    scene.bob.lastCall?.pickUp()
    scene.alice.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.machine(of: hall.callers[0]).servingAgent == Fixture.extensionID("101"))
    #expect(try hall.machine(of: hall.callers[1]).servingAgent == Fixture.extensionID("102"))
    #expect(try hall.machine(of: hall.callers[0]).passage == .relayed)
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1, "nobody is rung who talks")
    scene.bob.lastCall?.hangUp()
    world.run(for: .seconds(1))
    #expect(scene.bob.calls.count == 2)
    scene.bob.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.machine(of: hall.callers[2]).servingAgent == Fixture.extensionID("102"))
    for call in calls { call.hangUp() }
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.answered])
    #expect(world.outcomes(of: "102") == [.answered, .answered])
    #expect(hall.record(of: "102")?.calls == 2)
  }

  @Test("All ring together, and the first who answers has the caller")
  func together() throws {
    let hall = try hall(.together)
    let (scene, world) = (hall.scene, hall.world)
    let calls = wait(hall, 2)
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1)
    scene.bob.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.machine(of: hall.callers[0]).servingAgent == Fixture.extensionID("102"))
    #expect(world.outcomes(of: "101") == [.answeredElsewhere])
    #expect(scene.alice.calls.count == 2, "for the next")
    #expect(hall.record(of: "101")?.missed == 0)
    scene.alice.lastCall?.pickUp()
    world.run(for: .seconds(1))
    for call in calls { call.hangUp() }
    scene.calmDown()
  }

  @Test("Who does not answer is passed over for a while, and paused after so many misses")
  func missing() throws {
    let hall = try hall { $0.pausesAfter = 2 }
    let (scene, world) = (hall.scene, hall.world)
    scene.bob.habit = .refuse(486)
    let call = try #require(wait(hall, 1).first)
    world.run(for: .seconds(9))
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1)
    #expect(try hall.stage(of: hall.callers[0]) == .waiting, "both rest")
    world.run(for: .seconds(60))
    #expect(scene.alice.calls.count == 2 && scene.bob.calls.count == 2)
    let switched = world.facts.compactMap { fact -> AnsweringSwitches.Kind? in
      if case .switched(let change) = fact.event { change.kind } else { nil }
    }
    #expect(switched == [.queuePause, .queuePause])
    #expect(call.state == .ended, "everybody is paused: the queue is left")
    scene.calmDown()
    #expect(Set(world.outcomes(of: "101")) == [.noAnswer])
    #expect(Set(world.outcomes(of: "102")) == [.busy])
  }

  @Test("Agents have time for themselves after a caller")
  func wrapUp() throws {
    let hall = try hall {
      $0.agents.removeLast()
      $0.wrapUp = .seconds(20)
    }
    let (scene, world) = (hall.scene, hall.world)
    scene.alice.habit = .answer(after: .milliseconds(200))
    let calls = wait(hall, 2)
    world.run(for: .seconds(1))
    scene.alice.lastCall?.hangUp()
    world.run(for: .seconds(19))
    #expect(scene.alice.calls.count == 1)
    world.run(for: .seconds(3))
    #expect(scene.alice.calls.count == 2)
    for call in calls { call.hangUp() }
    scene.calmDown()
  }

  @Test("Agents log out and in, pause and come back by code, and others cannot")
  func codes() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    func dial(_ code: String, _ phone: Party) -> [Prompt] {
      let before = world.relays.keys
      phone.call(code)
      world.run(for: .seconds(5))
      let relay = world.relays.first { !before.contains($0.key) }?.value
      return relay?.played.flatMap(\.announcement.prompts) ?? []
    }
    let english = SpokenLanguage.english
    #expect(dial("*46", scene.alice) == english.notice(QueueNotice.loggedOut))
    #expect(dial("*472", scene.bob) == english.notice(QueueNotice.paused))
    #expect(dial("*46", hall.callers[1]) == english.notice(MenuNotice.invalid))
    let pause = world.exchange.directory[Fixture.tenant]?
      .extensionsByID[Fixture.extensionID("102")]?.switches.queuePause
    #expect(pause == "2")
    let turned = hall.callers[0].call("103")
    #expect(world.run { turned.state == .ended })
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.count == 1, "their own")
    #expect(dial("*45", scene.alice) == english.notice(QueueNotice.loggedIn))
    #expect(dial("*48", scene.bob) == english.notice(QueueNotice.resumed))
    let call = hall.callers[0].call("103")
    #expect(world.run { call.state == .talking })
    world.run(for: .seconds(1))
    #expect(scene.alice.calls.count + scene.bob.calls.count == 5)
    call.hangUp()
    scene.calmDown()
  }

  @Test("An agent who talks to somebody else is not rung before that is over")
  func busy() throws {
    let hall = try hall { $0.agents.removeLast() }
    let (scene, world) = (hall.scene, hall.world)
    scene.bob.habit = .answer(after: .milliseconds(100))
    let own = scene.alice.call("102")
    #expect(world.run { own.state == .talking })
    let call = try #require(wait(hall, 1).first)
    world.run(for: .seconds(20))
    #expect(scene.alice.calls.count == 1)
    own.hangUp()
    world.run(for: .seconds(1))
    #expect(scene.alice.calls.count == 2)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - The caller

  @Test("Callers hear their place, and how long it takes")
  func place() throws {
    let hall = try hall {
      $0.agents.removeLast()
      $0.announcesEvery = .seconds(30)
      $0.announcesWait = true
    }
    let (scene, world) = (hall.scene, hall.world)
    scene.alice.habit = .answer(after: .milliseconds(100))
    let first = try #require(wait(hall, 1).first)
    world.run(for: .seconds(90))
    first.hangUp()
    world.run(for: .seconds(1))
    let own = scene.alice.call("106")
    world.run(for: .seconds(1))
    let calls = wait(hall, 2)
    let english = SpokenLanguage.english
    let pace = try #require(hall.record(of: "101")?.pace)
    #expect(pace > .seconds(89) && pace < .seconds(91))
    #expect(try hall.hears(hall.callers[0]) == english.place(1))
    #expect(try hall.hears(hall.callers[1]) == english.place(2, expectedWait: pace * 2))
    world.run(for: .seconds(10))
    #expect(try hall.hears(hall.callers[1]) == nil, "music")
    world.run(for: .seconds(21))
    #expect(try hall.hears(hall.callers[1])?.first == .recorded("queue-thereare"))
    calls[0].hangUp()
    world.run(for: .seconds(30))
    #expect(try hall.hears(hall.callers[1]) == english.place(1))
    for call in [calls[1], own] { call.hangUp() }
    scene.calmDown()
  }

  @Test("VIPs come before others, and nobody else")
  func vips() throws {
    let hall = try hall { $0.agents.removeLast() }
    let (scene, world) = (hall.scene, hall.world)
    world.change {
      $0.contacts = [ContactEntry(name: "Ann", numbers: ["+447700900123"], isVIP: true)]
    }
    let own = scene.alice.call("106")
    let calls = wait(hall, 2)
    let vip = scene.carrier.call("+442079460103") { $0.headers.from.uri.user = "+447700900123" }
    #expect(world.run { vip.state == .talking })
    own.hangUp()
    world.run(for: .seconds(1))
    scene.alice.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.stage(of: hall.callers[0]) == .waiting)
    #expect(
      world.exchange.calls.values.contains {
        $0.machine.caller.isTrunk && $0.machine.servingAgent != nil
      })
    for call in calls + [vip] { call.hangUp() }
    scene.calmDown()
  }

  @Test("Whom nobody takes goes where the queue says: full, too long, or deserted")
  func overflow() throws {
    let hall = try hall {
      $0.agents.removeLast()
      $0.mostWaiting = 1
      $0.longestWait = .seconds(40)
      $0.last = .extension(Fixture.extensionID("102"))
    }
    let (scene, world) = (hall.scene, hall.world)
    scene.bob.habit = .answer(after: .milliseconds(200))
    let busy = scene.alice.call("105")
    #expect(world.run { busy.state == .talking })
    let waiting = hall.callers[0].call("103")
    world.run(for: .seconds(1))
    let beyond = hall.callers[2].call("103")
    world.run(for: .seconds(2))
    #expect(try hall.stage(of: hall.callers[0]) == .waiting)
    #expect(try hall.machine(of: hall.callers[2]).queued == nil)
    #expect(scene.bob.lastCall?.state == .talking && beyond.state == .talking, "full")
    beyond.hangUp()
    world.run(for: .seconds(45))
    #expect(scene.bob.calls.count == 2 && scene.bob.lastCall?.state == .talking, "too long")
    waiting.hangUp()
    world.run(for: .seconds(1))
    let last = hall.callers[2].call("103")
    world.run(for: .seconds(2))
    #expect(try hall.stage(of: hall.callers[2]) == .waiting)
    world.change {
      $0.extensions[0].switches.merge(
        .queueLogin,
        .init(isOn: false, target: nil, patience: nil, changedAt: WallTime(milliseconds: 1)))
    }
    world.run(for: .seconds(2))
    #expect(scene.bob.calls.count == 3 && scene.bob.lastCall?.state == .talking, "deserted")
    for call in [last, busy] { call.hangUp() }
    scene.calmDown()
    #expect(world.outcomes(of: "103").allSatisfy { $0 == .forwarded })
  }

  @Test("Nobody is there either: the caller is told, and its call ends")
  func overflowInVain() throws {
    let hall = try hall {
      $0.agents = []
      $0.last = .extension(Fixture.extensionID("102"))
    }
    hall.scene.bob.habit = .refuse(486)
    let call = hall.callers[0].call("103")
    #expect(hall.world.run { call.state == .talking })
    hall.world.run(for: .seconds(1))
    #expect(
      try hall.hears(hall.callers[0]) == SpokenLanguage.english.notice(Notice.nobodyAvailable))
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    hall.scene.calmDown()
  }

  @Test("Queues that send callers to one another do so with an end")
  func circle() throws {
    let hall = try hall {
      $0.agents = []
      $0.last = .extension(Fixture.extensionID("104"))
    }
    hall.world.change {
      $0.extensions[3].queue = CallQueue(
        strategy: .together, agents: [], last: .extension(Fixture.extensionID("103")))
    }
    let call = hall.callers[1].call("103")
    #expect(hall.world.run(within: .seconds(5)) { call.state == .ended })
    hall.scene.calmDown()
  }

  @Test("A party that is transferred to a queue waits there, and talks to whoever comes")
  func transferred() throws {
    let hall = try hall { $0.agents.removeLast() }
    let (scene, world) = (hall.scene, hall.world)
    scene.alice.habit = .answer(after: .milliseconds(200))
    scene.bob.habit = .answer(after: .milliseconds(200))
    let call = hall.callers[0].call("102")
    #expect(world.run { call.state == .talking })
    world.run(for: .seconds(1))
    _ = Referring(try #require(scene.bob.lastCall), to: "103")
    #expect(world.run(within: .seconds(10)) { scene.alice.lastCall?.state == .talking })
    world.run(for: .seconds(1))
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test("An agent who hands the caller on is free again")
  func handedOn() throws {
    let hall = try hall { $0.agents.removeLast() }
    let (scene, world) = (hall.scene, hall.world)
    scene.alice.habit = .answer(after: .milliseconds(200))
    scene.bob.habit = .answer(after: .milliseconds(200))
    let calls = wait(hall, 2)
    world.run(for: .seconds(1))
    _ = Referring(try #require(scene.alice.lastCall), to: "102")
    #expect(world.run(within: .seconds(10)) { scene.bob.lastCall?.state == .talking })
    #expect(world.run(within: .seconds(5)) { scene.alice.calls.count == 2 })
    for call in calls { call.hangUp() }
    scene.calmDown()
  }

  @Test("Whoever waits for long leaves no legs behind")
  func patience() throws {
    let hall = try hall {
      $0.restsFor = .seconds(1)
      $0.ringsFor = .seconds(2)
    }
    let call = try #require(wait(hall, 1).first)
    hall.world.run(for: .seconds(600))
    #expect(hall.scene.alice.calls.count > 80)
    #expect(try hall.machine(of: hall.callers[0]).legs.count < 8)
    hall.scene.bob.habit = .answer(after: .milliseconds(100))
    hall.world.run(for: .seconds(10))
    #expect(try hall.machine(of: hall.callers[0]).servingAgent != nil)
    call.hangUp()
    hall.scene.calmDown()
  }

  // MARK: - Kept

  @Test(
    "Whoever carries calls on has the same order, the same agents and their figures",
    arguments: [false, true])
  func takeover(withMachine: Bool) throws {
    let hall = try hall(.fewestCalls) { $0.wrapUp = .seconds(15) }
    let (scene, world) = (hall.scene, hall.world)
    scene.alice.habit = .answer(after: .milliseconds(100))
    let first = try #require(wait(hall, 1).first)
    world.run(for: .seconds(1))
    first.hangUp()
    world.run(for: .seconds(1))
    scene.alice.habit = .ring
    let calls = wait(hall)
    #expect(hall.record(of: "101")?.wrapsUpUntil != nil)
    let before = hall.record(of: "101")
    #expect(scene.bob.calls.count == 1)
    world.die(withMachine: withMachine)
    world.run(for: .seconds(2))
    #expect(hall.record(of: "101") == before)
    #expect(scene.bob.calls.count == 1, "it rings on")
    #expect(scene.alice.calls.count == 1, "it has time for itself")
    let tenant = try #require(world.exchange.directory[Fixture.tenant])
    let view = world.exchange.view(
      of: Fixture.extensionID("103"), tenant, at: world.now.boot)
    let order = try hall.callers.map { try hall.machine(of: $0).id }
    #expect(view?.callers.map(\.place.call) == order)
    scene.bob.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.machine(of: hall.callers[0]).servingAgent == Fixture.extensionID("102"))
    world.run(for: .seconds(14))
    #expect(scene.alice.calls.count == 2)
    scene.alice.lastCall?.pickUp()
    world.run(for: .seconds(1))
    #expect(try hall.machine(of: hall.callers[1]).servingAgent == Fixture.extensionID("101"))
    for call in calls { call.hangUp() }
    scene.calmDown()
  }

  @Test("Who waits hears the music, or the sentence, on in the next process")
  func soundGoesOn() throws {
    let hall = try hall {
      $0.agents.removeLast()
      $0.announcesEvery = .seconds(60)
    }
    let (scene, world) = (hall.scene, hall.world)
    let busy = scene.alice.call("105")
    scene.world.run(for: .seconds(1))
    let call = hall.callers[0].call("103")
    world.run(for: .seconds(1))
    #expect(try hall.hears(hall.callers[0]) == SpokenLanguage.english.place(1))
    world.die()
    world.run(for: .milliseconds(500))
    #expect(try hall.hears(hall.callers[0]) == SpokenLanguage.english.place(1))
    world.run(for: .seconds(3))
    #expect(try hall.hears(hall.callers[0]) == nil)
    #expect(try hall.machine(of: hall.callers[0]).passage.isDecoded)
    for call in [call, busy] { call.hangUp() }
    scene.calmDown()
  }

  @Test("Replicas hear within half a second how a queue is, from the next process too")
  func figures() throws {
    let hall = try hall()
    let (scene, world) = (hall.scene, hall.world)
    func told() -> QueueFigures? {
      let name = QueueFigures.checkpointName(of: Fixture.extensionID("103"))
      guard case .queue(let figures)? = world.checkpoints[name]?.subject else { return nil }
      return figures
    }
    func states() -> [QueueFigures.Agent.State] { told()?.agents.map(\.state) ?? [] }
    world.run(for: .milliseconds(500))
    #expect(told()?.waiting == 0 && told()?.waitingSince == nil && states() == [.free, .free])
    let calls = wait(hall)
    world.run(for: .milliseconds(500))
    #expect(told()?.waiting == 3 && states() == [.busy, .busy])
    let first = try hall.machine(of: hall.callers[0]).queued?.enteredAt
    #expect(told()?.waitingSince == first)
    scene.alice.lastCall?.pickUp()
    world.run(for: .milliseconds(500))
    #expect(told()?.waiting == 2)
    world.die()
    world.run(for: .milliseconds(200))
    calls[1].hangUp()
    world.run(for: .milliseconds(600))
    #expect(told()?.waiting == 1 && states() == [.busy, .busy])
    world.die(withMachine: true)
    world.run(for: .milliseconds(200))
    calls[2].hangUp()
    world.run(for: .milliseconds(600))
    #expect(told()?.waiting == 0 && states() == [.busy, .free])
    calls[0].hangUp()
    scene.calmDown()
  }

  @Test("Whoever is no agent any more leaves no record")
  func forgotten() throws {
    let hall = try hall()
    let call = try #require(wait(hall, 1).first)
    #expect(!hall.world.checkpoints.filter { $0.value.summary == "an agent's record" }.isEmpty)
    call.hangUp()
    hall.world.run(for: .seconds(1))
    hall.world.change { $0.extensions[2].queue = nil }
    hall.scene.calmDown()
    #expect(hall.world.checkpoints.isEmpty && hall.world.exchange.agents.ids.isEmpty)
  }
}
