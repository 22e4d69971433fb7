public import NodeContract

/// The fleet at one moment, as one replica sees it.
public struct FleetSnapshot: Hashable, Sendable {
  /// By name; every node that ever greeted this replica's process.
  public let nodes: [FleetNode]
  /// Datagrams that were no new beat of a known node.
  public let refusedBeats: UInt64
}

public struct FleetNode: Hashable, Sendable {
  public let name: NodeName
  public let site: SiteName
  public let incarnation: UUIDv7
  public let featureLevel: UInt16
  /// Nil while there is no link.
  public let linkedFor: Duration?
  /// Since the last authenticated beat; nil before the first.
  public let beatAge: Duration?
  public let load: NodeLoad?
  /// What etcd grants to the node.
  public let addresses: [HeldAddress]
  public let bindings: Int
  /// Of calls; queues and agents have others.
  public let checkpoints: Int
  public let checkpointBytes: Int
  /// Checkpoints that found no room here.
  public let droppedCheckpoints: Int
  /// The last answer about each address, by address.
  public let orderAnswers: [OrderAnswer]

  public var isLinked: Bool { linkedFor != nil }

  init(_ record: NodeRecord, holdings: [HeldAddress], at now: ContinuousClock.Instant) {
    name = record.hello.node
    site = record.hello.site
    incarnation = record.hello.incarnation
    featureLevel = record.hello.featureLevel
    linkedFor = record.linkedSince.map { $0.duration(to: now) }
    beatAge = record.lastBeatAt.map { $0.duration(to: now) }
    load = record.load
    addresses = holdings
    bindings = record.bindings.values.count { $0.expiresAt > now }
    checkpoints = record.checkpoints.values.count { $0.envelope.subject == .call }
    checkpointBytes = record.checkpointBytes
    droppedCheckpoints = record.droppedCheckpoints
    orderAnswers = record.answers.values.sorted { $0.address < $1.address }
  }
}
