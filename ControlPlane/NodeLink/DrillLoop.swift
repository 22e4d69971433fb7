public import Drills
public import Etcd
public import Logging
public import NodeContract
public import ServiceLifecycle

/// What a drill needs of those who keep records.
public protocol DrillArchive: Sendable {
  /// How many tenants besides these have each address as their home, or bring their calls there.
  func others(than tenants: [TenantID]) async throws -> [AddressName: Int]
  /// What records and ledger say of those calls.
  func books(of calls: [CallID]) async throws -> DrillBooks
  /// Keeps the drill for good. Doing so again changes nothing.
  func file(_ drill: Drill) async throws
}

/// Conducts the drill that stands in etcd, while this replica leads; and leaves for a while where every
/// replica has to, whether it leads or not.
public struct DrillLoop: Service {
  private let etcd: EtcdClient
  private let register: DrillRegister
  private let fleet: Fleet
  private let leadership: LeaderLease
  private let planning: DrillPlanningDesk
  private let archive: any DrillArchive
  private let clock: @Sendable () -> WallTime
  private let hasLeft: DrillID?
  private let leave: @Sendable (DrillID, Int) async -> Void
  private let logger: Logger

  /// Between two looks at etcd while no drill runs.
  private static let idleInterval = Duration.milliseconds(300)
  /// Between two looks at the fleet while one does.
  private static let interval = Duration.milliseconds(10)

  /// - Parameters:
  ///   - hasLeft: the drill for which this process was gone, and is back.
  ///   - leave: has this process gone for that drill for so many seconds, and back by itself.
  public init(
    _ etcd: EtcdClient, fleet: Fleet, leadership: LeaderLease, planning: DrillPlanningDesk,
    archive: any DrillArchive, clock: @escaping @Sendable () -> WallTime, hasLeft: DrillID?,
    leave: @escaping @Sendable (DrillID, Int) async -> Void, logger: Logger
  ) {
    self.etcd = etcd
    register = DrillRegister(etcd)
    self.fleet = fleet
    self.leadership = leadership
    self.planning = planning
    self.archive = archive
    self.clock = clock
    self.hasLeft = hasLeft
    self.leave = leave
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      var lastTrouble: String?
      while !Task.isCancelled {
        do {
          if let reading = try await register.read() { try await attend(to: reading) }
          lastTrouble = nil
        } catch {
          let trouble = "\(error)"
          if trouble != lastTrouble, !Task.isCancelled {
            logger.warning("a drill cannot be attended to", metadata: ["error": "\(trouble)"])
          }
          lastTrouble = trouble
        }
        try? await Task.sleep(for: Self.idleInterval)
      }
    }
  }

  private func attend(to reading: DrillRegister.Reading) async throws {
    let drill = reading.drill
    if mustLeave(drill) { await leave(drill.id, drill.request.seconds) }
    if leadership.isHeld { try await conduct(reading) }
  }

  private func mustLeave(_ drill: Drill) -> Bool {
    drill.request.fault == .controlPlanes && drill.phase == .struck && !drill.isAborted
      && drill.id != hasLeft
  }

  // MARK: - Conducting

  /// Until the drill has ended, or another replica leads.
  private func conduct(_ reading: DrillRegister.Reading) async throws {
    // A replica that stopped leading in between has not seen everything, either.
    let conductor = "\(fleet.replica)/\(UInt32.random(in: .min ... .max))"
    var conduct = DrillConduct(of: reading.drill, by: conductor, at: fleet.now)
    var (revision, books): (Int64, DrillBooks?) = (reading.revision, nil)
    var lastLook = fleet.now
    if reading.drill.phase == .planned { await fleet.forgetDrills() }
    while leadership.isHeld, !Task.isCancelled {
      var sight = await fleet.drillSight(
        of: conduct.drill.id, withCalls: [.planned, .returning].contains(conduct.drill.phase))
      if conduct.drill.phase == .planned {
        sight.obstacles = try await planning.obstacles(to: conduct.drill.request)
      }
      sight.books = books
      let isUntold = conduct.drill.phase == .planned
      let actions = conduct.step(sight, at: Moment(boot: fleet.now, wall: clock()))
      for action in actions {
        switch action {
        case .keep:
          guard
            let written = try await keep(&conduct, after: revision, isUntold: isUntold)
          else { return }
          revision = written
          log(conduct.drill)
        case .audit(let calls): books = try? await archive.books(of: calls)
        case .file:
          try await archive.file(conduct.drill)
          return try await register.clear(after: revision)
        case .leave(let seconds): await leave(conduct.drill.id, seconds)
        default: try await carryOut(action)
        }
      }
      if lastLook.duration(to: fleet.now) >= Self.idleInterval {
        lastLook = fleet.now
        guard let latest = try await register.read() else { return }
        if latest.drill.isAborted { conduct.abort() }
        revision = latest.revision
      }
      let isWatching = [.striking, .struck].contains(conduct.drill.phase)
      try? await Task.sleep(for: isWatching ? Self.interval : Self.interval * 10)
    }
  }

  /// Nil: it was stopped before anybody was told of it, and is looked at anew; or it is gone.
  private func keep(
    _ conduct: inout DrillConduct, after revision: Int64, isUntold: Bool
  ) async throws -> Int64? {
    var revision = revision
    while true {
      if let written = try await register.write(conduct.drill, after: revision) { return written }
      guard !isUntold, let latest = try await register.read() else { return nil }
      if latest.drill.isAborted { conduct.abort() }
      revision = latest.revision
    }
  }

  private func carryOut(_ action: DrillAction) async throws {
    switch action {
    case .order(let node, let order): await fleet.tell(node, order)
    case .inquire(let node, let inquiry): await fleet.tell(node, .drillInquiry(inquiry))
    case .moveLeader: try await etcd.moveLeader()
    case .keep, .leave, .audit, .file: break
    }
  }

  private func log(_ drill: Drill) {
    logger.notice(
      "a drill",
      metadata: [
        "drill": "\(drill.id)", "fault": "\(drill.request.fault.rawValue)",
        "target": "\(drill.request.target)", "phase": "\(drill.phase.rawValue)",
        "verdict": "\(drill.verdict?.rawValue ?? "none")",
      ])
  }
}

/// Plans drills with all that this replica, etcd and Postgres know.
public struct DrillPlanningDesk: Sendable {
  private let etcd: EtcdClient
  private let fleet: Fleet
  private let generation: UInt32
  private let archive: any DrillArchive

  public init(
    _ etcd: EtcdClient, fleet: Fleet, generation: UInt32, archive: any DrillArchive
  ) {
    self.etcd = etcd
    self.fleet = fleet
    self.generation = generation
    self.archive = archive
  }

  public func plan(_ request: DrillRequest) async throws -> DrillPlan {
    planDrill(request, in: try await view(of: request, running: DrillRegister(etcd).running()?.id))
  }

  /// What forbids a drill now that is about to be made.
  func obstacles(to request: DrillRequest) async throws -> [DrillObstacle] {
    planDrill(request, in: try await view(of: request, running: nil)).obstacles
  }

  private func view(of request: DrillRequest, running: DrillID?) async throws -> DrillView {
    let draining = try await DrainRegister(etcd).nodes()
    var view = await fleet.drillView(
      draining: draining, generation: generation, running: running)
    let circle = await etcd.circle()
    (view.members, view.answeringMembers) = (circle.members, circle.answering)
    if !request.tenants.isEmpty { view.others = try await archive.others(than: request.tenants) }
    return view
  }
}
