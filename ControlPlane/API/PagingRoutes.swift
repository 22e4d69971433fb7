import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Colleagues whose telephones answer by themselves for an extension.
struct PagingRoutes: Sendable {
  let keys: Authorization
  let groups: PagingOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/paging-group", show)
    routes.put("/tenants/{tenant}/extensions/{extension}/paging-group", replace)
    routes.delete("/tenants/{tenant}/extensions/{extension}/paging-group", remove)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      PagingGroupView(
        try await groups.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: PagingGroupBody = try await request.json()
    let group = try await groups.replace(
      body.group(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(PagingGroupView(group))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await groups.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct PagingGroupBody: Decodable {
  /// Extensions, ext_….
  var members: [String]
  /// Those who may page them, ext_…; without it everybody of the tenant may.
  var pagers: [String]?
  var talksBack: Bool?
  /// Seconds.
  var longest: Int?

  func group() throws -> NewPagingGroup {
    NewPagingGroup(
      members: try members.map { try reference($0, field: "members") },
      pagers: try pagers?.map { try reference($0, field: "pagers") },
      talksBack: talksBack ?? false, longest: longest ?? 60)
  }
}

private struct PagingGroupView: Encodable {
  var members: [String]
  var pagers: [String]?
  var talksBack: Bool
  var longest: Int64

  init(_ group: PagingGroup) {
    members = group.members.map(\.description)
    pagers = group.pagers?.map(\.description)
    talksBack = group.talksBack
    longest = group.longest.components.seconds
  }
}
