import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Tenants; resellers make them, each may see itself.
struct TenantRoutes: Sendable {
  let keys: Authorization
  let tenants: TenantOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants", list)
    routes.post("/tenants", create)
    routes.get("/tenants/{tenant}", show)
    routes.patch("/tenants/{tenant}", update)
    routes.delete("/tenants/{tenant}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readTenants)
    let page = try await tenants.list(request.page(), of: request.reseller(), in: scope)
    return .json(PageView(page, TenantView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageTenants)
    let body: NewTenantBody = try await request.json()
    let new = try body.tenant(of: principal.reseller(named: body.reseller))
    let tenant = try await naming(TenantView.path) {
      try await tenants.create(new, in: principal.scope)
    }
    return .created(TenantView(tenant), at: TenantView.path(tenant))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readTenants)
    return .json(TenantView(try await tenants.find(request.id("tenant"), in: scope)))
  }

  private func update(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageTenants)
    let body: TenantChangesBody = try await request.json()
    let tenant = try await tenants.update(request.id("tenant"), body.changes, in: scope)
    return .json(TenantView(tenant))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageTenants)
    try await tenants.remove(request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct NewTenantBody: Decodable {
  var reseller: String?
  var name: String
  var domain: String
  var homeAddress: String
  var countryCode: String
  var nationalPrefix: String?
  var internationalPrefix: String?
  /// What people dial for help; absent: the usual.
  var emergencyNumbers: [String]?
  /// Seconds.
  var ringTimeout: Int?
  /// The IANA name, Europe/Berlin; absent: UTC.
  var timeZone: String?

  func tenant(of reseller: ResellerID) -> NewTenant {
    NewTenant(
      reseller: reseller, name: name, domain: domain, homeAddress: homeAddress,
      countryCode: countryCode, nationalPrefix: nationalPrefix ?? "0",
      internationalPrefix: internationalPrefix ?? "00",
      emergencyNumbers: emergencyNumbers ?? DiallingRules.usualEmergencyNumbers,
      ringTimeout: ringTimeout ?? 30, timeZone: timeZone ?? "UTC")
  }
}

private struct TenantChangesBody: Decodable {
  var name: String?
  var homeAddress: String?
  var countryCode: String?
  var nationalPrefix: String?
  var internationalPrefix: String?
  var emergencyNumbers: [String]?
  var ringTimeout: Int?
  var timeZone: String?

  var changes: TenantChanges {
    TenantChanges(
      name: name, homeAddress: homeAddress, countryCode: countryCode,
      nationalPrefix: nationalPrefix, internationalPrefix: internationalPrefix,
      emergencyNumbers: emergencyNumbers, ringTimeout: ringTimeout,
      timeZone: timeZone)
  }
}

private struct TenantView: Encodable {
  var id: String
  var reseller: String
  var name: String
  var domain: String
  var homeAddress: String
  var countryCode: String
  var nationalPrefix: String
  var internationalPrefix: String
  var emergencyNumbers: [String]
  var ringTimeout: Int64
  var timeZone: String
  var revision: Int64
  var createdAt: Timestamp

  init(_ tenant: Tenant) {
    id = tenant.id.description
    reseller = tenant.reseller.description
    name = tenant.name.text
    domain = tenant.domain.text
    homeAddress = tenant.homeAddress.text
    countryCode = tenant.dialling.countryCode
    nationalPrefix = tenant.dialling.nationalPrefix
    internationalPrefix = tenant.dialling.internationalPrefix
    emergencyNumbers = tenant.dialling.emergencyNumbers
    ringTimeout = tenant.ringTimeout.components.seconds
    timeZone = tenant.timeZone.text
    revision = tenant.revision
    createdAt = Timestamp(tenant.createdAt)
  }

  static func path(_ tenant: Tenant) -> String { "/v1/tenants/\(tenant.id)" }
}
