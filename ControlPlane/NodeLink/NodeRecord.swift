import NodeContract
import Placement

/// What a replica remembers of one node, linked or not.
struct NodeRecord {
  /// A bound on what one node can make us keep.
  static let checkpointByteLimit = 256 << 20
  static let bindingLimit = 100_000

  struct Binding {
    let change: BindingChange
    let expiresAt: ContinuousClock.Instant
  }

  var hello: NodeHello
  /// The session that speaks for the node now.
  var session: SessionID?
  var linkedSince: ContinuousClock.Instant?
  var lastBeatNumber: UInt64 = 0
  var lastBeatAt: ContinuousClock.Instant?
  var load: NodeLoad?
  /// Newest first.
  var keys: [BeatKey] = []
  var bindings: [BindingKey: Binding] = [:]
  var subscriptions = RememberedSubscriptions()
  private(set) var checkpoints: [CallID: CheckpointEnvelope] = [:]
  private(set) var checkpointBytes = 0
  /// Checkpoints that found no room.
  private(set) var droppedCheckpoints = 0
  /// The last answer about each address.
  var answers: [AddressName: OrderAnswer] = [:]

  init(hello: NodeHello) { self.hello = hello }

  mutating func keep(_ envelope: CheckpointEnvelope) {
    let former = checkpoints[envelope.call]
    // An older number can only come from a link that was replaced.
    guard former.map({ $0.number < envelope.number }) ?? true else { return }
    let bytes = checkpointBytes - (former?.contents.count ?? 0) + envelope.contents.count
    guard bytes <= Self.checkpointByteLimit else {
      droppedCheckpoints += 1
      return
    }
    checkpoints[envelope.call] = envelope
    checkpointBytes = bytes
  }

  mutating func retire(_ call: CallID) {
    guard let former = checkpoints.removeValue(forKey: call) else { return }
    checkpointBytes -= former.contents.count
  }

  mutating func forgetCheckpoints() {
    checkpoints = [:]
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

  /// A beat counts when it is of the process that greeted last and newer than those before.
  mutating func note(_ beat: Beat, at now: ContinuousClock.Instant) -> Bool {
    guard beat.incarnation == hello.incarnation, beat.number > lastBeatNumber else { return false }
    lastBeatNumber = beat.number
    lastBeatAt = now
    return true
  }
}
