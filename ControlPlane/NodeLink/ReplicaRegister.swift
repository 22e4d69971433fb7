public import Etcd
public import Logging
import NodeContract
public import ServiceLifecycle

/// Has this replica stand in etcd for the others, and tells the fleet who they are.
public struct ReplicaRegister: Service {
  private let etcd: EtcdClient
  private let fleet: Fleet
  private let place: ReplicaPlace
  private let interval: Duration
  private let logger: Logger

  public init(
    _ etcd: EtcdClient, fleet: Fleet, at place: ReplicaPlace,
    every interval: Duration = .seconds(1),
    logger: Logger
  ) {
    self.etcd = etcd
    self.fleet = fleet
    self.place = place
    self.interval = interval
    self.logger = logger
  }

  /// Until shutdown. While etcd is away, whoever is known stays known.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      var hasTrouble = false
      while !Task.isCancelled {
        do {
          try await round()
          hasTrouble = false
        } catch {
          if !hasTrouble, !Task.isCancelled {
            logger.warning("cannot read who the replicas are", metadata: ["error": "\(error)"])
          }
          hasTrouble = true
        }
        try? await Task.sleep(for: interval)
      }
    }
  }

  func round() async throws {
    let own = OtherReplica(name: fleet.replica, place: place, key: fleet.testimonyKey)
    let entries = try await etcd.range(prefix: ReplicaRecord.prefix).entries
    let replicas = entries.compactMap { OtherReplica(key: $0.key, value: $0.value) }
    if !replicas.contains(own) {
      try await etcd.put(ReplicaRecord(own).bytes, at: ReplicaRecord.prefix + own.name.text)
    }
    await fleet.use(replicas)
  }
}

/// Asks the members of etcd in other sites whether they are there: a site whose member answers is not lost.
public struct MemberWatch: Service {
  private let etcd: EtcdClient
  private let fleet: Fleet

  public init(_ etcd: EtcdClient, fleet: Fleet) {
    self.etcd = etcd
    self.fleet = fleet
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          for (site, member) in await fleet.members() {
            group.addTask { [etcd, fleet] in
              // Later is no sign that it is there now.
              guard await etcd.answers(member, within: interval * 2) else { return }
              await fleet.hearMember(in: site)
            }
          }
          try? await Task.sleep(for: interval)
        }
      }
    }
  }

  /// Four questions until whoever is silent is suspect.
  private var interval: Duration { fleet.policy.suspicion / 4 }
}
