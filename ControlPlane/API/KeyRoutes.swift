import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Keys to this API. A key's text is in the answer that makes it and nowhere else.
struct KeyRoutes: Sendable {
  let keys: Authorization
  let operations: KeyOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/keys", list)
    routes.post("/keys", create)
    routes.delete("/keys/{key}", revoke)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readKeys)
    let page = try await operations.list(request.page(), in: scope)
    return .json(PageView(page) { KeyView($0) })
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageKeys)
    let body: NewKeyBody = try await request.json()
    let minted = try await operations.create(
      body.name, role: body.role(madeBy: principal), in: principal.scope)
    return .created(
      KeyView(minted.key, secret: minted.secret), at: "/v1/keys/\(minted.key.id)")
  }

  private func revoke(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageKeys)
    try await operations.revoke(request.id("key"), in: scope)
    return .noContent
  }
}

private struct NewKeyBody: Decodable {
  var name: String
  /// `operator`, `reseller` or `tenant`.
  var role: String
  /// Whose key; a key of the same kind need not say.
  var reseller: String?
  var tenant: String?

  func role(madeBy principal: Principal) throws -> KeyRole {
    switch role {
    case "operator": return .operator
    case "reseller": return .reseller(try principal.reseller(named: reseller))
    case "tenant":
      if tenant == nil, case .tenant(let own) = principal.role { return .tenant(own) }
      guard let tenant else { throw InvalidField("tenant", .empty) }
      return .tenant(try reference(tenant, field: "tenant"))
    default:
      throw InvalidField("role", .malformed(expected: "operator, reseller or tenant"))
    }
  }
}

private struct KeyView: Encodable {
  var id: String
  var name: String
  var role: String
  @Nullable var reseller: String?
  @Nullable var tenant: String?
  var createdAt: Timestamp
  @Nullable var revokedAt: Timestamp?
  /// The key's text, once.
  var key: String?

  init(_ key: ApiKey, secret: String? = nil) {
    id = key.id.description
    name = key.name.text
    role = key.role.name
    createdAt = Timestamp(key.createdAt)
    revokedAt = key.revokedAt.map { Timestamp($0) }
    self.key = secret
    let (reseller, tenant) = KeyView.owner(of: key.role)
    self.reseller = reseller?.description
    self.tenant = tenant?.description
  }

  private static func owner(of role: KeyRole) -> (ResellerID?, TenantID?) {
    switch role {
    case .operator: (nil, nil)
    case .reseller(let id): (id, nil)
    case .tenant(let id): (nil, id)
    }
  }
}
