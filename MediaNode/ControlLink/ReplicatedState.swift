import NodeContract

/// What every replica should know of this node's calls and devices, so that a replica which comes
/// back without memory can be told everything again.
struct ReplicatedState {
  private struct Binding {
    var change: BindingChange
    let expiresAt: BootInstant
  }

  private struct Subscription {
    let change: SubscriptionChange
    let expiresAt: BootInstant
  }

  private var subscriptions: [SubscriptionChange.Key: Subscription] = [:]
  private var checkpoints: [CallID: CheckpointEnvelope] = [:]
  private var relays: [CallID: RelayState] = [:]
  private var bindings: [BindingKey: Binding] = [:]

  mutating func note(_ message: UpwardMessage, at now: BootInstant) {
    switch message {
    case .checkpoint(let envelope): checkpoints[envelope.call] = envelope
    case .checkpointRetired(let call): (checkpoints[call], relays[call]) = (nil, nil)
    case .relay(let relay): if checkpoints[relay.call] != nil { relays[relay.call] = relay }
    case .binding(let change): note(change, at: now)
    case .subscription(let change): note(change, at: now)
    case .hello, .facts, .load, .orderAnswer, .sound, .mailboxRequest, .soundRequest, .drillAnswer,
      .drillSound, .clickAnswer:
      break
    }
  }

  private mutating func note(_ change: BindingChange, at now: BootInstant) {
    bindings[change.key] =
      change.expiresIn > .zero
      ? Binding(change: change, expiresAt: now.advanced(by: change.expiresIn)) : nil
  }

  private mutating func note(_ change: SubscriptionChange, at now: BootInstant) {
    subscriptions[change.key] =
      change.expiresIn > .zero
      ? Subscription(change: change, expiresAt: now.advanced(by: change.expiresIn)) : nil
  }

  /// Another node has the address: what belongs to it is that one's to tell.
  mutating func forget(_ address: AddressName) {
    for (call, envelope) in checkpoints where envelope.address == address {
      (checkpoints[call], relays[call]) = (nil, nil)
    }
    bindings = bindings.filter { $0.value.change.address != address }
    subscriptions = subscriptions.filter { $0.value.change.address != address }
  }

  /// The same of subscriptions.
  mutating func restore(_ changes: [SubscriptionChange], at now: BootInstant)
    -> [SubscriptionChange]
  {
    let unknown = changes.filter { subscriptions[$0.key] == nil && $0.expiresIn > .zero }
    for change in unknown { note(change, at: now) }
    return unknown
  }

  /// Takes what a replica remembers of an earlier life of this node, where nothing newer is known;
  /// returns what was taken.
  mutating func restore(_ changes: [BindingChange], at now: BootInstant) -> [BindingChange] {
    let unknown = changes.filter { bindings[$0.key] == nil && $0.expiresIn > .zero }
    for change in unknown { note(change, at: now) }
    return unknown
  }

  private mutating func aliveSubscriptions(at now: BootInstant) -> [UpwardMessage] {
    subscriptions = subscriptions.filter { $0.value.expiresAt > now }
    return subscriptions.values.map { subscription in
      var change = subscription.change
      change.expiresIn = now.duration(to: subscription.expiresAt)
      return .subscription(change)
    }
  }

  /// Everything, with the bindings' remaining times; forgets what has expired.
  mutating func messages(at now: BootInstant) -> [UpwardMessage] {
    bindings = bindings.filter { $0.value.expiresAt > now }
    let alive = bindings.values.map { binding in
      var change = binding.change
      change.expiresIn = now.duration(to: binding.expiresAt)
      return UpwardMessage.binding(change)
    }
    return alive + aliveSubscriptions(at: now) + checkpoints.values.map { .checkpoint($0) }
      + relays.values.map { .relay($0) }
  }
}
