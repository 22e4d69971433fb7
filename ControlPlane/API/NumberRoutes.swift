import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Public numbers of a tenant; resellers give them, the tenant says where their calls go.
struct NumberRoutes: Sendable {
  let keys: Authorization
  let numbers: NumberOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/numbers", list)
    routes.post("/tenants/{tenant}/numbers", create)
    routes.get("/tenants/{tenant}/numbers/{number}", show)
    routes.patch("/tenants/{tenant}/numbers/{number}", change)
    routes.delete("/tenants/{tenant}/numbers/{number}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readNumbers)
    let page = try await numbers.list(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page, NumberView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageNumbers)
    let tenant: TenantID = try request.id("tenant")
    let body: NewNumberBody = try await request.json()
    let destination: ExtensionID = try reference(body.extension, field: "extension")
    let number = try await naming(NumberView.path) {
      try await numbers.create(
        body.number, leadingTo: destination, display: body.display, of: tenant, in: scope)
    }
    return .created(NumberView(number), at: NumberView.path(number))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readNumbers)
    return .json(
      NumberView(
        try await numbers.find(request.id("number"), of: request.id("tenant"), in: scope)))
  }

  private func change(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .directNumbers)
    let body: NumberChangesBody = try await request.json()
    let number = try await numbers.change(
      request.id("number"), of: request.id("tenant"), body.changes, in: scope)
    return .json(NumberView(number))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageNumbers)
    try await numbers.remove(request.id("number"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct NewNumberBody: Decodable {
  var number: String
  var `extension`: String
  /// What phones show of whoever calls it: `Acme: {caller}`.
  var display: String?
}

/// `"display": null` has phones show the caller alone; without the member it stays.
private struct NumberChangesBody: Decodable {
  private enum CodingKeys: String, CodingKey {
    case `extension`, display
  }

  let changes: NumberChanges

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    var changes = NumberChanges()
    if let destination = try body.decodeIfPresent(String.self, forKey: .extension) {
      changes.destination = try reference(destination, field: "extension")
    }
    if body.contains(.display) {
      changes.display = .set(try body.decodeIfPresent(String.self, forKey: .display))
    }
    self.changes = changes
  }
}

private struct NumberView: Encodable {
  var id: String
  var tenant: String
  var number: String
  var `extension`: String
  @Nullable var display: String?
  var createdAt: Timestamp

  init(_ number: Number) {
    id = number.id.description
    tenant = number.tenant.description
    self.number = number.number.description
    switch number.destination {
    case .extension(let id): self.extension = id.description
    }
    display = number.display?.text
    createdAt = Timestamp(number.createdAt)
  }

  static func path(_ number: Number) -> String {
    "/v1/tenants/\(number.tenant)/numbers/\(number.id)"
  }
}
