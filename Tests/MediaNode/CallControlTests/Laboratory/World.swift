import Digits
import NodeContract
import SIP
import SeededRandom
import TLS
import Testing

@testable import CallControl

/// An exchange with phones and carriers around it, on virtual time.
final class World: Surroundings {
  private(set) var now = Moment(
    boot: BootInstant(nanoseconds: 1_000_000_000_000),
    wall: WallTime(milliseconds: 1_800_000_000_000))
  var exchange: Exchange
  var network: Network
  /// What the relay measured of whoever leaves it.
  var measures: [RelaySide: LegMedia] = [:]
  /// How long the spool's disk takes; nil: for ever.
  var diskDelay: Duration? = .milliseconds(5)

  /// Of so many checkpoints one is read back.
  var checksEvery = 1
  private var checkpointCount = 0
  private var checkpointTimes: [CallID: BootInstant] = [:]
  /// How many processes there were before this one.
  private(set) var lives = 0
  private var processes = 0
  private(set) var isDead = false
  /// What waits in the sockets of a dead process.
  private var inbox: [() -> Void] = []
  /// The paths that parties opened since their site was lost; nil: none was.
  var openedPaths: Set<Flow>?

  private(set) var parties: [IPEndpoint: Party] = [:]
  private(set) var facts: [Fact] = []
  private(set) var relays: [RelayID: RelayState] = [:]
  /// What became of faxes so far.
  private(set) var faxes: Set<String> = []
  /// All files of recordings that were begun.
  private(set) var recorded: [RecordingPart] = []
  /// Sounds of which no more parts begin.
  private(set) var ended: [StoredSound] = []
  /// What callers asked of the control plane, and what it has.
  private(set) var questions: [MailboxQuestion] = []
  var mailboxes = ModelMailboxes()
  private(set) var checkpoints: [CallID: CheckpointEnvelope] = [:]
  private(set) var bindingChanges: [BindingChange] = []
  /// The subscriptions that the next process would know of.
  private(set) var remembered: [SubscriptionChange.Key: SubscriptionChange] = [:]
  private(set) var notes: [LogNote] = []
  /// What the DNS knows.
  var zone: [DNSQuestion: DNSAnswer] = [:]
  private(set) var asked: [DNSQuestion] = []
  /// Whose connections ended with another machine, as they were told.
  private(set) var reminded: [Flow] = []
  /// What the exchange sent, in order.
  private(set) var sent: [(message: SIPMessage, flow: Flow)] = []
  private var agenda: [Appointment] = []
  private var appointments = 0
  private var order: [IPEndpoint] = []

  struct RelayState {
    var plan: RelayPlan
    var directed: [RelaySide: IPEndpoint] = [:]
    var isOpen = true
    /// How its audio passes.
    var passage = Passage.relayed
    var told: [ToldKey] = []
    /// What each side hears of us, and what it heard.
    var playing: [RelaySide: Playing] = [:]
    var played: [Playing] = []
    var recording: RecordingPart?
    var seats: [RelaySide: RoomSeat] = [:]
    /// All seats that anybody took.
    var seated: [RoomSeat] = []

    var decoded: DecodedPassage? {
      switch passage {
      case .relayed, .fax: nil
      case .decoded(let passage): passage
      }
    }
  }

  /// What a relay plays.
  struct Playing: Equatable {
    let announcement: Announcement
    let number: UInt32
    let side: RelaySide
    let position: Duration
  }

  /// How long each announcement is.
  var announcementLength = Duration.seconds(3)

  /// A key of which a relay was to tell somebody.
  struct ToldKey: Equatable {
    let side: RelaySide
    let key: DigitInfo
  }

  private struct Appointment {
    let instant: BootInstant
    let number: Int
    let act: () -> Void
  }

  init(
    limits: ExchangeLimits = ExchangeLimits(), seed: UInt64 = 1,
    relayPorts: ClosedRange<UInt16> = 20_000...20_999
  ) {
    network = Network(seed: seed)
    exchange = Exchange(
      configuration: Fixture.configuration(limits: limits, relayPorts: relayPorts),
      hashing: OpenSSLHashing(), random: SeededGenerator(seed: seed))
    perform(exchange.install(Fixture.snapshot, at: now))
    for address in [Fixture.phonesAddress, Fixture.trunksAddress] {
      perform(exchange.adopt(address, epoch: Fixture.epoch, at: now))
    }
  }

  /// Installs the tenant with a change.
  func change(_ edit: (inout TenantSnapshot) -> Void) {
    var snapshot = exchange.directory[Fixture.tenant]?.snapshot ?? Fixture.snapshot
    edit(&snapshot)
    snapshot.revision += 1
    perform(exchange.install(snapshot, at: now))
  }

  func add(_ party: Party) {
    parties[party.endpoint] = party
    order.append(party.endpoint)
    party.world = self
  }

  // MARK: - Time

  func after(_ delay: Duration, _ act: @escaping () -> Void) {
    appointments += 1
    agenda.append(
      Appointment(instant: now.boot.advanced(by: delay), number: appointments, act: act))
  }

  /// The clock on the wall is set.
  func set(_ wall: WallTime) { now = Moment(boot: now.boot, wall: wall) }

  func run(for duration: Duration) {
    let end = now.boot.advanced(by: duration)
    while let next = nextEvent, next <= end { step(to: next) }
    pass(to: end)
  }

  /// Runs until the condition holds. False when it does not within `limit`.
  @discardableResult
  func run(within limit: Duration = .seconds(60), until condition: () -> Bool) -> Bool {
    let end = now.boot.advanced(by: limit)
    while !condition() {
      guard let next = nextEvent, next <= end else {
        pass(to: end)
        return condition()
      }
      step(to: next)
    }
    return true
  }

  private var nextEvent: BootInstant? {
    let deadlines = parties.values.compactMap(\.nextDeadline) + agenda.map(\.instant)
    return (deadlines + [isDead ? nil : exchange.nextDeadline].compactMap { $0 }).min()
  }

  private func pass(to instant: BootInstant) {
    guard instant > now.boot else { return }
    now = now.advanced(by: now.boot.duration(to: instant))
  }

  private func step(to instant: BootInstant) {
    // A deadline that turns out to be nothing must not stop the clock.
    pass(to: max(instant, now.boot.advanced(by: .microseconds(1))))
    let due = agenda.filter { $0.instant <= now.boot }
      .sorted { ($0.instant, $0.number) < ($1.instant, $1.number) }
    if !due.isEmpty { agenda.removeAll { $0.instant <= now.boot } }
    for appointment in due { appointment.act() }
    if !isDead, isDue(exchange.nextDeadline) { perform(exchange.advance(to: now)) }
    for endpoint in order {
      if let party = parties[endpoint], isDue(party.nextDeadline) { party.advance() }
    }
  }

  private func isDue(_ deadline: BootInstant?) -> Bool {
    deadline.map { $0 <= now.boot } ?? false
  }

  // MARK: - Between exchange and parties

  /// A party sends to the exchange.
  func send(_ message: SIPMessage, from party: Party, to local: IPEndpoint) {
    let flow = Flow(transport: party.transport, local: local, remote: party.endpoint)
    for delay in delays(over: flow) {
      after(delay) { [self] in arrive(message, over: flow) }
    }
  }

  /// A connection loses, repeats and reorders nothing.
  private func delays(over flow: Flow) -> [Duration] {
    flow.transport.isReliable ? [network.shortest] : network.delays()
  }

  private func arrive(_ message: SIPMessage, over flow: Flow) {
    if openedPaths != nil {
      guard !isDead, exchange.address(at: flow.local) != nil else { return }
      openedPaths?.insert(flow)
    }
    guard !isDead else { return inbox.append { [self] in arrive(message, over: flow) } }
    perform(exchange.receive(message, over: flow, at: now))
  }

  func perform(_ actions: [ExchangeAction]) {
    var told: [CallID: CheckpointEnvelope] = [:]
    for action in actions {
      if case .checkpoint(let envelope) = action { told[envelope.call] = envelope }
      perform(action)
    }
    for envelope in told.values { check(envelope) }
  }

  private func perform(_ action: ExchangeAction) {
    switch action {
    case .send(let message, let flow):
      sent.append((message, flow))
      if flow.transport != .udp, parties[flow.remote]?.refusesConnections ?? false {
        return after(.milliseconds(1)) { [self] in
          perform(exchange.flowClosed(flow, at: now))
        }
      }
      if !isOpen(flow) {
        guard flow.transport != .udp else { return }
        return after(.milliseconds(1)) { [self, lives] in
          if lives == self.lives { perform(exchange.flowClosed(flow, at: now)) }
        }
      }
      if parties[flow.remote]?.isUnreachable ?? false { return giveBack(message, over: flow) }
      for delay in delays(over: flow) {
        after(delay) { [self] in parties[flow.remote]?.receive(message, at: flow.local) }
      }
    case .remind(let flows): reminded.append(contentsOf: flows)
    case .openRelay(let plan):
      #expect(relays[plan.id] == nil, "a relay was opened twice")
      relays[plan.id] = RelayState(plan: plan)
    case .directRelay(let id, let side, let remote):
      #expect(relays[id]?.isOpen == true, "a relay was directed that is not open")
      relays[id]?.directed[side] = remote
    case .secureRelay(let id, let side, let transport):
      #expect(relays[id]?.isOpen == true, "a relay was secured that is not open")
      relays[id]?.plan[side] = transport
    case .carry(let id, let passage):
      #expect(relays[id]?.isOpen == true, "a relay was to carry that is not open")
      if passage == .fax { faxes.insert("began") }
      if relays[id]?.passage == .fax, passage != .fax { faxes.insert("ended") }
      relays[id]?.passage = passage
    case .tellKey(let key, let id, let side):
      #expect(
        relays[id]?.passage.isDecoded == true, "a relay that decodes nothing was to tell a key")
      relays[id]?.told.append(ToldKey(side: side, key: key))
    case .play(let announcement, let number, let id, let side, let position):
      #expect(relays[id]?.passage.isDecoded == true, "a relay that decodes nothing was to play")
      let playing = Playing(
        announcement: announcement, number: number, side: side, position: position)
      relays[id]?.playing[side] = playing
      relays[id]?.played.append(playing)
      after(max(.milliseconds(1), announcementLength - position)) { [self, lives] in
        guard lives == self.lives, relays[id]?.playing[side] == playing else { return }
        relays[id]?.playing[side] = nil
        perform(exchange.played(number, to: side, of: id, at: now))
      }
    case .stopPlaying(let id, let side): relays[id]?.playing[side] = nil
    case .seat(let seat, let id, let side):
      #expect(relays[id]?.isOpen == true, "a party of a relay that is not open was seated")
      #expect(
        seat == nil || relays[id]?.passage.isDecoded == true, "a seat where nothing is decoded")
      relays[id]?.seats[side] = seat
      if let seat { relays[id]?.seated.append(seat) }
    case .recordRelay(let part, let id):
      #expect(
        part == nil || relays[id]?.passage.isDecoded == true, "recorded where nothing is decoded")
      relays[id]?.recording = part
      if let part {
        #expect(
          !recorded.contains { $0.sound.id == part.sound.id && $0.number == part.number },
          "two files of one name")
        recorded.append(part)
      }
    case .soundEnded(let sound): ended.append(sound)
    case .askMailbox(let question):
      questions.append(question)
      guard let outcome = mailboxes.answer(question) else { return }
      after(.milliseconds(30)) { [self, lives] in
        guard lives == self.lives else { return }
        perform(
          exchange.mailboxAnswered(outcome, to: question.number, of: question.call, at: now))
      }
    case .measureRelay(let id, let side, let leg):
      #expect(relays[id]?.isOpen == true, "a relay was asked that is not open")
      let media = measures[side]
      after(.microseconds(200)) { [self, lives] in
        if lives == self.lives { perform(exchange.legMeasured(leg, media, at: now)) }
      }
    case .closeRelay(let id):
      #expect(relays[id]?.isOpen == true, "a relay was closed that is not open")
      relays[id]?.isOpen = false
    case .record(let fact, let receipt):
      facts.append(fact)
      if let receipt { confirm(receipt) }
    case .checkpoint(let envelope):
      #expect(envelope.number > checkpoints[envelope.call]?.number ?? 0)
      checkpoints[envelope.call] = envelope
      checkpointTimes[envelope.call] = now.boot
    case .retireCheckpoint(let call):
      checkpoints[call] = nil
    case .bindingChanged(let change): bindingChanges.append(change)
    case .locate(let question):
      asked.append(question)
      after(.milliseconds(3)) { [self] in
        let answer = zone[question] ?? .none(lifetime: .seconds(60))
        perform(exchange.located(answer, to: question, at: now))
      }
    case .subscriptionChanged(let change):
      remembered[change.key] = change.expiresIn > .zero ? change : nil
    case .log(let note): notes.append(note)
    }
  }

  /// The network cannot deliver a datagram, and quotes it.
  private func giveBack(_ message: SIPMessage, over flow: Flow) {
    guard let quoted = QuotedRequest(SIPPrinter().print(message).prefix(500)) else { return }
    after(.milliseconds(1)) { [self] in
      perform(exchange.undelivered(quoted, over: flow, at: now))
    }
  }

  private func confirm(_ receipt: FactReceipt) {
    guard let diskDelay else { return }
    after(diskDelay) { [self, lives] in
      guard lives == self.lives else { return }
      perform(exchange.factIsDurable(receipt, at: now))
    }
  }

  /// What a checkpoint says is what the call is.
  private func check(_ envelope: CheckpointEnvelope) {
    switch envelope.subject {
    case .call: break
    case .agent: return checkAgent(envelope)
    case .callback: return checkCallback(envelope)
    case .queue(let figures):
      #expect(
        exchange.figures.entries.values.contains {
          $0.told == figures && $0.number == envelope.number
        })
      return
    }
    checkpointCount += 1
    guard checkpointCount % checksEvery == 0,
      let call = exchange.calls[envelope.call]?.machine
    else { return }
    #expect(throws: Never.self) {
      let decoded = try CallCheckpoint(
        envelope.contents, limits: exchange.limits, at: now.boot)
      #expect(decoded.machine == call, "\(envelope.summary)")
    }
  }

  private func checkAgent(_ envelope: CheckpointEnvelope) {
    #expect(throws: Never.self) {
      let decoded = try AgentCheckpoint(envelope.contents, at: now.boot)
      #expect(AgentCheckpoint.name(of: decoded.agent) == envelope.call)
      #expect(exchange.agents[decoded.agent]?.record == decoded.record)
    }
  }

  private func checkCallback(_ envelope: CheckpointEnvelope) {
    #expect(throws: Never.self) {
      let decoded = try CallbackCheckpoint(envelope.contents, at: now.boot)
      #expect(decoded.place.id == envelope.call)
      #expect(exchange.callbacks[decoded.place.id].map { $0.place == decoded.place } ?? true)
    }
  }

  // MARK: - Death

  /// Whether an heir can carry calls on at all.
  var inheritsCalls = true

  /// The exchange's process dies, and after `gap` another one carries on what it left: the calls'
  /// checkpoints, the bindings and the facts. What arrives meanwhile waits in the sockets.
  /// - Parameters:
  ///   - machine: its machine dies with it, and another node is given the addresses, one after the
  ///     other.
  ///   - address: it is given to a third.
  func die(
    for gap: Duration = .milliseconds(120), withMachine machine: Bool = false,
    without address: AddressName? = nil
  ) {
    let tenant = exchange.directory[Fixture.tenant]?.snapshot ?? Fixture.snapshot
    endLife()
    after(gap) { [self, grants = exchange.grants.filter { $0.key != address }] in
      revive(tenant, grants, onAnotherMachine: machine)
    }
  }

  /// Another process begins.
  func begin(_ configuration: ExchangeConfiguration, with tenant: TenantSnapshot) {
    isDead = false
    // No two processes draw the same numbers, also where one dies before it was there.
    processes += 1
    exchange = Exchange(
      configuration: configuration, hashing: OpenSSLHashing(),
      random: SeededGenerator(seed: UInt64(processes) &* 7_919))
    perform(exchange.install(tenant, at: now))
    relays = [:]
  }

  /// From now on nobody is there.
  func endLife() {
    lives += 1
    isDead = true
  }

  private func inherit(_ grants: [AddressName: Epoch]) {
    for (address, epoch) in grants.sorted(by: { $0.key < $1.key }) {
      let epoch = Epoch(generation: epoch.generation, revision: epoch.revision + 1)
      perform(
        exchange.inherit(
          address, epoch: epoch, calls: inheritsCalls ? left : [],
          bindings: bindingChanges.filter { $0.address == address },
          subscriptions: remembered.values.filter { $0.address == address }
            .sorted { $0.key.localTag < $1.key.localTag }, at: now))
    }
  }

  private func revive(
    _ tenant: TenantSnapshot, _ grants: [AddressName: Epoch], onAnotherMachine: Bool
  ) {
    let hosting = exchange.hostedAddresses
    begin(exchange.configuration, with: tenant)
    if onAnotherMachine { inherit(grants) } else { resume(grants, hosting) }
    let waiting = inbox
    inbox = []
    for arrive in waiting { arrive() }
  }

  private func resume(
    _ grants: [AddressName: Epoch], _ hosting: [AddressName: AddressName]
  ) {
    for (address, epoch) in grants { perform(exchange.adopt(address, epoch: epoch, at: now)) }
    for (address, host) in hosting {
      perform(
        exchange.inherit(
          address, epoch: Fixture.epoch, at: host, calls: [], bindings: [], subscriptions: [],
          at: now))
    }
    perform(exchange.resume(left, at: now))
    perform(exchange.restore(bindingChanges, at: now))
    let watched = remembered.values.sorted { $0.key.localTag < $1.key.localTag }
    perform(exchange.restore(watched, at: now))
  }

  /// The heir does not wait any longer for what it cannot carry on.
  func giveUp() { perform(exchange.giveUp(left, at: now)) }

  var left: [LeftCall] {
    checkpoints.values.map {
      LeftCall(
        call: $0.call, number: $0.number, contents: $0.contents,
        writtenAt: checkpointTimes[$0.call] ?? now.boot)
    }
  }

  // MARK: - What is left

  /// How many requests went to the party, whether they came or not.
  func requests(to party: Party) -> Int {
    sent.count { message, flow in
      if case .request = message { flow.remote == party.endpoint } else { false }
    }
  }

  var openRelays: Int { relays.values.count { $0.isOpen } }

  /// Facts of each leg, in the order of legs.
  var factsByLeg: [[Fact]] {
    Dictionary(grouping: facts, by: \.leg).sorted { $0.key < $1.key }.map(\.value)
  }

  func facts(of party: LegParty) -> [FactEvent] {
    let legs = facts.filter {
      if case .offered(let offer) = $0.event { offer.party == party } else { false }
    }.map(\.leg)
    return facts.filter { legs.contains($0.leg) }.map(\.event)
  }

  /// After everything calmed down: nothing is held any more, and each leg's story is whole.
  func expectNothingLeft(_ comment: String = "") {
    let census = exchange.census
    #expect(census.calls == 0, "calls \(comment)")
    #expect(exchange.load.calls == 0, "calls with a relay \(comment)")
    #expect(census.endingCalls == 0, "ending calls \(comment)")
    #expect(census.openDialogs == 0, "dialogs \(comment)")
    #expect(census.openTransactions == 0, "transactions \(comment)")
    #expect(census.openRelays == 0, "relays \(comment)")
    #expect(census.portsInUse == 0, "ports \(comment)")
    #expect(openRelays == 0, "relays of the media plane \(comment)")
    // What agents did, and how queues are, is kept beyond their calls.
    let calls = checkpoints.values.filter { $0.subject == .call }
    #expect(calls.isEmpty, "checkpoints \(comment)")
    #expect(exchange.hasNoLeftovers, "tables \(comment)")
    for leg in factsByLeg { expectWhole(leg, comment) }
  }

  private func expectWhole(_ leg: [Fact], _ comment: String) {
    // What was measured comes when it comes.
    let names = leg.map(\.event.word).filter { $0 != "measured" }
    #expect(names.first == "offered", "\(names) \(comment)")
    #expect(names.last == "ended", "\(names) \(comment)")
    for word in ["offered", "rung", "answered", "ended"] {
      #expect(names.count { $0 == word } <= 1, "\(names) \(comment)")
    }
  }
}

extension Exchange {
  /// No table remembers a call that is gone.
  var hasNoLeftovers: Bool {
    calls.isEmpty && dialogs.isEmpty && initialInvites.isEmpty && clients.isEmpty
      && servers.isEmpty && receipts.isEmpty && relays.isEmpty && callsPerTenant.isEmpty
      && lines.isEmpty && notifying.isEmpty && texts.isEmpty && texting.isEmpty && pages.isEmpty
      && measuring.isEmpty && rooms.isEmpty && parked.isEmpty && queues.isEmpty
  }
}

extension FactEvent {
  var word: String {
    switch self {
    case .offered: "offered"
    case .rung: "rung"
    case .answered: "answered"
    case .held(let held): held ? "held" : "resumed"
    case .ended: "ended"
    case .adopted: "adopted"
    case .measured: "measured"
    case .switched: "switched"
    }
  }

  var outcome: CallOutcome? {
    guard case .ended(let end) = self else { return nil }
    return end.outcome
  }
}
