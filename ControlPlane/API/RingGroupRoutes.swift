import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Colleagues who are rung for an extension.
struct RingGroupRoutes: Sendable {
  let keys: Authorization
  let groups: RingGroupOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/ring-group", show)
    routes.put("/tenants/{tenant}/extensions/{extension}/ring-group", replace)
    routes.delete("/tenants/{tenant}/extensions/{extension}/ring-group", remove)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      RingGroupView(
        try await groups.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: RingGroupBody = try await request.json()
    let group = try await groups.replace(
      body.group(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(RingGroupView(group))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await groups.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct RingGroupBody: Decodable {
  var strategy: String
  /// Extensions, ext_….
  var members: [String]
  /// Seconds.
  var ringsFor: Int?
  var skipsBusy: Bool?
  var confirms: Bool?

  func group() throws -> NewRingGroup {
    NewRingGroup(
      strategy: strategy, members: try members.map { try reference($0, field: "members") },
      ringsFor: ringsFor ?? 20, skipsBusy: skipsBusy ?? true,
      confirms: confirms ?? false)
  }
}

private struct RingGroupView: Encodable {
  var strategy: String
  var members: [String]
  var ringsFor: Int64
  var skipsBusy: Bool
  var confirms: Bool

  init(_ group: RingGroup) {
    strategy = group.strategy.rawValue
    members = group.members.map(\.description)
    ringsFor = group.ringsFor.components.seconds
    skipsBusy = group.skipsBusy
    confirms = group.confirms
  }
}
