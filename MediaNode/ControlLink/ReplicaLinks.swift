import Epoll
public import Logging
public import NodeContract
import Synchronization
import TLS

/// What a replica's latest acknowledgement of a beat proves.
public struct BeatEvidence: Hashable, Sendable {
  /// When the beat that was acknowledged left this node. The proof's age counts from here, since
  /// nobody knows how long beat and acknowledgement were under way.
  public var beatSentAt: BootInstant
  /// The addresses that the replica knows this node to hold, with their grants' epochs.
  public var epochs: [HeldAddress]

  public init(beatSentAt: BootInstant, epochs: [HeldAddress]) {
    self.beatSentAt = beatSentAt
    self.epochs = epochs
  }
}

/// How things stand with a replica.
public struct ReplicaStatus: Hashable, Sendable {
  public var isLinked = false
  /// Nil until a first beat was acknowledged.
  public var evidence: BeatEvidence?

  public init() {}
}

/// The node's links to all replicas on one thread of their own, and its beats on another, which nothing
/// keeps waiting. Bindings and
/// checkpoints said once are remembered, so that a replica which loses its memory is told again;
/// facts come from the spool.
public final class ReplicaLinks: Sendable {
  private let hub: LinkHub

  /// - Parameters:
  ///   - beats: who judges the node's titles by its beats; nil: nobody.
  ///   - hello: what to say first on each new link; called on the links' thread.
  ///   - receive: hears what replicas say, on the links' thread; it must not wait. Beat keys and
  ///     acknowledgements of facts are dealt with here and not passed on.
  /// - Throws: `OpenSSLError` when a certificate, key or authority cannot be used, `SystemError`
  ///   when the kernel gives no descriptors.
  public init(
    configuration: LinkConfiguration, facts: any FactSource, logger: Logger,
    beats: BeatHooks? = nil, hello: @escaping @Sendable () -> NodeHello,
    receive: @escaping @Sendable (DownwardMessage, ReplicaName) -> Void
  ) throws {
    hub = try LinkHub(
      configuration: configuration, facts: facts, logger: logger, beats: beats, hello: hello,
      receive: receive)
  }

  /// Begins to dial and to beat. Once.
  public func start() {
    hub.loop.start()
    hub.beatLoop.start()
    hub.loop.submit { [hub] in hub.start() }
    hub.beatLoop.submit { [hub] in hub.startBeats() }
  }

  /// Ends all links and the thread. Facts that were not acknowledged stay in the spool.
  public func stop() {
    hub.beatLoop.submit { [hub] in hub.stopBeats() }
    hub.beatLoop.stop()
    hub.loop.submit { [hub] in hub.stop() }
    hub.loop.stop()
  }

  /// Tells all replicas; never waits. Of several messages about the same call, binding or figures,
  /// a link that is behind sends the last.
  public func send(_ message: UpwardMessage) { send([message]) }

  /// The same of several, for one waking of the thread.
  public func send(_ messages: [UpwardMessage]) {
    hub.loop.submit { [hub] in for message in messages { hub.say(message) } }
  }

  /// Tells one replica: the answer to its order.
  public func send(_ message: UpwardMessage, to replica: ReplicaName) {
    hub.loop.submit { [hub] in hub.say(message, to: replica) }
  }

  /// Runs `work` on the links' thread, after all that was said before.
  public func afterwards(_ work: @escaping @Sendable () -> Void) { hub.loop.submit(work) }

  /// Another node has the address: a replica that links again is told nothing of it.
  public func forget(_ address: AddressName) {
    hub.loop.submit { [hub] in hub.forget(address) }
  }

  /// The spool has new durable records.
  public func factsAreDurable() {
    hub.loop.submit { [hub] in hub.pump() }
  }

  /// How things stand with each replica now. From any thread.
  public var status: [ReplicaName: ReplicaStatus] { hub.status.withLock { $0 } }
}

/// What the links share.
///
/// `@unchecked Sendable`: after `init` everything but `status`, which has a lock, is touched on the
/// loop's thread only, and `beats` on that of its own.
final class LinkHub: LinkOwner, @unchecked Sendable {
  let loop: EventLoop
  let beatLoop: EventLoop
  let policy: LinkPolicy
  let context: TLSClientContext
  let facts: any FactSource
  let logger: Logger
  let status: Mutex<[ReplicaName: ReplicaStatus]>
  private let hello: @Sendable () -> NodeHello
  private let receive: @Sendable (DownwardMessage, ReplicaName) -> Void
  private var links: [ReplicaLink] = []
  private var beats: BeatSender?
  private var state = ReplicatedState()
  private var lastLoad: UpwardMessage?

  init(
    configuration: LinkConfiguration, facts: any FactSource, logger: Logger,
    beats hooks: BeatHooks?, hello: @escaping @Sendable () -> NodeHello,
    receive: @escaping @Sendable (DownwardMessage, ReplicaName) -> Void
  ) throws {
    loop = try EventLoop(name: "control-link")
    beatLoop = try EventLoop(name: "beats", precedence: .first)
    policy = configuration.policy
    context = try TLSClientContext(identity: configuration.identity, protocols: ["h2"])
    self.facts = facts
    self.logger = logger
    self.hello = hello
    self.receive = receive
    status = Mutex(
      Dictionary(configuration.replicas.map { ($0.name, ReplicaStatus()) }) { first, _ in first })
    links = configuration.replicas.map { ReplicaLink(to: $0, owner: self) }
    beats = BeatSender(configuration: configuration, loop: beatLoop, hooks: hooks) {
      [unowned self] in noteEvidence($1, of: $0)
    }
  }

  func start() {
    for link in links { link.start() }
  }

  func startBeats() {
    do {
      try beats?.start()
    } catch {
      logger.error("this node cannot beat", metadata: ["reason": "\(error)"])
    }
  }

  func stop() {
    for link in links { link.stop() }
  }

  func stopBeats() { beats?.stop() }

  private func use(_ key: BeatKey, of replica: ReplicaName) {
    beatLoop.submit { [self] in beats?.use(key, for: replica) }
  }

  func say(_ message: UpwardMessage) {
    state.note(message, at: loop.now)
    if case .load = message { lastLoad = message }
    for link in links { link.say(message) }
  }

  func say(_ message: UpwardMessage, to replica: ReplicaName) {
    links.first { $0.endpoint.name == replica }?.say(message)
  }

  func forget(_ address: AddressName) { state.forget(address) }

  func pump() {
    for link in links { link.pump() }
  }

  private func noteEvidence(_ evidence: BeatEvidence, of replica: ReplicaName) {
    status.withLock { $0[replica]?.evidence = evidence }
  }

  // MARK: - LinkOwner

  func greeting() -> NodeHello { hello() }

  func wholeState() -> [UpwardMessage] {
    state.messages(at: loop.now) + (lastLoad.map { [$0] } ?? [])
  }

  func linkChanged(_ replica: ReplicaName, isLinked: Bool) {
    status.withLock { $0[replica]?.isLinked = isLinked }
  }

  func received(_ message: DownwardMessage, from replica: ReplicaName) {
    switch message {
    case .welcome(let welcome): use(welcome.beatKey, of: replica)
    case .beatKey(let key): use(key, of: replica)
    case .neighbours(let neighbours):
      beatLoop.submit { [self] in beats?.use(neighbours, from: replica) }
    case .factsAcknowledged(let spool, let through): acknowledge(spool, through, by: replica)
    case .bindings(let changes): restore(changes, from: replica)
    case .subscriptions(let changes): restore(changes, from: replica)
    case .tenant, .tenantRemoved, .snapshotComplete, .order, .mailbox, .inheritance,
      .soundIsKept, .mailboxAnswer, .soundAnswer, .drillOrder, .drillInquiry, .clickOrder:
      receive(message, replica)
    }
  }

  private func acknowledge(_ spool: SpoolID, _ sequence: UInt64, by replica: ReplicaName) {
    guard spool == facts.id, sequence <= facts.lastDurable else {
      return logger.warning(
        "an acknowledgement of facts that this node does not have",
        metadata: ["replica": "\(replica)", "spool": "\(spool)", "sequence": "\(sequence)"])
    }
    facts.acknowledge(through: sequence)
    for link in links { link.skipFacts(through: sequence) }
  }

  private func restore(_ changes: [SubscriptionChange], from replica: ReplicaName) {
    let taken = state.restore(changes, at: loop.now)
    guard !taken.isEmpty else { return }
    receive(.subscriptions(taken), replica)
    for link in links where link.endpoint.name != replica {
      for change in taken { link.say(.subscription(change)) }
    }
  }

  /// Only what this node did not know is passed on, and told to the other replicas too.
  private func restore(_ changes: [BindingChange], from replica: ReplicaName) {
    let taken = state.restore(changes, at: loop.now)
    guard !taken.isEmpty else { return }
    receive(.bindings(taken), replica)
    for link in links where link.endpoint.name != replica {
      for change in taken { link.say(.binding(change)) }
    }
  }
}
