/// What one replica tells the others, every few beats.
public struct ReplicaTestimony: Hashable, Sendable {
  public var replica: ReplicaName
  /// Since it began the last read of the grants that a quorum answered; nil: there was none.
  public var quorumAge: Duration?
  /// Since it heard each node; since it began, if it never did.
  public var silences: [NodeName: Duration]

  public init(replica: ReplicaName, quorumAge: Duration?, silences: [NodeName: Duration]) {
    self.replica = replica
    self.quorumAge = quorumAge
    self.silences = silences
  }
}
