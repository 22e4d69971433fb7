import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Call flows: drafts that are worked on, versions that were published, the one that callers go through.
struct FlowRoutes: Sendable {
  private static let flow = "/tenants/{tenant}/extensions/{extension}/flow"

  let keys: Authorization
  let flows: FlowOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/flows", list)
    routes.get(Self.flow, show)
    routes.put(Self.flow, putInForce)
    routes.delete(Self.flow, withdraw)
    routes.get(Self.flow + "/draft", showDraft)
    routes.put(Self.flow + "/draft", saveDraft)
    routes.delete(Self.flow + "/draft", removeDraft)
    routes.get(Self.flow + "/versions", listVersions)
    routes.post(Self.flow + "/versions", publish)
    routes.get(Self.flow + "/versions/{version}", showVersion)
    routes.get(Self.flow + "/difference", compare)
    routes.get(Self.flow + "/walk", explain)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let page = try await flows.list(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page, FlowOverviewView.init))
  }

  // MARK: - In force

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      FlowVersionView(
        try await flows.inForce(
          of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func putInForce(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: ChosenVersionBody = try await request.json()
    return .json(
      FlowVersionView(
        try await flows.putInForce(
          body.version, of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func withdraw(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await flows.withdraw(of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  // MARK: - The draft

  private func showDraft(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      FlowDraftView(
        try await flows.draft(
          of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func saveDraft(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: FlowView = try await request.json()
    return .json(
      FlowDraftView(
        try await flows.save(
          body.flow(), of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func removeDraft(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await flows.removeDraft(of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  // MARK: - Versions

  private func listVersions(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let versions = try await flows.versions(
      of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(FlowVersionsView(items: versions.map(FlowVersionSummaryView.init)))
  }

  private func publish(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let (id, tenant): (ExtensionID, TenantID) = (
      try request.id("extension"), try request.id("tenant")
    )
    let body: PublicationBody = try await request.json()
    let version = try await flows.publish(
      saying: body.note ?? "", of: id, of: tenant, in: scope)
    return .created(
      FlowVersionView(version),
      at: "/v1/tenants/\(tenant)/extensions/\(id)/flow/versions/\(version.number)")
  }

  private func showVersion(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let number = try request.parameter("version") { Int($0) }
    return .json(
      FlowVersionView(
        try await flows.version(
          number, of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  // MARK: - What it does

  private func compare(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      FlowDifferenceView(
        try await flows.difference(
          from: request.query("from", as: FlowEdition.init) ?? .inForce,
          to: request.query("to", as: FlowEdition.init) ?? .draft,
          of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func explain(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let explained = try await flows.explain(
      request.query("version", as: FlowEdition.init) ?? .inForce,
      of: request.id("extension"), of: request.id("tenant"),
      caller: request.query("caller") { $0 }, called: request.query("called") { $0 },
      at: request.query("at") { Timestamp($0).map { WallTime(milliseconds: $0.milliseconds) } },
      pressing: request.query("keys") { $0.map(String.init) } ?? [], in: scope)
    return .json(FlowWalkView(explained))
  }
}

extension FlowEdition {
  /// `3`, `draft` or `in-force`.
  fileprivate init?(_ text: String) {
    switch text {
    case "draft": self = .draft
    case "in-force": self = .inForce
    default:
      guard let number = Int(text) else { return nil }
      self = .version(number)
    }
  }
}

private struct ChosenVersionBody: Decodable {
  var version: Int
}

private struct PublicationBody: Decodable {
  var note: String?
}
