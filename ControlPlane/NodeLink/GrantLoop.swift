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
/// compare-and-set, and begins again. It takes no hints and keeps nothing between two rounds but the
/// inventory, for when Postgres is away.
public struct GrantLoop: Service {
  private let grants: GrantRegister
  private let drains: DrainRegister
  private let fleet: Fleet
  private let leadership: LeaderLease
  private let generation: UInt32
  private let interval: Duration
  private let inventory: @Sendable () async throws -> Inventory
  private let logger: Logger

  public init(
    _ etcd: EtcdClient, fleet: Fleet, leadership: LeaderLease, generation: UInt32,
    every interval: Duration = .seconds(1), logger: Logger,
    inventory: @escaping @Sendable () async throws -> Inventory
  ) {
    grants = GrantRegister(etcd: etcd)
    drains = DrainRegister(etcd)
    self.fleet = fleet
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
    var lastHolds: [AddressName: PlacementDoubt] = [:]
    var lastTrouble: String?
    while !Task.isCancelled {
      do {
        try await learn()
        let holds = leadership.isHeld ? try await round() : [:]
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

  /// Tells the fleet who belongs to it: replicas that do not lead must know it, too.
  func learn() async throws { await fleet.use(try await inventory()) }

  /// One round; returns what is not as it should be.
  func round() async throws -> [AddressName: PlacementDoubt] {
    let known = try await grants.read()
    let draining = try await drains.nodes()
    let plan = planCell(
      await fleet.cellView(of: known, draining: draining, generation: generation))
    if !plan.steps.isEmpty {
      try await write(plan.steps, after: known)
      try await confirm()
    }
    return await fleet.note(plan.holds)
  }

  /// Orders follow from what a quorum was read to say, which the next reading would say 75 ms later.
  private func confirm() async throws {
    let begun = fleet.now
    await fleet.confirm(try await grants.read(), readBegunAt: begun)
  }

  private func write(_ steps: [GrantStep], after known: [AddressName: AddressGrant]) async throws {
    let epochs = try await grants.write(steps, after: known)
    for step in steps {
      guard let epoch = epochs[step.address] else {
        logger.info("another write came first", metadata: ["address": "\(step.address)"])
        continue
      }
      logger.notice(
        epoch == known[step.address]?.epoch ? "heirs chosen" : "granted",
        metadata: [
          "address": "\(step.address)", "node": "\(step.holding.holder)",
          "heir": "\(step.holding.heir?.text ?? "none")", "epoch": "\(epoch)",
        ])
    }
  }

  private func log(_ holds: [AddressName: PlacementDoubt]) {
    for (address, reason) in holds.sorted(by: { $0.key < $1.key }) {
      logger.warning(
        "an address is not placed as it should be",
        metadata: ["address": "\(address)", "reason": "\(reason)"])
    }
  }
}
