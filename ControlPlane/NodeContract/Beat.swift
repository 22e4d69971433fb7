/// A node's sign of life, sent to every replica and to the other nodes of its site by UDP.
public struct Beat: Hashable, Sendable {
  public var node: NodeName
  public var incarnation: UUIDv7
  /// Counts this incarnation's beats from 1.
  public var number: UInt64
  /// What the node says of its neighbours; to neighbours it says nothing.
  public var statements: [WitnessStatement]

  public init(
    node: NodeName, incarnation: UUIDv7, number: UInt64, statements: [WitnessStatement] = []
  ) {
    self.node = node
    self.incarnation = incarnation
    self.number = number
    self.statements = statements
  }
}

/// A replica's answer to a beat: echoes its number and names the epochs under which the node
/// holds its addresses, which is what keeps the node's gate open.
public struct BeatAcknowledgement: Hashable, Sendable {
  public var replica: ReplicaName
  public var number: UInt64
  public var epochs: [HeldAddress]

  public init(replica: ReplicaName, number: UInt64, epochs: [HeldAddress]) {
    self.replica = replica
    self.number = number
    self.epochs = epochs
  }
}
