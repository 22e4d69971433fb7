import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// What a tenant's people dial to have something done.
struct FeatureCodeRoutes: Sendable {
  let keys: Authorization
  let codes: FeatureCodeOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/feature-codes", list)
    routes.put("/tenants/{tenant}/feature-codes", replace)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(CodeList(try await codes.codes(of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: CodeBodies = try await request.json()
    return .json(
      CodeList(
        try await codes.replace(
          body.items.map { ($0.feature, $0.code) }, of: request.id("tenant"), in: scope)))
  }
}

private struct CodeBodies: Decodable {
  struct Item: Decodable {
    var feature: String
    /// Null: it cannot be dialled.
    var code: String?
  }

  var items: [Item]
}

private struct CodeList: Encodable {
  struct Item: Encodable {
    var feature: String
    @Nullable var code: String?
    var usualCode: String
    /// Whether a number comes after the code: `none`, `optional`, `required`.
    var argument: String
  }

  var items: [Item]

  init(_ codes: FeatureCodes) {
    items = Feature.allCases.map {
      Item(
        feature: $0.rawValue, code: codes.codes[$0], usualCode: $0.usualCode,
        argument: $0.argument.rawValue)
    }
  }
}
