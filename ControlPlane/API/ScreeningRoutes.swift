import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Whose calls from outside a tenant or one of its users does not want, or always does.
struct ScreeningRoutes: Sendable {
  let keys: Authorization
  let screening: ScreeningOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/screening", list)
    routes.post("/tenants/{tenant}/screening", add)
    routes.get("/tenants/{tenant}/screening/{line}", show)
    routes.delete("/tenants/{tenant}/screening/{line}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let page = try await screening.list(
      request.page(), to: request.query("extension") { ExtensionID($0) },
      searching: request.query("search") { $0 }, of: request.id("tenant"), in: scope)
    return .json(PageView(page, ScreeningView.init))
  }

  private func add(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let tenant: TenantID = try request.id("tenant")
    let body: ScreeningBody = try await request.json()
    let line = try await naming(ScreeningView.path) {
      try await screening.add(to: tenant, in: scope, body.line(reading:))
    }
    return .created(ScreeningView(line), at: ScreeningView.path(line))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      ScreeningView(
        try await screening.find(request.id("line"), of: request.id("tenant"), in: scope)))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await screening.remove(request.id("line"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct ScreeningBody: Decodable {
  /// A number, the beginning of numbers as `+4420*`, `withheld` or `disproven`.
  var from: String
  /// `block` or `allow`.
  var verdict: String
  /// Whose calls it is for; absent: all the tenant's.
  var `extension`: String?
  var note: String?

  func line(reading number: (String) -> String?) throws -> NewScreeningLine {
    try NewScreeningLine(
      callers: from, verdict: verdict,
      extension: `extension`.map { try reference($0, field: "extension") }, note: note ?? "",
      reading: number)
  }
}

private struct ScreeningView: Encodable {
  var id: String
  var tenant: String
  var from: String
  var verdict: String
  @Nullable var `extension`: String?
  var note: String
  var createdAt: Timestamp

  init(_ line: ScreeningLine) {
    id = line.entry.id.description
    tenant = line.tenant.description
    from = line.entry.callers.text
    verdict = line.entry.verdict.rawValue
    self.extension = line.entry.extension?.description
    note = line.note
    createdAt = Timestamp(line.createdAt)
  }

  static func path(_ line: ScreeningLine) -> String {
    "/v1/tenants/\(line.tenant)/screening/\(line.entry.id)"
  }
}
