import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// What callers of an extension hear in the place of its devices.
struct MenuRoutes: Sendable {
  private static let menu = "/tenants/{tenant}/extensions/{extension}/menu"

  let keys: Authorization
  let menus: MenuOperations

  func register(on routes: inout RouteGroup) {
    routes.get(Self.menu, show)
    routes.put(Self.menu, replace)
    routes.delete(Self.menu, remove)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      MenuView(try await menus.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: MenuBody = try await request.json()
    let menu = try await menus.replace(
      body.menu, prompt: body.prompt.map { try reference($0, field: "prompt") },
      of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(MenuView(menu))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await menus.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

/// Where a key leads.
struct DestinationView: Codable {
  /// `extension`, `mailbox`, `outside`, `room` or `hang-up`.
  var then: String
  /// An extension, ext_…, a number outside, or a room's number; absent with `hang-up`.
  var to: String?

  init(_ destination: NewMenu.Destination) {
    (then, to) = (destination.action, destination.target)
  }

  var destination: NewMenu.Destination { NewMenu.Destination(then, to: to) }
}

private struct MenuBody: Decodable {
  /// A sound of the tenant's, snd_….
  var prompt: String?
  var language: String?
  var choices: [String: DestinationView]?
  var takesExtensions: Bool?
  /// Seconds.
  var patience: Int?
  var repeats: Int?
  var finally: DestinationView?

  var menu: NewMenu {
    NewMenu(
      language: language, choices: (choices ?? [:]).mapValues(\.destination),
      takesExtensions: takesExtensions ?? false, patience: patience ?? 5, repeats: repeats ?? 2,
      last: finally?.destination ?? NewMenu.Destination("hang-up"))
  }
}

private struct MenuView: Encodable {
  /// Null: the keys are named.
  @Nullable var prompt: String?
  /// Null: as to all callers of the tenant's.
  @Nullable var language: String?
  var choices: [String: DestinationView]
  var takesExtensions: Bool
  var patience: Int
  var repeats: Int
  var finally: DestinationView

  init(_ menu: VoiceMenu) {
    let given = NewMenu(menu)
    prompt = given.prompt?.id.description
    language = given.language
    choices = given.choices.mapValues(DestinationView.init)
    takesExtensions = given.takesExtensions
    patience = given.patience
    repeats = given.repeats
    finally = DestinationView(given.last)
  }
}
