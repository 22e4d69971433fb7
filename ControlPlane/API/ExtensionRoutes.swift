import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Extensions of a tenant. A password that was made is in that answer and nowhere else.
struct ExtensionRoutes: Sendable {
  let keys: Authorization
  let extensions: ExtensionOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions", list)
    routes.post("/tenants/{tenant}/extensions", create)
    routes.get("/tenants/{tenant}/extensions/{extension}", show)
    routes.patch("/tenants/{tenant}/extensions/{extension}", update)
    routes.delete("/tenants/{tenant}/extensions/{extension}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let page = try await extensions.list(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page) { ExtensionView($0) })
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let tenant: TenantID = try request.id("tenant")
    let body: NewExtensionBody = try await request.json()
    let made = try await naming(ExtensionView.path) {
      try await extensions.create(body.extension, of: tenant, in: scope)
    }
    return .created(
      ExtensionView(made.extension, password: made.password),
      at: ExtensionView.path(made.extension))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      ExtensionView(
        try await extensions.find(
          request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func update(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: ExtensionChangesBody = try await request.json()
    let changed = try await extensions.update(
      request.id("extension"), of: request.id("tenant"), body.changes, in: scope)
    return .json(ExtensionView(changed.extension, password: changed.password))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await extensions.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct NewExtensionBody: Decodable {
  var number: String
  var name: String
  var outsideNumber: String?
  var password: String?
  var digest: String?
  var maySupervise: Bool?

  var `extension`: NewExtension {
    NewExtension(
      number: number, name: name, outsideNumber: outsideNumber, password: password,
      digest: digest ?? "any", maySupervise: maySupervise ?? false)
  }
}

/// `"outside_number": null` takes the number away; without the member it stays.
private struct ExtensionChangesBody: Decodable {
  private enum CodingKeys: String, CodingKey {
    case name, outsideNumber, password, newPassword, maySupervise
  }

  let changes: ExtensionChanges

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    var changes = ExtensionChanges(
      name: try body.decodeIfPresent(String.self, forKey: .name),
      maySupervise: try body.decodeIfPresent(Bool.self, forKey: .maySupervise))
    if body.contains(.outsideNumber) {
      changes.outsideNumber = .set(try body.decodeIfPresent(String.self, forKey: .outsideNumber))
    }
    if let password = try body.decodeIfPresent(String.self, forKey: .password) {
      changes.password = .chosen(password)
    } else if try body.decodeIfPresent(Bool.self, forKey: .newPassword) == true {
      changes.password = .made
    }
    self.changes = changes
  }
}

private struct ExtensionView: Encodable {
  var id: String
  var tenant: String
  var number: String
  var name: String
  @Nullable var outsideNumber: String?
  /// The algorithms of RFC 8760 that its devices may be asked for, strongest first.
  var digest: [String]
  /// It may listen to colleagues' calls, whisper to one of both and join them.
  var maySupervise: Bool
  var createdAt: Timestamp
  /// Once.
  var password: String?

  init(_ entry: Extension, password: String? = nil) {
    id = entry.id.description
    tenant = entry.tenant.description
    number = entry.number.digits
    name = entry.displayName.text
    outsideNumber = entry.outsideNumber?.description
    digest = entry.credentials.map { $0.algorithm.rawValue.lowercased() }
    maySupervise = entry.maySupervise
    createdAt = Timestamp(entry.createdAt)
    self.password = password
  }

  static func path(_ entry: Extension) -> String {
    "/v1/tenants/\(entry.tenant)/extensions/\(entry.id)"
  }
}
