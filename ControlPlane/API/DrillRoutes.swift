import Drills
import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Faults that are made on purpose; for operators.
struct DrillRoutes: Sendable {
  let keys: Authorization
  let drills: DrillOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/drills", list)
    routes.post("/drills/plan", plan)
    routes.post("/drills", begin)
    routes.get("/drills/{drill}", show)
    routes.post("/drills/{drill}/abort", abort)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    let page = try await drills.list(request.page(), in: scope)
    return .json(PageView(page, DrillView.init))
  }

  /// What it would do. Nothing is changed.
  private func plan(_ request: IncomingRequest) async throws -> Response {
    _ = try await keys.scope(of: request, toDo: .manageInstallation)
    let body: DrillBody = try await request.json()
    let (wanted, plan) = try await answering { try await drills.plan(body.drill) }
    return .json(PlanView(wanted, plan))
  }

  private func begin(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageInstallation)
    let body: DrillBody = try await request.json()
    let drill = try await naming(DrillView.path) {
      try await answering {
        try await drills.begin(body.drill, by: principal.key, in: principal.scope)
      }
    }
    return .created(DrillView(drill), at: DrillView.path(drill))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    return .json(DrillView(try await drills.find(request.id("drill"), in: scope)))
  }

  private func abort(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let id: DrillID = try request.id("drill")
    return .json(
      DrillView(try await answering { try await drills.abort(id, in: scope) }))
  }

  /// What is neither ours to say nor the asker's mistake is etcd's absence.
  private func answering<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
    } catch let error as any ProblemConvertible {
      throw error
    } catch let error as AlreadyThere<Drill> {
      throw error
    } catch {
      throw Problem.unavailable("etcd is not available at the moment.", cause: error)
    }
  }
}

private struct DrillBody: Decodable {
  var fault: String
  var node: String?
  var site: String?
  var seconds: Int?
  var tenants: [String]?

  var drill: NewDrill {
    NewDrill(fault: fault, node: node, site: site, seconds: seconds, tenants: tenants ?? [])
  }
}

/// What a drill would do, and whether it may.
private struct PlanView: Encodable {
  var fault: String
  var target: String
  var seconds: Int
  var tenants: [String]
  var mayRun: Bool
  var plan: DrillPlan

  init(_ request: DrillRequest, _ plan: DrillPlan) {
    fault = request.fault.rawValue
    target = request.target
    seconds = request.seconds
    tenants = request.tenants.map(\.description)
    mayRun = plan.mayRun
    self.plan = plan
  }
}

private struct DrillView: Encodable {
  var id: String
  var fault: String
  var target: String
  var seconds: Int
  var tenants: [String]
  var phase: Drill.Phase
  /// Whether somebody stopped it.
  var aborted: Bool
  @Nullable var verdict: Drill.Verdict?
  var remarks: [String]
  var orderedAt: Timestamp
  var orderedBy: String
  @Nullable var struckAt: Timestamp?
  @Nullable var endedAt: Timestamp?
  var plan: DrillPlan
  var report: ReportView

  init(_ drill: Drill) {
    id = drill.id.description
    fault = drill.request.fault.rawValue
    target = drill.request.target
    seconds = drill.request.seconds
    tenants = drill.request.tenants.map(\.description)
    phase = drill.phase
    aborted = drill.isAborted
    verdict = drill.verdict
    remarks = drill.remarks
    orderedAt = Timestamp(drill.orderedAt)
    orderedBy = drill.orderedBy.description
    struckAt = drill.struckAt.map { Timestamp($0) }
    endedAt = drill.endedAt.map { Timestamp($0) }
    plan = drill.plan
    report = ReportView(drill.report)
  }

  static func path(_ drill: Drill) -> String { "/v1/drills/\(drill.id)" }
}

/// Members that have no value are there all the same.
private struct ReportView: Encodable {
  @Nullable var detectionMilliseconds: Int?
  @Nullable var decisionMilliseconds: Int?
  @Nullable var adoptionMilliseconds: Int?
  @Nullable var returnMilliseconds: Int?
  var silences: [DrillReport.Silence]
  var callsBefore: Int
  var callsMissing: Int
  /// Of calls that ended meanwhile: how, and who saw it.
  var endedLegs: [DrillBooks.Legs]
  var lostLegs: Int
  var ledgerDifferences: Int

  init(_ report: DrillReport) {
    detectionMilliseconds = report.detectionMilliseconds
    decisionMilliseconds = report.decisionMilliseconds
    adoptionMilliseconds = report.adoptionMilliseconds
    returnMilliseconds = report.returnMilliseconds
    silences = report.silences
    callsBefore = report.callsBefore
    callsMissing = report.callsMissing
    endedLegs = report.books.legs
    lostLegs = report.books.lostLegs
    ledgerDifferences = report.books.ledgerDifferences
  }
}
