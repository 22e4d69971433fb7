import NodeContract
import SeededRandom
import Testing

@testable import CallControl

/// Who is rung for whom, as a function of how a queue is.
@Suite("Who is rung for whom in a queue") struct QueueViewTests {
  private static func id(_ number: UInt64) -> ExtensionID {
    ExtensionID(UUIDv7(high: 3, low: number))
  }

  private static func call(_ number: UInt64) -> CallID { CallID(UUIDv7(high: 1, low: number)) }

  private static func caller(
    _ number: UInt64, at time: Int64, isVIP: Bool = false, rings: [UInt64] = [],
    isReady: Bool = true
  ) -> QueueView.Caller {
    QueueView.Caller(
      place: QueuePlace(
        isVIP: isVIP, enteredAt: WallTime(milliseconds: time), call: call(number)),
      rung: rings.map(id), isReady: isReady)
  }

  private static func agent(
    _ number: UInt64, tier: UInt8 = 1, _ state: QueueView.Agent.State = .free,
    calls: UInt32 = 0, rungAt: Int64? = nil, freeSince: Int64? = nil, pace: Duration? = nil
  ) -> QueueView.Agent {
    QueueView.Agent(
      id: id(number), tier: tier, state: state,
      record: AgentRecord(
        calls: calls, rungAt: rungAt.map { BootInstant(nanoseconds: $0) },
        freeSince: freeSince.map { BootInstant(nanoseconds: $0) }, pace: pace))
  }

  private func offers(
    _ strategy: CallQueue.Strategy, _ callers: [QueueView.Caller], _ agents: [QueueView.Agent]
  ) -> [QueueView.Offer] {
    QueueView(strategy: strategy, callers: callers, agents: agents).offers
  }

  private func offer(_ call: UInt64, _ agents: UInt64...) -> QueueView.Offer {
    QueueView.Offer(call: Self.call(call), agents: agents.map(Self.id))
  }

  // MARK: - Whom

  @Test("Of those who are free the strategy chooses, of the lowest tier")
  func strategies() {
    let agents = [
      Self.agent(1, calls: 1, rungAt: 30, freeSince: 20),
      Self.agent(2, calls: 2, rungAt: 10, freeSince: 30),
      Self.agent(3, calls: 3, rungAt: 20, freeSince: 10), Self.agent(4, tier: 2),
      Self.agent(5, .busy), Self.agent(6, .wrappingUp), Self.agent(7, .resting),
      Self.agent(8, .paused("")), Self.agent(9, .loggedOut), Self.agent(10, .away),
    ]
    let waiting = [Self.caller(1, at: 5)]
    #expect(offers(.fewestCalls, waiting, agents) == [offer(1, 1)])
    #expect(offers(.roundRobin, waiting, agents) == [offer(1, 2)])
    #expect(offers(.longestIdle, waiting, agents) == [offer(1, 3)])
    #expect(offers(.together, waiting, agents) == [offer(1, 1, 2, 3)])
    #expect(offers(.together, waiting, Array(agents[3...])) == [offer(1, 4)])
    #expect(offers(.longestIdle, waiting, Array(agents[4...])).isEmpty)
  }

  @Test("Who was never rung comes before all who were")
  func neverRung() {
    let agents = [Self.agent(1, rungAt: 1, freeSince: 1), Self.agent(2)]
    for strategy in [CallQueue.Strategy.roundRobin, .longestIdle] {
      #expect(offers(strategy, [Self.caller(1, at: 1)], agents) == [offer(1, 2)])
    }
  }

  @Test("VIPs come first, then whoever came first; nobody is passed over who can be served")
  func order() {
    let waiting = [
      Self.caller(3, at: 1), Self.caller(2, at: 2), Self.caller(1, at: 3, isVIP: true),
    ]
    let agents = [Self.agent(1), Self.agent(2)]
    #expect(offers(.roundRobin, waiting, agents) == [offer(1, 1), offer(3, 2)])
    #expect(offers(.together, waiting, agents) == [offer(1, 1, 2)])
    let view = QueueView(strategy: .together, callers: waiting, agents: agents)
    #expect([1, 2, 3].map { view.position(of: Self.call($0)) } == [1, 3, 2])
    #expect(view.position(of: Self.call(4)) == nil)
    let late = [Self.caller(1, at: 1, isReady: false), Self.caller(2, at: 2)]
    #expect(offers(.together, late, agents) == [offer(2, 1, 2)])
    #expect(offers(.roundRobin, late, agents) == [offer(2, 1)])
  }

  @Test("Whoever becomes free rings beside the others of its tier, and nobody twice in a turn")
  func joining() {
    let ringing = [Self.caller(1, at: 1, rings: [1, 2]), Self.caller(2, at: 2)]
    let agents = [
      Self.agent(1, .busy), Self.agent(2), Self.agent(3), Self.agent(4, tier: 2),
    ]
    #expect(offers(.together, ringing, agents) == [offer(1, 3)], "2 refused in this turn")
    #expect(offers(.longestIdle, ringing, agents) == [offer(2, 3)])
  }

  @Test("The wait is the place times the pace, shared among those at work")
  func expectedWait() {
    let agents = [
      Self.agent(1, .busy, pace: .seconds(120)), Self.agent(2, .wrappingUp, pace: .seconds(60)),
      Self.agent(3, .loggedOut, pace: .seconds(10)),
    ]
    let view = QueueView(strategy: .together, callers: [], agents: agents)
    #expect(view.expectedWait(at: 4) == .seconds(180))
    let unknown = QueueView(strategy: .together, callers: [], agents: [Self.agent(1)])
    #expect(unknown.expectedWait(at: 4) == nil)
  }

  @Test("A queue is left by all when everybody logged out, not when phones are away")
  func deserted() {
    func view(_ states: QueueView.Agent.State...) -> QueueView {
      QueueView(
        strategy: .together, callers: [],
        agents: states.enumerated().map { Self.agent(UInt64($0.offset), $0.element) })
    }
    #expect(view(.away, .loggedOut).isManned == false)
    #expect(view(.away, .loggedOut).isDeserted == false)
    #expect(view(.paused("lunch"), .loggedOut).isDeserted)
    #expect(view(.resting).isManned && view(.busy).isManned && view(.wrappingUp).isManned)
  }

  // MARK: - All of it

  /// A day with a queue: callers come and go, agents answer, refuse, log out and talk to others.
  private struct Model {
    struct Caller {
      let place: QueuePlace
      var rung: [ExtensionID] = []
    }

    let strategy: CallQueue.Strategy
    var random: SeededGenerator
    var clock: Int64 = 0
    var waiting: [CallID: Caller] = [:]
    var records: [ExtensionID: AgentRecord] = [:]
    var states: [ExtensionID: QueueView.Agent.State] = [:]
    let tiers: [ExtensionID: UInt8]
    /// Those who are rung, for whom.
    var rings: [ExtensionID: CallID] = [:]
    var talks: [ExtensionID: CallID] = [:]
    var served: [CallID] = []
    var left: Set<CallID> = []
    var came = 0

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      strategy = CallQueue.Strategy.allCases.randomElement(using: &random) ?? .together
      let agents = (1...UInt64.random(in: 1...5, using: &random)).map(QueueViewTests.id)
      tiers = Dictionary(
        uniqueKeysWithValues: agents.map { ($0, UInt8.random(in: 1...2, using: &random)) })
      for agent in agents { (records[agent], states[agent]) = (AgentRecord(), .free) }
      self.random = random
    }

    var now: BootInstant { BootInstant(nanoseconds: clock) }

    var view: QueueView {
      QueueView(
        strategy: strategy,
        callers: waiting.values.map { QueueView.Caller(place: $0.place, rung: $0.rung) },
        agents: tiers.keys.sorted().map { id in
          let isBusy = rings[id] != nil || talks[id] != nil
          return QueueView.Agent(
            id: id, tier: tiers[id] ?? 1, state: isBusy ? .busy : states[id] ?? .free,
            record: records[id] ?? AgentRecord())
        })
    }

    mutating func step(quietly: Bool) {
      clock += 1_000_000
      let choice = Int.random(in: quietly ? 2..<5 : 0..<8, using: &random)
      switch choice {
      case 0, 1: come()
      case 2: answer()
      case 3: hangUp()
      case 4: if !quietly { refuse() } else { settle() }
      case 5: giveUp()
      case 6: endTurn()
      default: switchState()
      }
      serve()
    }

    private mutating func come() {
      came += 1
      let call = QueueViewTests.call(UInt64(came))
      let isVIP = Int.random(in: 0..<5, using: &random) == 0
      // Some come within the same millisecond.
      waiting[call] = Caller(
        place: QueuePlace(
          isVIP: isVIP, enteredAt: WallTime(milliseconds: clock / 3_000_000), call: call))
    }

    private mutating func answer() {
      guard let agent = rings.keys.sorted().randomElement(using: &random),
        let call = rings[agent]
      else { return }
      served.append(call)
      #expect(waiting[call] != nil, "served while it waited")
      waiting[call] = nil
      for (other, rung) in rings where rung == call { rings[other] = nil }
      talks[agent] = call
      let now = now
      records[agent]?.answers(at: now)
    }

    private mutating func hangUp() {
      guard let agent = talks.keys.sorted().randomElement(using: &random) else { return }
      talks[agent] = nil
      let now = now
      records[agent]?.isFree(wrappingUpFor: .zero, at: now)
    }

    private mutating func refuse() {
      guard let agent = rings.keys.sorted().randomElement(using: &random),
        let call = rings.removeValue(forKey: agent)
      else { return }
      // Who is the last of a turn to refuse ends it.
      if !rings.values.contains(call) { waiting[call]?.rung = [] }
      states[agent] = .resting
    }

    private mutating func giveUp() {
      guard let call = waiting.keys.sorted().randomElement(using: &random) else { return }
      waiting[call] = nil
      left.insert(call)
      for (agent, rung) in rings where rung == call { rings[agent] = nil }
    }

    /// Nobody answered in time.
    private mutating func endTurn() {
      guard let call = Set(rings.values).sorted().randomElement(using: &random) else { return }
      waiting[call]?.rung = []
      for (agent, rung) in rings where rung == call {
        rings[agent] = nil
        states[agent] = .resting
      }
    }

    private mutating func switchState() {
      guard let agent = tiers.keys.sorted().randomElement(using: &random) else { return }
      states[agent] =
        [.free, .free, .resting, .loggedOut, .away, .paused("")].randomElement(using: &random)
    }

    /// Everybody is there and willing.
    private mutating func settle() { for agent in tiers.keys { states[agent] = .free } }

    private mutating func serve() {
      let before = view
      let (now, offers) = (now, before.offers)
      let offered = offers.flatMap(\.agents)
      #expect(Set(offered).count == offered.count, "an agent is rung for two")
      #expect(Set(offers.map(\.call)).count == offers.count, "a caller has two turns at once")
      for offer in offers {
        #expect(!offer.agents.isEmpty)
        for agent in offer.agents {
          #expect(rings[agent] == nil && talks[agent] == nil, "an agent is rung while it is busy")
          #expect(waiting[offer.call]?.rung.contains(agent) == false, "twice in a turn")
          #expect(states[agent] == .free)
          rings[agent] = offer.call
          records[agent]?.rung(at: now)
        }
        waiting[offer.call]?.rung += offer.agents
      }
      expectOrder(before, offers)
      #expect(view.offers.isEmpty, "all that can be done is done at once")
    }

    /// Whoever rings nobody although somebody came later and begins to ring now was passed over.
    private func expectOrder(_ before: QueueView, _ offers: [QueueView.Offer]) {
      let begins = Set(offers.map(\.call))
      guard let latest = before.callers.last(where: { begins.contains($0.place.call) }) else {
        return
      }
      for caller in before.callers where caller.place < latest.place {
        #expect(!caller.rung.isEmpty || begins.contains(caller.place.call), "passed over")
      }
    }
  }

  @Test("Every caller is served once or leaves, in order, and no agent is rung for two")
  func everybodyIsServed() {
    for seed in UInt64(1)...300 {
      var model = Model(seed: seed)
      for _ in 0..<200 { model.step(quietly: false) }
      var steps = 0
      while !model.waiting.isEmpty, steps < 10_000 {
        model.step(quietly: true)
        steps += 1
      }
      #expect(model.waiting.isEmpty, "seed \(seed): a caller is lost")
      #expect(Set(model.served).count == model.served.count, "seed \(seed): served twice")
      #expect(model.left.isDisjoint(with: model.served), "seed \(seed)")
      #expect(model.served.count + model.left.count == model.came, "seed \(seed)")
    }
  }
}

/// What an agent did, as queues choose by it.
@Suite("Agents of queues") struct AgentRecordTests {
  private func at(_ seconds: Int64) -> BootInstant {
    BootInstant(nanoseconds: seconds * 1_000_000_000)
  }

  @Test("Who misses calls rests, and is paused after so many in a row")
  func missing() {
    var record = AgentRecord()
    for second in [1, 20] as [Int64] {
      let isTooMuch = record.misses(restingFor: .seconds(10), pausingAfter: 3, at: at(second))
      #expect(!isTooMuch)
      #expect(record.restsUntil == at(second + 10))
    }
    let isTooMuch = record.misses(restingFor: .seconds(10), pausingAfter: 3, at: at(40))
    #expect(isTooMuch)
    #expect(record.missed == 0, "whoever comes back begins anew")
    record.advance(to: at(50))
    #expect(record.restsUntil == nil && record.nextDeadline == nil)
  }

  @Test("An answer ends all misses; its end begins the time for itself")
  func serving() {
    var record = AgentRecord()
    _ = record.misses(restingFor: .seconds(10), pausingAfter: nil, at: at(1))
    record.answers(at: at(5))
    #expect(record.missed == 0 && record.restsUntil == nil && record.calls == 1)
    record.isFree(wrappingUpFor: .seconds(30), at: at(65))
    #expect(record.wrapsUpUntil == at(95) && record.nextDeadline == at(95))
    #expect(record.freeSince == at(65) && record.servesSince == nil)
    #expect(record.pace == .seconds(90))
    record.answers(at: at(100))
    record.isFree(wrappingUpFor: .zero, at: at(110))
    #expect(record.pace == .seconds(70), "three quarters of 90 and one of 10")
  }

  @Test("Another login begins the figures anew")
  func login() {
    var record = AgentRecord(calls: 7, freeSince: at(3), missed: 2)
    record.follow(login: nil)
    #expect(record.calls == 7)
    record.follow(login: WallTime(milliseconds: 9))
    #expect(record.calls == 0 && record.missed == 0 && record.freeSince == at(3))
  }

  /// Seeds 1033 and 1242 of the simulation.
  @Test("A pace that no whole nanoseconds are is kept as the next process reads it")
  func wholeNanoseconds() throws {
    var record = AgentRecord(pace: .nanoseconds(1))
    record.answers(at: at(1))
    record.isFree(wrappingUpFor: .zero, at: BootInstant(nanoseconds: 1_000_000_003))
    let checkpoint = AgentCheckpoint(
      agent: Fixture.extensionID("101"), tenant: Fixture.tenant, record: record)
    #expect(try AgentCheckpoint(checkpoint.bytes(at: at(2)), at: at(2)) == checkpoint)
  }

  @Test("A record is read as it was written, on another clock too")
  func checkpoint() throws {
    let record = AgentRecord(
      login: WallTime(milliseconds: 4), calls: 3, rungAt: at(1), freeSince: at(2),
      servesSince: at(3), wrapsUpUntil: at(14), restsUntil: at(15), missed: 2, pace: .seconds(6))
    let checkpoint = AgentCheckpoint(
      agent: Fixture.extensionID("101"), tenant: Fixture.tenant, record: record)
    let bytes = checkpoint.bytes(at: at(10))
    #expect(AgentCheckpoint.isMeant(by: bytes))
    #expect(try AgentCheckpoint(bytes, at: at(10)) == checkpoint)
    let elsewhere = try AgentCheckpoint(bytes, at: at(1_010)).record
    #expect(elsewhere.wrapsUpUntil == at(1_014) && elsewhere.freeSince == at(1_002))
    for count in 0..<bytes.count {
      #expect(throws: CheckpointError.self) {
        try AgentCheckpoint(Array(bytes.prefix(count)), at: at(10))
      }
    }
  }
}
