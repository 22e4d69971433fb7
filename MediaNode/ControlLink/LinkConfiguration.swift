public import NodeContract
public import TLS

/// Where a replica listens.
public struct ReplicaEndpoint: Hashable, Sendable {
  public var name: ReplicaName
  public var host: IPAddress
  /// TCP: the link.
  public var linkPort: UInt16
  /// UDP: beats.
  public var beatPort: UInt16

  public init(name: ReplicaName, host: IPAddress, linkPort: UInt16, beatPort: UInt16) {
    self.name = name
    self.host = host
    self.linkPort = linkPort
    self.beatPort = beatPort
  }

  /// Where the link is dialled.
  public var link: IPEndpoint { IPEndpoint(host, port: linkPort) }
  /// Where beats go.
  public var beats: IPEndpoint { IPEndpoint(host, port: beatPort) }
}

/// The times of the link and the bounds of what waits in it.
public struct LinkPolicy: Hashable, Sendable {
  public var beatInterval: Duration = .milliseconds(25)
  /// From dialling to the replica's welcome.
  public var connectTimeout: Duration = .seconds(3)
  /// A sign of life is sent this often; the replica does so every second…
  public var keepAliveInterval: Duration = .milliseconds(500)
  /// …so that a link on which nothing at all was heard for so long is dead.
  public var silenceLimit: Duration = .milliseconds(2_500)
  public var firstRetry: Duration = .milliseconds(50)
  public var longestRetry: Duration = .seconds(2)
  /// Facts in one frame.
  public var factsPerFrame = 256
  /// Facts sent and not yet acknowledged on one link.
  public var factsInFlight: UInt64 = 4_096
  /// Subjects (calls, bindings, order answers) of which a link still has to speak. With more, it
  /// is closed and begins anew with what is true then.
  public var longestQueue = 100_000

  public init() {}
}

/// Who this node is and whom it talks to.
public struct LinkConfiguration: Sendable {
  public var node: NodeName
  public var incarnation: UUIDv7
  public var replicas: [ReplicaEndpoint]
  public var identity: TLSIdentity
  public var policy: LinkPolicy

  /// - Parameter incarnation: new for each start of the process; also what `hello` says.
  public init(
    node: NodeName, incarnation: UUIDv7, replicas: [ReplicaEndpoint], identity: TLSIdentity,
    policy: LinkPolicy = LinkPolicy()
  ) {
    self.node = node
    self.incarnation = incarnation
    self.replicas = replicas
    self.identity = identity
    self.policy = policy
  }
}
