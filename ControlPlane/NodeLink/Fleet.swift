import Crypto
public import NodeContract
import Placement

/// One link's session, for as long as this process lives.
typealias SessionID = UInt64

/// What this replica knows of all nodes: fed by their links and beats, read by detection, the API
/// and the metrics. Memory only; a node that links tells everything again.
public actor Fleet {
  nonisolated let replica: ReplicaName
  private let hashing = CryptoHashing()
  private let clock = ContinuousClock()
  private var nodes: [NodeName: NodeRecord] = [:]
  private var grants: [AddressName: AddressGrant] = [:]
  private var lastKeyNumber: UInt32 = 0
  private var lastSession: SessionID = 0
  private var refusedBeats: UInt64 = 0

  public init(replica: ReplicaName) { self.replica = replica }

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
    if isRestarted { record.lastBeatNumber = 0 }
    // A node that lives on tells all its bindings and calls again; one that does not has no calls.
    if !isRestarted {
      record.bindings = [:]
      record.subscriptions = RememberedSubscriptions()
    }
    record.forgetCheckpoints()
    record.hello = hello
    lastSession += 1
    record.session = lastSession
    record.linkedSince = clock.now
    nodes[hello.node] = record
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
    let key = BeatKey(
      number: lastKeyNumber,
      bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    if let record = nodes[node] { nodes[node]?.keys = [key] + record.keys.prefix(2) }
    return key
  }

  /// What a node says of itself, but for its facts. A session that was replaced is not heard.
  func note(_ message: UpwardMessage, from node: NodeName, session: SessionID) {
    guard nodes[node]?.session == session else { return }
    switch message {
    case .hello, .facts: break
    case .checkpoint(let envelope): nodes[node]?.keep(envelope)
    case .checkpointRetired(let call): nodes[node]?.retire(call)
    case .binding(let change): nodes[node]?.keep(change, at: clock.now)
    case .subscription(let change):
      nodes[node]?.subscriptions.keep(change, at: clock.now)
    case .load(let load): nodes[node]?.load = load
    case .orderAnswer(let answer): nodes[node]?.answers[answer.address] = answer
    }
  }

  /// The grants as etcd has them now: acknowledgements of beats name them.
  func use(_ grants: [AddressName: AddressGrant]) { self.grants = grants }

  // MARK: - Beats

  /// Judges a datagram; returns the acknowledgement to send back, or nil for what is forged, old
  /// or of a node that has not greeted this replica.
  func receiveBeat(_ datagram: [UInt8]) -> [UInt8]? {
    var key: BeatKey?
    let beat = try? Beat(parsing: datagram, by: hashing) { node, number in
      key = nodes[node]?.keys.first { $0.number == number }
      return key
    }
    guard let beat, let key, nodes[beat.node]?.note(beat, at: clock.now) == true else {
      refusedBeats += 1
      return nil
    }
    let answer = BeatAcknowledgement(
      replica: replica, number: beat.number, epochs: holdings(of: beat.node))
    return answer.datagram(sealedWith: key, by: hashing)
  }

  private func holdings(of node: NodeName) -> [HeldAddress] {
    grants.filter { $0.value.holding.holder == node }
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
    nodes[node].map { Array($0.checkpoints.values) } ?? []
  }

  /// The bindings of a node as last heard of, with the time that is left of them.
  public func bindings(of node: NodeName) -> [BindingChange] {
    guard var record = nodes[node] else { return [] }
    return record.currentBindings(at: clock.now)
  }
}
