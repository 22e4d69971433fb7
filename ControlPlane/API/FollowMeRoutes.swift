import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Where users are looked for.
struct FollowMeRoutes: Sendable {
  let keys: Authorization
  let followMe: FollowMeOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/follow-me", show)
    routes.put("/tenants/{tenant}/extensions/{extension}/follow-me", replace)
    routes.delete("/tenants/{tenant}/extensions/{extension}/follow-me", remove)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      FollowMeView(
        try await followMe.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: FollowMeBody = try await request.json()
    let settings = try await followMe.replace(
      body.settings(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(FollowMeView(settings))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await followMe.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct FollowMeBody: Decodable {
  struct Step: Decodable {
    var targets: [FollowMeTarget]
    /// Seconds.
    var ringsFor: Int?
    var confirms: Bool?
  }

  var steps: [Step]

  func settings() throws -> NewFollowMe {
    NewFollowMe(
      steps: try steps.enumerated().map { place, step in
        NewFollowMe.Step(
          targets: try step.targets.enumerated().map {
            try $0.element.target(at: "steps.\(place).targets.\($0.offset)")
          },
          ringsFor: step.ringsFor ?? 20, confirms: step.confirms ?? true)
      })
  }
}

private struct FollowMeTarget: Codable {
  /// `own`, `extension` or `outside`.
  var kind: String
  /// ext_…
  var `extension`: String?
  var number: String?

  init(_ target: FollowMe.Target) {
    switch target {
    case .own: kind = "own"
    case .colleague(let id): (kind, self.extension) = ("extension", id.description)
    case .outside(let number): (kind, self.number) = ("outside", number)
    }
  }

  func target(at place: String) throws -> NewFollowMe.Target {
    NewFollowMe.Target(
      kind: kind,
      colleague: try self.extension.map { try reference($0, field: "\(place).extension") },
      number: number)
  }
}

private struct FollowMeView: Encodable {
  struct Step: Encodable {
    var targets: [FollowMeTarget]
    var ringsFor: Int64
    var confirms: Bool
  }

  var steps: [Step]

  init(_ settings: FollowMe) {
    steps = settings.steps.map {
      Step(
        targets: $0.targets.map(FollowMeTarget.init), ringsFor: $0.ringsFor.components.seconds,
        confirms: $0.confirms)
    }
  }
}
