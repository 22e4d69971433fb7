/// A node in the same site, as another one should beat to it and listen to it.
public struct Neighbour: Hashable, Sendable {
  public var node: NodeName
  /// Where its beats come from.
  public var beats: IPEndpoint
  /// Seals the beats of this pair of nodes, both ways.
  public var key: BeatKey

  public init(node: NodeName, beats: IPEndpoint, key: BeatKey) {
    self.node = node
    self.beats = beats
    self.key = key
  }
}

/// What the former holder of an address left there, for the next one; comes before the order to
/// adopt the address, in several parts where it is much.
public struct Inheritance: Hashable, Sendable {
  public struct Call: Hashable, Sendable {
    public var checkpoint: CheckpointEnvelope
    /// Since it was made, as far as whoever kept it can tell.
    public var age: Duration
    /// How its relay stood; empty: nobody said. Opaque.
    public var relay: [UInt8]

    public init(checkpoint: CheckpointEnvelope, age: Duration, relay: [UInt8] = []) {
      self.checkpoint = checkpoint
      self.age = age
      self.relay = relay
    }
  }

  public var address: AddressName
  /// The grant under which it is adopted.
  public var epoch: Epoch
  public var calls: [Call]
  public var bindings: [BindingChange]
  public var subscriptions: [SubscriptionChange]

  public init(
    address: AddressName, epoch: Epoch, calls: [Call] = [], bindings: [BindingChange] = [],
    subscriptions: [SubscriptionChange] = []
  ) {
    self.address = address
    self.epoch = epoch
    self.calls = calls
    self.bindings = bindings
    self.subscriptions = subscriptions
  }
}

/// Who was heard at the ports of a call's relay, and how far its protection is: what a checkpoint,
/// which is about signalling, does not say. Opaque.
public struct RelayState: Hashable, Sendable {
  public var call: CallID
  public var contents: [UInt8]

  public init(call: CallID, contents: [UInt8]) {
    self.call = call
    self.contents = contents
  }
}
