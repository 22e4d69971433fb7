public import NodeContract

/// A fault that operators make on purpose, to see what it does to calls that are up.
public enum DrillFault: String, Hashable, Sendable, Codable, CaseIterable {
  /// A node's process is killed.
  case process
  /// A node's process and keeper are gone, with all that they hold.
  case machine
  /// A node's process and keeper stand still.
  case pause
  /// Nothing comes to a node's machine and nothing leaves it.
  case isolate
  /// Nothing leaves a node's machine.
  case mute
  /// Nothing comes to a node's machine.
  case deaf
  /// Every node of a site is gone at once, as with `machine`.
  case site
  /// The member of etcd that leads hands over to another.
  case etcdLeader = "etcd-leader"
  /// Every replica of the control plane is gone at once.
  case controlPlanes = "control-planes"
  /// The Postgres that takes writes is replaced.
  case postgresPrimary = "postgres-primary"
  case slowDisk = "slow-disk"
  case clockStep = "clock-step"
  case carrierGone = "carrier-gone"
  /// A datagram that processes die of.
  case poison
  /// Every phone registers again at once.
  case reconnectStorm = "reconnect-storm"

  /// What is struck.
  public enum Target: String, Hashable, Sendable, Codable { case node, site, installation }

  public var target: Target {
    switch self {
    case .process, .machine, .pause, .isolate, .mute, .deaf, .slowDisk, .clockStep, .poison:
      .node
    case .site: .site
    case .etcdLeader, .controlPlanes, .postgresPrimary, .carrierGone, .reconnectStorm:
      .installation
    }
  }

  /// What each struck node is told; nil: nodes are left alone.
  public var order: DrillOrder.Fault? {
    switch self {
    case .process: .process
    case .machine, .site: .machine
    case .pause: .pause
    case .isolate: .isolate
    case .mute: .mute
    case .deaf: .deaf
    case .etcdLeader, .controlPlanes, .postgresPrimary, .slowDisk, .clockStep, .carrierGone,
      .poison, .reconnectStorm:
      nil
    }
  }

  /// Whether whoever is struck loses its addresses to others.
  public var movesAddresses: Bool {
    switch self {
    // Who is only deaf cannot know that it is heard, and nobody may believe that it is dead.
    case .machine, .pause, .isolate, .mute, .site: true
    case .process, .deaf, .etcdLeader, .controlPlanes, .postgresPrimary, .slowDisk, .clockStep,
      .carrierGone, .poison, .reconnectStorm:
      false
    }
  }

  /// Why no installation that serves makes it, and who does; nil: it does.
  public var laboratoryOnly: String? {
    switch self {
    case .process, .machine, .pause, .isolate, .mute, .deaf, .site, .etcdLeader, .controlPlanes:
      nil
    case .postgresPrimary:
      "Replicas do not command Patroni: “patronictl switchover” does, and Infra/lab/drill "
        + "postgres-primary shows what comes of it."
    case .clockStep:
      "A wrong clock makes wrong bills: Infra/lab/drill clock-step."
    case .poison:
      "No node in service dies of a word: Infra/lab/drill poison."
    case .reconnectStorm:
      "Phones cannot be told to come all at once: Infra/lab/drill reconnect-storm."
    case .slowDisk, .carrierGone:
      "Nothing in service can make it and take it back: Infra/lab/drill --list has what can be made there."
    }
  }

  /// What the design promises of the silence that those hear whose calls go on.
  public var promisedSilence: Duration? {
    switch self {
    case .process: .milliseconds(300)
    case .machine, .pause, .isolate, .mute: .milliseconds(800)
    case .site: .seconds(3)
    case .deaf, .etcdLeader, .controlPlanes: .milliseconds(60)
    case .postgresPrimary, .slowDisk, .clockStep, .carrierGone, .poison, .reconnectStorm: nil
    }
  }
}
