public import Drills
public import NodeContract
public import Persistence
public import Tenancy

/// Where drills are planned and run: the replica that is asked, and etcd.
public protocol DrillDesk: Sendable {
  func plan(_ request: DrillRequest) async throws -> DrillPlan
  /// Begins a drill, unless one runs; then that one's id is returned.
  func begin(_ drill: Drill) async throws -> DrillID?
  func running() async throws -> Drill?
  /// False: it does not run.
  func abort(_ id: DrillID) async throws -> Bool
}

/// What an operator says of a drill.
public struct NewDrill: Sendable {
  public var fault: String
  public var node: String?
  public var site: String?
  public var seconds: Int?
  public var tenants: [String]

  public init(
    fault: String, node: String? = nil, site: String? = nil, seconds: Int? = nil,
    tenants: [String] = []
  ) {
    self.fault = fault
    self.node = node
    self.site = site
    self.seconds = seconds
    self.tenants = tenants
  }
}

/// Guard rails stand in the way.
public struct DrillForbidden: Error, Hashable, Sendable {
  public let obstacles: [DrillObstacle]
}

/// Faults that are made on purpose.
public struct DrillOperations: Sendable {
  private let store: Store
  private let desk: any DrillDesk
  private let clock: Clock

  public init(_ store: Store, desk: any DrillDesk, clock: Clock = .system) {
    (self.store, self.desk, self.clock) = (store, desk, clock)
  }

  /// What the drill would do now, and what forbids it. Nothing is changed.
  public func plan(_ new: NewDrill) async throws -> (request: DrillRequest, plan: DrillPlan) {
    let request = try Self.request(new)
    return (request, try await desk.plan(request))
  }

  /// Begins a drill. Throws `DrillForbidden` where a guard rail stands in the way, and `AlreadyThere` with
  /// the drill that runs.
  public func begin(
    _ new: NewDrill, by key: KeyID, in scope: AccessScope
  ) async throws -> Drill {
    let (request, plan) = try await plan(new)
    let drill = Drill(
      id: clock.id(), request: request, plan: plan, orderedAt: clock.now(), orderedBy: key)
    if let other = try await desk.running() { throw Self.conflict(with: other) }
    guard plan.mayRun else { throw DrillForbidden(obstacles: plan.obstacles) }
    if try await desk.begin(drill) != nil, let other = try await desk.running() {
      throw Self.conflict(with: other)
    }
    try await store.drills.keep(drill, in: scope)
    return drill
  }

  private static func conflict(with other: Drill) -> AlreadyThere<Drill> {
    AlreadyThere(field: InvalidField("fault", .taken), existing: other)
  }

  /// Stops a drill; one that has ended stays as it is.
  public func abort(_ id: DrillID, in scope: AccessScope) async throws -> Drill {
    _ = try await desk.abort(id)
    return try await find(id, in: scope)
  }

  /// As it stands now.
  public func find(_ id: DrillID, in scope: AccessScope) async throws -> Drill {
    if let running = try? await desk.running(), running.id == id { return running }
    return try found(await store.drills.find(id, in: scope), "drill", id)
  }

  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Drill> {
    try await store.drills.list(page, in: scope)
  }

  private static func request(_ new: NewDrill) throws(InvalidField) -> DrillRequest {
    guard let fault = DrillFault(rawValue: new.fault) else {
      let faults = DrillFault.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("fault", .malformed(expected: "one of \(faults)"))
    }
    var request = DrillRequest(fault)
    switch fault.target {
    case .node:
      guard let node = new.node else { throw InvalidField("node", .empty) }
      request.node = try NodeName(checking: node, field: "node")
    case .site:
      guard let site = new.site else { throw InvalidField("site", .empty) }
      request.site = try SiteName(checking: site, field: "site")
    case .installation: break
    }
    if let seconds = new.seconds {
      guard DrillRequest.seconds.contains(seconds) else {
        throw InvalidField("seconds", .outOfRange(DrillRequest.seconds))
      }
      request.seconds = seconds
    }
    for tenant in new.tenants {
      guard let id = TenantID(tenant) else { throw InvalidField("tenants", .unknownReference) }
      request.tenants.append(id)
    }
    return request
  }
}
