public import Etcd
public import Logging
import NodeContract
public import Placement
public import ServiceLifecycle

/// The installation as the operator wrote it down.
public struct Inventory: Hashable, Sendable {
  public var nodes: [PlacedNode]
  public var addresses: [PlacedAddress]

  public init(nodes: [PlacedNode], addresses: [PlacedAddress]) {
    self.nodes = nodes
    self.addresses = addresses
  }
}

/// Carries out the planned grants: while this replica leads, it reads everything, plans, writes by
/// compare-and-set, and begins again. It takes no hints and keeps nothing between two rounds.
public struct GrantLoop: Service {
  private let etcd: EtcdClient
  private let leadership: LeaderLease
  private let generation: UInt32
  private let interval: Duration
  private let inventory: @Sendable () async throws -> Inventory
  private let logger: Logger

  public init(
    _ etcd: EtcdClient, leadership: LeaderLease, generation: UInt32,
    every interval: Duration = .seconds(1), logger: Logger,
    inventory: @escaping @Sendable () async throws -> Inventory
  ) {
    self.etcd = etcd
    self.leadership = leadership
    self.generation = generation
    self.interval = interval
    self.inventory = inventory
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown { await repeatRounds() }
  }

  private func repeatRounds() async {
    var lastHolds: [PlacementStep] = []
    var lastTrouble: String?
    while !Task.isCancelled {
      do {
        let holds = leadership.isHeld ? try await round() : []
        if holds != lastHolds { log(holds) }
        (lastHolds, lastTrouble) = (holds, nil)
      } catch {
        let trouble = String(describing: error)
        if trouble != lastTrouble, !Task.isCancelled {
          logger.warning("cannot plan grants", metadata: ["error": "\(trouble)"])
        }
        lastTrouble = trouble
      }
      try? await Task.sleep(for: interval)
    }
  }

  /// One round; returns what it left as it is.
  func round() async throws -> [PlacementStep] {
    let plan = planGrants(for: try await view())
    var holds: [PlacementStep] = []
    for step in plan {
      switch step {
      case .grant(let grant): try await write(grant)
      case .hold: holds.append(step)
      }
    }
    return holds
  }

  private func view() async throws -> PlacementView {
    let inventory = try await inventory()
    var grants: [AddressName: AddressGrant] = [:]
    for entry in try await etcd.range(prefix: GrantRecord.prefix).entries { grants.note(entry) }
    return PlacementView(
      generation: generation, nodes: inventory.nodes, addresses: inventory.addresses,
      grants: grants)
  }

  private func write(_ step: GrantStep) async throws {
    let result = try await etcd.compareAndSet(
      GrantRecord.key(of: step.address), expecting: step.expectedRevision,
      to: GrantRecord(step).bytes)
    switch result {
    case .written(let revision):
      logger.notice(
        "granted",
        metadata: [
          "address": "\(step.address)", "node": "\(step.holding.holder)",
          "epoch": "\(Epoch(generation: step.generation, revision: revision))",
        ])
    case .lost:
      logger.info("another write came first", metadata: ["address": "\(step.address)"])
    }
  }

  private func log(_ holds: [PlacementStep]) {
    for case .hold(let address, let reason) in holds {
      logger.warning(
        "an address stays as it is", metadata: ["address": "\(address)", "reason": "\(reason)"])
    }
  }
}
