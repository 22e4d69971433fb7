import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Sounds of a tenant's own: prompts of menus, greetings of mailboxes.
struct SoundRoutes: Sendable {
  let keys: Authorization
  let sounds: TenantSoundOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/sounds", list)
    routes.post("/tenants/{tenant}/sounds", bodyLimit: TenantSoundOperations.mostBytes, add)
    routes.get("/tenants/{tenant}/sounds/{sound}", show)
    routes.get("/tenants/{tenant}/sounds/{sound}/contents", contents)
    routes.delete("/tenants/{tenant}/sounds/{sound}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let page = try await sounds.list(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page, SoundView.init))
  }

  /// The body is the file; what kind it is shows in it, whatever the request says.
  private func add(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let tenant: TenantID = try request.id("tenant")
    let name = try request.requiredQuery("name") { $0 }
    let upload = try await request.body()
    let sound = try await naming(SoundView.path) {
      try await sounds.add(upload, named: name, of: tenant, in: scope)
    }
    return .created(SoundView(sound), at: SoundView.path(sound))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      SoundView(try await sounds.find(request.id("sound"), of: request.id("tenant"), in: scope)))
  }

  private func contents(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let contents = try await sounds.contents(
      of: request.id("sound"), of: request.id("tenant"), in: scope)
    return try .sound(contents, type: .wav, for: request)
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await sounds.remove(request.id("sound"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct SoundView: Encodable {
  var id: String
  var tenant: String
  var name: String
  var seconds: Double
  /// Of the file, as calls play it.
  var bytes: Int
  var createdAt: Timestamp

  init(_ sound: TenantSound) {
    id = sound.id.description
    tenant = sound.tenant.description
    name = sound.name.text
    seconds = Double(sound.milliseconds) / 1_000
    bytes = sound.bytes
    createdAt = Timestamp(sound.createdAt)
  }

  static func path(_ sound: TenantSound) -> String {
    "/v1/tenants/\(sound.tenant)/sounds/\(sound.id)"
  }
}
