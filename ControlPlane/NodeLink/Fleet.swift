import Crypto
public import NodeContract
import Placement

/// One link's session, for as long as this process lives.
typealias SessionID = UInt64

/// What this replica knows of all nodes: fed by their links and beats, read by detection, the API
/// and the metrics. Memory only; a node that links tells everything again.
public actor Fleet {
  nonisolated let replica: ReplicaName
  nonisolated let policy: OwnershipPolicy
  /// An element whenever nodes may have to be told something; for one listener.
  nonisolated let changes: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  let hashing = CryptoHashing()
  let clock = ContinuousClock()
  nonisolated let begun = ContinuousClock.now
  var nodes: [NodeName: NodeRecord] = [:]
  /// Who is believed to live, and the grants as a quorum had them last.
  var detector: TakeoverDetector
  var inventory = Inventory(nodes: [], addresses: [])
  /// Takeovers that are being written.
  var takenOver: Set<AddressName> = []
  var placementDoubts: [AddressName: PlacementDoubt] = [:]
  /// Addresses that their holders are giving up, and since when their heirs wait.
  var handovers: [AddressName: (epoch: Epoch, begun: ContinuousClock.Instant)] = [:]
  /// What nodes are to be told of a drill, and what they said of it last.
  var drillMessages: [NodeName: [DownwardMessage]] = [:]
  var drillAnswers: [NodeName: (answer: DrillAnswer, at: BootInstant)] = [:]
  var drillSounds: [NodeName: DrillSound] = [:]
  /// Calls that users have made, and what became of those that somebody waits for.
  var clicks: [NodeName: [ClickOrder]] = [:]
  var awaitedClicks: [ClickName: AwaitedClick] = [:]
  /// Grows with whatever changes what nodes should be told.
  private(set) var version: UInt64 = 0
  private var lastKeyNumber: UInt32 = 0
  private var pairSecret = Fleet.randomBytes()
  private var lastSession: SessionID = 0
  private var refusedBeats: UInt64 = 0

  /// Where this replica stands.
  nonisolated let site: SiteName?
  /// Seals what this process tells other replicas.
  nonisolated let testimonyKey = BeatKey(
    number: .random(in: .min ... .max), bytes: Fleet.randomBytes())
  var others: [ReplicaName: OtherReplica] = [:]
  var lastTestimony: UInt64 = 0
  /// The latest of each replica's, under the key of its process.
  var heardTestimonies: [ReplicaName: (key: UInt32, number: UInt64)] = [:]

  /// For so long a replica that has just begun believes that whoever it has not heard yet is there.
  nonisolated let firstPatience: Duration
  /// For so long the heir waits until the node that gives an address up has said its last word. Should
  /// that not come, what is known here must do, as when it had died.
  nonisolated let handoverPatience: Duration

  /// - Parameters:
  ///   - site: where this replica stands.
  ///   - movesAcross: whether an address may be given to another site's node when its own site is lost.
  public init(
    replica: ReplicaName, site: SiteName? = nil, movesAcross: Bool = false,
    policy: OwnershipPolicy = OwnershipPolicy(),
    firstPatience: Duration = .seconds(5), handoverPatience: Duration = .seconds(1)
  ) {
    self.site = site
    self.firstPatience = firstPatience
    self.handoverPatience = handoverPatience
    self.replica = replica
    self.policy = policy
    (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    detector = TakeoverDetector(
      replica: replica,
      map: CellMap(
        nodes: [:], replicas: site.map { [replica: $0] } ?? [:], members: [], addresses: [:],
        movesAcross: movesAcross),
      policy: policy, startedAt: BootInstant(nanoseconds: 0))
  }

  private static func randomBytes() -> [UInt8] {
    SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
  }

  /// Since this replica began.
  nonisolated var now: BootInstant {
    BootInstant(nanoseconds: begun.duration(to: .now).nanoseconds)
  }

  /// Nodes may have to be told something.
  func somethingChanged() {
    version += 1
    change.yield()
  }

  func refuse() { refusedBeats += 1 }

  // MARK: - Links

  /// A node greeted. Returns the session that speaks for it from now on, its beat key, and, when
  /// the node has lost its memory, what this replica remembers of its bindings and subscriptions.
  func link(_ hello: NodeHello) -> (
    session: SessionID, key: BeatKey, bindings: [BindingChange],
    subscriptions: [SubscriptionChange]
  ) {
    var record = nodes[hello.node] ?? NodeRecord(hello: hello)
    let isRestarted = record.hello.incarnation != hello.incarnation
    let remembered = isRestarted ? record.currentBindings(at: clock.now) : []
    let watched = isRestarted ? record.subscriptions.current(at: clock.now) : []
    if isRestarted, record.begins(hello.incarnation) {
      record.lastBeatNumber = 0
      detector.greet(hello.node)
    }
    // A node that lives on tells all its bindings and calls again; one that does not has no calls.
    if !isRestarted {
      record.bindings = [:]
      record.subscriptions = RememberedSubscriptions()
    }
    record.forgetCheckpoints()
    record.hello = hello
    record.holds = Dictionary(hello.addresses.map { ($0.address, $0.epoch) }) { max($0, $1) }
    lastSession += 1
    record.session = lastSession
    record.linkedSince = clock.now
    nodes[hello.node] = record
    for held in hello.addresses where isAdopted(held.address, by: hello.node) {
      forget(held.address, except: hello.node)
    }
    know(hello.node, in: hello.site)
    return (lastSession, renewKey(of: hello.node), remembered, watched)
  }

  func unlink(_ node: NodeName, session: SessionID) {
    guard nodes[node]?.session == session else { return }
    nodes[node]?.session = nil
    nodes[node]?.linkedSince = nil
  }

  /// A new key for the node's beats; the two before it are still good for what is under way.
  func renewKey(of node: NodeName) -> BeatKey {
    lastKeyNumber &+= 1
    let key = BeatKey(number: lastKeyNumber, bytes: Self.randomBytes())
    if let record = nodes[node] { nodes[node]?.keys = [key] + record.keys.prefix(2) }
    return key
  }

  /// New keys for the beats between nodes.
  func renewPairKeys() {
    pairSecret = Self.randomBytes()
    somethingChanged()
  }

  /// The other nodes of its site, as far as they are heard.
  func neighbours(of node: NodeName) -> [Neighbour] {
    guard let site = nodes[node]?.hello.site else { return [] }
    return nodes.values.compactMap { other in
      guard other.hello.site == site, other.hello.node != node, let source = other.beatSource else {
        return nil
      }
      return Neighbour(
        node: other.hello.node, beats: source, key: pairKey(node, other.hello.node))
    }.sorted { $0.node < $1.node }
  }

  private func pairKey(_ left: NodeName, _ right: NodeName) -> BeatKey {
    let pair = Array("\(min(left, right)) \(max(left, right))".utf8)
    let bytes = hashing.hmacSHA256(key: pairSecret, pair)
    let name = hashing.hmacSHA256(key: pairSecret, Array("number of ".utf8) + pair)
    return BeatKey(
      number: name.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, bytes: Array(bytes.prefix(32)))
  }

  /// What a node says of itself, but for its facts. A session that was replaced is not heard.
  func note(_ message: UpwardMessage, from node: NodeName, session: SessionID) {
    guard nodes[node]?.session == session else { return }
    hear(message, from: node)
  }

  func hear(_ message: UpwardMessage, from node: NodeName) {
    guard message.address.map({ mayTell(of: $0, node) }) ?? true else {
      nodes[node]?.keepForLater(message)
      return
    }
    switch message {
    case .hello, .facts, .sound, .mailboxRequest, .soundRequest: break
    case .checkpoint(let envelope): nodes[node]?.keep(envelope, at: clock.now)
    case .checkpointRetired(let call):
      nodes[node]?.retire(call)
      nodes[node]?.keepForLater(message, ifWaitsFor: call)
    case .relay(let relay):
      nodes[node]?.keep(relay)
      nodes[node]?.keepForLater(message, ifWaitsFor: relay.call)
    case .binding(let change): nodes[node]?.keep(change, at: clock.now)
    case .subscription(let change):
      nodes[node]?.subscriptions.keep(change, at: clock.now)
    case .load(let load): nodes[node]?.load = load
    case .orderAnswer(let answer): nodes[node]?.answers[answer.address] = answer
    case .drillAnswer(let answer): drillAnswers[node] = (answer, now)
    case .drillSound(let sound): drillSounds[node] = sound
    case .clickAnswer(let answer): note(answer)
    }
  }

  /// One that wakes late tells of the calls and phones that it had when it stopped, until it hears that
  /// they are another's: what that one ended would never end here. Who was given an address before this
  /// replica heard so cannot be told from it, so what it says waits until the grants do.
  private func mayTell(of address: AddressName, _ node: NodeName) -> Bool {
    !isAdopted(address) || isAdopted(address, by: node)
  }

  // MARK: - Beats

  /// Judges a datagram; returns the acknowledgement to send back, or nil for what is forged, old
  /// or of a node that has not greeted this replica.
  /// - Parameter source: where it came from.
  func receiveBeat(_ datagram: [UInt8], from source: IPEndpoint? = nil) -> [UInt8]? {
    var key: BeatKey?
    let beat = try? Beat(parsing: datagram, by: hashing) { node, number in
      key = nodes[node]?.keys.first { $0.number == number }
      return key
    }
    guard let beat, let key, nodes[beat.node]?.note(beat, at: clock.now) == true else {
      refuse()
      return nil
    }
    if let source, nodes[beat.node]?.beatSource != source {
      nodes[beat.node]?.beatSource = source
      somethingChanged()
    }
    let now = self.now
    detector.hear(beat.node, beat: beat.number, saying: beat.statements, at: now)
    let answer = BeatAcknowledgement(
      replica: replica, number: beat.number,
      epochs: (detector.holdings(of: beat.node, at: now) ?? []).sorted { $0.address < $1.address })
    return answer.datagram(sealedWith: key, by: hashing)
  }

  private func holdings(of node: NodeName) -> [HeldAddress] {
    detector.grantsHeld(by: node)
      .map { HeldAddress(address: $0.key, epoch: $0.value.epoch) }
      .sorted { $0.address < $1.address }
  }

  // MARK: - Reading

  /// Everything at this moment, for people and machines that watch.
  public func snapshot() -> FleetSnapshot {
    let now = clock.now
    let views = nodes.values.map { FleetNode($0, holdings: holdings(of: $0.hello.node), at: now) }
    return FleetSnapshot(
      nodes: views.sorted { $0.name < $1.name }, refusedBeats: refusedBeats)
  }

  /// What this replica keeps of the node's calls.
  public func checkpoints(of node: NodeName) -> [CheckpointEnvelope] {
    nodes[node].map { $0.checkpoints.values.map(\.envelope) } ?? []
  }

  /// How that queue is, as a node last said; nil: none did.
  public func figures(ofQueue queue: ExtensionID, of tenant: TenantID) -> QueueFigures? {
    let name = QueueFigures.checkpointName(of: queue)
    let told = nodes.values.compactMap { $0.checkpoints[name] }
      .filter { $0.envelope.tenant == tenant }
    guard
      case .queue(let figures)? = told.max(by: { $0.receivedAt < $1.receivedAt })?
        .envelope.subject
    else { return nil }
    return figures
  }

  /// The bindings of a node as last heard of, with the time that is left of them.
  public func bindings(of node: NodeName) -> [BindingChange] {
    guard var record = nodes[node] else { return [] }
    return record.currentBindings(at: clock.now)
  }
}

extension UpwardMessage {
  /// Whose calls or phones it tells of.
  var address: AddressName? {
    switch self {
    case .checkpoint(let envelope): envelope.address
    case .binding(let change): change.address
    case .subscription(let change): change.address
    case .hello, .facts, .sound, .mailboxRequest, .soundRequest, .checkpointRetired, .relay, .load,
      .orderAnswer, .drillAnswer, .drillSound, .clickAnswer:
      nil
    }
  }
}
