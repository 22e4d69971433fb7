/// What a node says of a neighbour in its site, whose beats it hears by another network than the
/// replicas do.
public struct WitnessStatement: Hashable, Sendable {
  public var node: NodeName
  /// Since its last beat was heard; since the witness began to listen, if none was.
  public var silence: Duration

  public init(node: NodeName, silence: Duration) {
    self.node = node
    self.silence = silence
  }
}
