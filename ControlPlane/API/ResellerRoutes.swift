import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Resellers; operators make them, each may see itself.
struct ResellerRoutes: Sendable {
  let keys: Authorization
  let resellers: ResellerOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/resellers", list)
    routes.post("/resellers", create)
    routes.get("/resellers/{reseller}", show)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readResellers)
    return .json(PageView(try await resellers.list(request.page(), in: scope), ResellerView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageResellers)
    let body: NewResellerBody = try await request.json()
    let reseller = try await naming(ResellerView.path) {
      try await resellers.create(body.name, in: scope)
    }
    return .created(ResellerView(reseller), at: ResellerView.path(reseller))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readResellers)
    return .json(ResellerView(try await resellers.find(request.id("reseller"), in: scope)))
  }
}

private struct NewResellerBody: Decodable {
  var name: String
}

private struct ResellerView: Encodable {
  var id: String
  var name: String
  var createdAt: Timestamp

  init(_ reseller: Reseller) {
    id = reseller.id.description
    name = reseller.name.text
    createdAt = Timestamp(reseller.createdAt)
  }

  static func path(_ reseller: Reseller) -> String { "/v1/resellers/\(reseller.id)" }
}
