import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Datacenters; for operators.
struct SiteRoutes: Sendable {
  let keys: Authorization
  let sites: SiteOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/sites", list)
    routes.post("/sites", create)
    routes.get("/sites/{site}", show)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    return .json(PageView(try await sites.list(request.page(), in: scope), SiteView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let body: NewSiteBody = try await request.json()
    let view = SiteView(
      try await naming(SiteView.path) { try await sites.create(body.name, in: scope) })
    return .created(view, at: "/v1/sites/\(view.name)")
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    return .json(SiteView(try await sites.find(request.name("site"), in: scope)))
  }
}

private struct NewSiteBody: Decodable {
  var name: String
}

private struct SiteView: Encodable {
  var name: String
  var createdAt: Timestamp

  init(_ site: Site) {
    name = site.name.text
    createdAt = Timestamp(site.createdAt)
  }

  static func path(_ site: Site) -> String { "/v1/sites/\(site.name)" }
}
