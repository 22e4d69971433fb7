import NodeContract
import Placement

/// What a replica remembers of one node, linked or not.
struct NodeRecord {
  /// A bound on what one node can make us keep.
  static let checkpointByteLimit = 256 << 20
  static let bindingLimit = 100_000
  static let waitingLimit = 100_000

  struct Binding {
    let change: BindingChange
    let expiresAt: ContinuousClock.Instant
  }

  struct Checkpoint {
    let envelope: CheckpointEnvelope
    let receivedAt: ContinuousClock.Instant
  }

  /// A node that was silent for so long is not well any more.
  static let longSilence = Duration.seconds(5)

  var hello: NodeHello
  /// What it said it holds, and what it has been given and has given up since.
  var holds: [AddressName: Epoch] = [:]
  /// The session that speaks for the node now.
  var session: SessionID?
  var linkedSince: ContinuousClock.Instant?
  var lastBeatNumber: UInt64 = 0
  var lastBeatAt: ContinuousClock.Instant?
  /// Since when it was never silent for long.
  private(set) var wellSince: ContinuousClock.Instant?
  /// Where its beats come from.
  var beatSource: IPEndpoint?
  /// The process that beats; it may have no link yet.
  private(set) var beating: UUIDv7
  var load: NodeLoad?
  /// Newest first.
  var keys: [BeatKey] = []
  var bindings: [BindingKey: Binding] = [:]
  var subscriptions = RememberedSubscriptions()
  private(set) var checkpoints: [CallID: Checkpoint] = [:]
  private(set) var checkpointBytes = 0
  /// How the relays of those calls stand.
  private(set) var relays: [CallID: [UInt8]] = [:]
  /// What it told of addresses that were another's then, in order.
  private var waiting: [UpwardMessage] = []
  /// Checkpoints that found no room.
  private(set) var droppedCheckpoints = 0
  /// The last answer about each address.
  var answers: [AddressName: OrderAnswer] = [:]

  init(hello: NodeHello) {
    self.hello = hello
    beating = hello.incarnation
  }

  mutating func keep(_ envelope: CheckpointEnvelope, at now: ContinuousClock.Instant) {
    let former = checkpoints[envelope.call]?.envelope
    // An older number can only come from a link that was replaced.
    guard former.map({ $0.number < envelope.number }) ?? true else { return }
    let bytes = checkpointBytes - (former?.contents.count ?? 0) + envelope.contents.count
    guard bytes <= Self.checkpointByteLimit else {
      droppedCheckpoints += 1
      return
    }
    checkpoints[envelope.call] = Checkpoint(envelope: envelope, receivedAt: now)
    checkpointBytes = bytes
  }

  /// A call's relay is heard of after its first checkpoint.
  mutating func keep(_ relay: RelayState) {
    let bytes = checkpointBytes - (relays[relay.call]?.count ?? 0) + relay.contents.count
    guard checkpoints[relay.call] != nil, bytes <= Self.checkpointByteLimit else { return }
    relays[relay.call] = relay.contents
    checkpointBytes = bytes
  }

  mutating func retire(_ call: CallID) {
    checkpointBytes -= relays.removeValue(forKey: call)?.count ?? 0
    guard let former = checkpoints.removeValue(forKey: call) else { return }
    checkpointBytes -= former.envelope.contents.count
  }

  mutating func forgetCheckpoints() {
    checkpoints = [:]
    relays = [:]
    waiting = []
    checkpointBytes = 0
  }

  mutating func keep(_ change: BindingChange, at now: ContinuousClock.Instant) {
    guard change.expiresIn > .zero else {
      bindings[change.key] = nil
      return
    }
    if bindings.count >= Self.bindingLimit { forgetExpiredBindings(at: now) }
    guard bindings.count < Self.bindingLimit || bindings[change.key] != nil else { return }
    bindings[change.key] = Binding(change: change, expiresAt: now.advanced(by: change.expiresIn))
  }

  mutating func forgetExpiredBindings(at now: ContinuousClock.Instant) {
    bindings = bindings.filter { $0.value.expiresAt > now }
  }

  /// What is still valid, with the time that is left of it.
  mutating func currentBindings(at now: ContinuousClock.Instant) -> [BindingChange] {
    forgetExpiredBindings(at: now)
    return bindings.values.map { binding in
      var change = binding.change
      change.expiresIn = now.duration(to: binding.expiresAt)
      return change
    }
  }

  /// A beat counts when it is newer than those before, and of the process that greeted last or of one
  /// that has begun since, which has its keys from the one before and has no link yet.
  mutating func note(_ beat: Beat, at now: ContinuousClock.Instant) -> Bool {
    if beat.incarnation > beating, beat.incarnation > hello.incarnation {
      beating = beat.incarnation
      lastBeatNumber = 0
    }
    guard beat.incarnation == beating, beat.number > lastBeatNumber else { return false }
    lastBeatNumber = beat.number
    if lastBeatAt.map({ $0.duration(to: now) > Self.longSilence }) ?? true { wellSince = now }
    lastBeatAt = now
    return true
  }

  /// Notes which process greets. True when its beats count from one; false when some were heard
  /// before it greeted.
  mutating func begins(_ incarnation: UUIDv7) -> Bool {
    defer { beating = incarnation }
    return beating != incarnation
  }

  // MARK: - What waits

  /// - Parameter message: about an address that is another's, as far as is known.
  mutating func keepForLater(_ message: UpwardMessage) {
    guard waiting.count < Self.waitingLimit else { return }
    waiting.append(message)
  }

  /// - Parameter message: about a call whose checkpoint may wait.
  mutating func keepForLater(_ message: UpwardMessage, ifWaitsFor call: CallID) {
    guard !waiting.isEmpty, checkpoints[call] == nil else { return }
    keepForLater(message)
  }

  mutating func takeWaiting() -> [UpwardMessage] {
    defer { waiting = [] }
    return waiting
  }

  mutating func forgetWaiting(about address: AddressName) {
    waiting.removeAll { $0.address == address }
  }

  // MARK: - Inheritance

  /// Takes what there is of an address out of the memory of this node.
  mutating func handOver(_ address: AddressName, at now: ContinuousClock.Instant) -> (
    bindings: [BindingChange], subscriptions: [SubscriptionChange]
  ) {
    for (call, checkpoint) in checkpoints where checkpoint.envelope.address == address {
      retire(call)
    }
    forgetWaiting(about: address)
    let left = currentBindings(at: now).filter { $0.address == address }
    for change in left { bindings[change.key] = nil }
    return (left, subscriptions.handOver(address, at: now))
  }
}
