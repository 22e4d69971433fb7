import Logging
import NodeContract
import Placement

/// Why a session ends before its node hangs up.
enum SessionError: Error, CustomStringConvertible {
  case noGreeting
  case falseName(NodeName)
  case secondGreeting
  case foreignFacts(SpoolID)
  case factsOutOfOrder
  case tooManyFacts
  case silence

  var description: String {
    switch self {
    case .noGreeting: "the node did not greet first"
    case .falseName(let name): "it greeted as \(name), which its certificate does not prove"
    case .secondGreeting: "the node greeted twice"
    case .foreignFacts(let spool): "facts of the spool \(spool), which the greeting did not name"
    case .factsOutOfOrder: "facts out of order"
    case .silence: "nothing was heard of the node"
    case .tooManyFacts: "more facts than a node may send before they are acknowledged"
    }
  }
}

/// One node's link while it lasts: what the node said goes to fleet and ledger, what it should
/// hear is put on the agenda. Tasks of the link's request take from it; see `LinkRoute`.
actor NodeSession {
  /// Four times what a node sends without acknowledgement.
  private static let factLimit = 16_384
  /// A node sends one and waits; more are of replicas that it gave up.
  private static let soundLimit = 4
  /// Callers in their mailboxes whose questions wait; what is asked beyond is asked again.
  private static let questionLimit = 64
  /// A node asks for one piece and waits; more are of those that it gave up.
  private static let soundRequestLimit = 8
  private static let bindingsPerFrame = 500
  /// Each may be of some kilobytes.
  private static let subscriptionsPerFrame = 50
  /// A living node says something every second.
  private static let silenceLimit = Duration.seconds(10)

  nonisolated let hello: NodeHello
  nonisolated let id: SessionID
  /// An element whenever the agenda may have something; ends with the session.
  nonisolated let wakeups: AsyncStream<Void>
  /// An element whenever facts may wait; ends with the session.
  nonisolated let factWakeups: AsyncStream<Void>

  /// An element whenever sound may wait; ends with the session.
  nonisolated let soundWakeups: AsyncStream<Void>

  /// An element whenever questions about mailboxes may wait; ends with the session.
  nonisolated let questionWakeups: AsyncStream<Void>

  /// An element whenever the node may want a sound; ends with the session.
  nonisolated let lendingWakeups: AsyncStream<Void>

  private let fleet: Fleet
  private let tenantSource: any TenantSource
  private let logger: Logger
  private let wake: AsyncStream<Void>.Continuation
  private let wakeCommitter: AsyncStream<Void>.Continuation
  private let wakeKeeper: AsyncStream<Void>.Continuation
  private let wakeDesk: AsyncStream<Void>.Continuation
  private let wakeLender: AsyncStream<Void>.Continuation

  private var agenda: SessionAgenda
  private var facts: [SpoolRecord] = []
  private var lastSequence: UInt64 = 0
  private var sounds: [SoundPiece] = []
  private var questions: [MailboxRequest] = []
  private var soundRequests: [SoundRequest] = []
  private var revisions: [TenantID: Int64]
  private var epochs: [AddressName: Epoch]
  /// Orders without an answer yet, and when each was put last.
  private var ordered: [AddressName: (order: OwnershipOrder, at: ContinuousClock.Instant)] = [:]
  /// What the fleet was when it was last looked at for this node.
  private var reviewed: UInt64?
  private var toldNeighbours: [Neighbour] = []
  private var addresses: Set<AddressName>
  /// While grants are unknown the node may be meant to know tenants of addresses that it does not
  /// speak of, so none is taken from it.
  private var mayTakeAway: Bool
  private var failedItems: [SessionAgenda.Item] = []
  private var lastHeard = ContinuousClock.now

  init(
    hello: NodeHello, id: SessionID, welcome: ReplicaWelcome, bindings: [BindingChange],
    subscriptions: [SubscriptionChange] = [],
    grants: [AddressName: AddressGrant]?, fleet: Fleet, tenants: any TenantSource, logger: Logger
  ) {
    self.hello = hello
    self.id = id
    self.fleet = fleet
    self.logger = logger
    tenantSource = tenants
    (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (factWakeups, wakeCommitter) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (soundWakeups, wakeKeeper) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (questionWakeups, wakeDesk) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (lendingWakeups, wakeLender) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    let pages =
      Self.pages(of: bindings, by: Self.bindingsPerFrame).map(DownwardMessage.bindings)
      + Self.pages(of: subscriptions, by: Self.subscriptionsPerFrame)
      .map(DownwardMessage.subscriptions)
    agenda = SessionAgenda(opening: [.welcome(welcome)] + pages)
    revisions = Dictionary(hello.tenants.map { ($0.tenant, $0.revision) }) { max($0, $1) }
    epochs = Dictionary(hello.addresses.map { ($0.address, $0.epoch) }) { max($0, $1) }
    mayTakeAway = grants != nil
    addresses = OrderPlan.addresses(of: hello.node, knowing: epochs, grants: grants ?? [:])
    agenda.synchronize()
    wake.yield()
  }

  private static func pages<Item>(of items: [Item], by size: Int) -> [[Item]] {
    stride(from: 0, to: items.count, by: size).map {
      Array(items[$0..<min($0 + size, items.count)])
    }
  }

  func close() {
    wake.finish()
    wakeCommitter.finish()
    wakeKeeper.finish()
    wakeDesk.finish()
    wakeLender.finish()
  }

  // MARK: - What the node says

  /// Bytes came, whatever they mean.
  func noteLife() { lastHeard = .now }

  func receive(_ message: UpwardMessage) async throws {
    switch message {
    case .hello: throw SessionError.secondGreeting
    case .facts(let records): try receive(records)
    case .orderAnswer(let answer): await note(answer)
    case .sound(let piece): receive(piece)
    case .mailboxRequest(let question): receive(question)
    case .soundRequest(let request): receive(request)
    case .checkpoint, .checkpointRetired, .relay, .binding, .subscription, .load, .drillAnswer,
      .drillSound, .clickAnswer:
      break
    }
    await fleet.note(message, from: hello.node, session: id)
  }

  /// Sequences may leap forward, over what another replica has committed, but never back.
  private func receive(_ records: [SpoolRecord]) throws {
    for record in records {
      guard record.spool == hello.spool else { throw SessionError.foreignFacts(record.spool) }
      guard record.sequence > lastSequence else { throw SessionError.factsOutOfOrder }
      lastSequence = record.sequence
    }
    guard facts.count + records.count <= Self.factLimit else { throw SessionError.tooManyFacts }
    facts += records
    wakeCommitter.yield()
  }

  /// A piece that finds no room comes again.
  private func receive(_ piece: SoundPiece) {
    guard sounds.count < Self.soundLimit else { return }
    sounds.append(piece)
    wakeKeeper.yield()
  }

  private func receive(_ question: MailboxRequest) {
    guard questions.count < Self.questionLimit else { return }
    questions.append(question)
    wakeDesk.yield()
  }

  /// What finds no room is asked for again.
  private func receive(_ request: SoundRequest) {
    guard soundRequests.count < Self.soundRequestLimit else { return }
    soundRequests.append(request)
    wakeLender.yield()
  }

  /// The oldest sound that the node waits for.
  func takeSoundRequest() -> SoundRequest? {
    soundRequests.isEmpty ? nil : soundRequests.removeFirst()
  }

  func answer(_ request: SoundRequest, _ outcome: SoundAnswer.Outcome) {
    agenda.add(SoundAnswer(request: request.id, outcome: outcome))
    wake.yield()
  }

  /// The oldest question about a mailbox that waits.
  func takeQuestion() -> MailboxRequest? { questions.isEmpty ? nil : questions.removeFirst() }

  /// A node hears of the tenants that it serves.
  func serves(_ tenant: TenantID) -> Bool { revisions[tenant] != nil }

  func answer(_ question: MailboxRequest, _ outcome: MailboxAnswer.Outcome) {
    agenda.add(MailboxAnswer(request: question.id, outcome: outcome))
    wake.yield()
  }

  /// The oldest piece of sound that waits.
  func takeSound() -> SoundPiece? { sounds.isEmpty ? nil : sounds.removeFirst() }

  func soundIsKept(_ piece: SoundPiece.Key) {
    agenda.acknowledge(piece)
    wake.yield()
  }

  /// All facts that wait, oldest first.
  func takeFacts() -> [SpoolRecord] {
    defer { facts = [] }
    return facts
  }

  func factsAreCommitted(through sequence: UInt64) {
    agenda.acknowledge(hello.spool, through: sequence)
    wake.yield()
  }

  private func note(_ answer: OrderAnswer) async {
    guard let order = ordered[answer.address]?.order, order.id == answer.order else { return }
    ordered[answer.address] = nil
    switch answer.verdict {
    case .done, .refusedUnknownAddress: epochs[answer.address] = order.epoch
    case .refusedStale(let known): epochs[answer.address] = max(known, order.epoch)
    }
    if answer.verdict != .done {
      logger.warning(
        "a node refused an order",
        metadata: [
          "node": "\(hello.node)", "address": "\(answer.address)", "epoch": "\(order.epoch)",
          "verdict": "\(answer.verdict)",
        ])
    }
    if answer.verdict == .done { await fleet.carriedOut(order, by: hello.node) }
  }

  // MARK: - What the node should hear

  func use(_ key: BeatKey) {
    agenda.add(key)
    wake.yield()
  }

  func use(_ grants: [AddressName: AddressGrant]) {
    let concerned = OrderPlan.addresses(of: hello.node, knowing: epochs, grants: grants)
    if concerned != addresses || !mayTakeAway {
      addresses = concerned
      mayTakeAway = true
      agenda.synchronize()
    }
    wake.yield()
  }

  /// Tells the node what the fleet has for it and it does not know yet.
  func review() async {
    let version = await fleet.version
    guard version != reviewed || !ordered.isEmpty else { return }
    let orders = await fleet.orders(for: hello.node, knowing: epochs)
    reviewed = orders.isWaiting ? nil : version
    for planned in orders.due { await put(planned) }
    for message in await fleet.takeDrillMessages(for: hello.node) { agenda.add(message) }
    for order in await fleet.takeClicks(for: hello.node) { agenda.add(.clickOrder(order)) }
    let neighbours = await fleet.neighbours(of: hello.node)
    if neighbours != toldNeighbours {
      toldNeighbours = neighbours
      agenda.add(neighbours)
    }
    wake.yield()
  }

  /// For so long the node may be busy with an order before it is put again.
  private static let orderPatience = Duration.milliseconds(250)

  private func put(_ planned: PlannedOrder) async {
    let former = ordered[planned.address].flatMap { $0.order.epoch == planned.epoch ? $0 : nil }
    if let former {
      guard former.at.duration(to: .now) >= Self.orderPatience else { return }
      ordered[planned.address] = (planned.order(former.order.id), .now)
      return agenda.add(planned.order(former.order.id))
    }
    let order = planned.order(.minted())
    ordered[planned.address] = (order, .now)
    guard planned.verb == .adopt else { return agenda.add(order) }
    let inheritance = await fleet.inheritance(
      of: planned.address, under: planned.epoch, for: hello.node)
    // While the fleet was asked, a later order may have been put.
    guard ordered[planned.address]?.order.id == order.id else { return }
    agenda.add(order, after: inheritance)
  }

  func note(_ change: TenantChange) {
    switch change {
    case .changed(let tenant): agenda.add(tenant: tenant)
    case .mailbox(let tenant, let id):
      guard revisions[tenant] != nil else { return }
      agenda.add(mailbox: MailboxKey(tenant: tenant, extension: id))
    case .resynchronize: agenda.synchronize()
    }
    wake.yield()
  }

  /// To be called every second: says that this replica lives, ends the session of a node that
  /// does not, and puts what failed back on the agenda.
  func tick() throws {
    guard lastHeard.duration(to: .now) < Self.silenceLimit else {
      close()
      throw SessionError.silence
    }
    agenda.addSignOfLife()
    for item in failedItems {
      switch item {
      case .allTenants: agenda.synchronize()
      case .tenant(let tenant): agenda.add(tenant: tenant)
      case .mailbox(let mailbox): agenda.add(mailbox: mailbox)
      case .message, .keepAlive: break
      }
    }
    failedItems = []
    wake.yield()
  }

  /// The frames of the next item on the agenda; nil when there is none now.
  func nextFrames() async -> [[UInt8]]? {
    guard let item = agenda.next() else { return nil }
    if item == .keepAlive { return [Frame.keepAlive] }
    do {
      return encode(try await messages(for: item))
    } catch {
      failedItems.append(item)
      logger.error(
        "tenants cannot be read for a node",
        metadata: ["node": "\(hello.node)", "reason": "\(error)"])
      return []
    }
  }

  private func messages(for item: SessionAgenda.Item) async throws -> [DownwardMessage] {
    switch item {
    case .keepAlive: []
    case .message(let message): [message]
    case .tenant(let id): try await update(of: id)
    case .mailbox(let key):
      [.mailbox(try await tenantSource.mailbox(of: key.extension, of: key.tenant))]
    case .allTenants: try await allUpdates()
    }
  }

  private func update(of id: TenantID) async throws -> [DownwardMessage] {
    let tenant = try await tenantSource.tenant(id)
    guard let tenant, addresses.contains(tenant.homeAddress) else {
      guard tenant == nil || mayTakeAway else { return [] }
      return revisions.removeValue(forKey: id) == nil ? [] : [.tenantRemoved(id)]
    }
    guard revisions[id] == nil else { return news(of: tenant) }
    return news(of: tenant) + (try await lamps(of: [id]))
  }

  /// A node that hears of a tenant, or may have missed something, hears of all its mailboxes.
  private func lamps(of tenants: [TenantID]) async throws -> [DownwardMessage] {
    guard !tenants.isEmpty else { return [] }
    return try await tenantSource.mailboxes(of: tenants).map { .mailbox($0) }
  }

  private func allUpdates() async throws -> [DownwardMessage] {
    let isWhole = mayTakeAway
    let tenants = try await tenantSource.tenants(homedAt: addresses.sorted())
    let lamps = try await lamps(of: tenants.map(\.tenant))
    guard isWhole else { return tenants.flatMap(news) + lamps }
    let current = Set(tenants.map(\.tenant))
    let gone = revisions.keys.filter { !current.contains($0) }
    for tenant in gone { revisions[tenant] = nil }
    return tenants.flatMap(news) + gone.map { .tenantRemoved($0) }
      + [.snapshotComplete(current.sorted())] + lamps
  }

  /// Nothing when the node has this revision already.
  private func news(of tenant: TenantSnapshot) -> [DownwardMessage] {
    if let known = revisions[tenant.tenant], known >= tenant.revision { return [] }
    revisions[tenant.tenant] = tenant.revision
    return [.tenant(tenant)]
  }

  private func encode(_ messages: [DownwardMessage]) -> [[UInt8]] {
    messages.compactMap { message in
      do {
        return try message.encodedFrame()
      } catch {
        logger.error(
          "a message for a node is left out",
          metadata: ["node": "\(hello.node)", "reason": "\(error)"])
        return nil
      }
    }
  }
}
