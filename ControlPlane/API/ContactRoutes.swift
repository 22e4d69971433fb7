import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Whom a tenant knows outside: names for callers, groups for rules.
struct ContactRoutes: Sendable {
  let keys: Authorization
  let contacts: ContactOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/contacts", list)
    routes.post("/tenants/{tenant}/contacts", add)
    routes.get("/tenants/{tenant}/contacts/{contact}", show)
    routes.put("/tenants/{tenant}/contacts/{contact}", replace)
    routes.delete("/tenants/{tenant}/contacts/{contact}", remove)
    routes.get("/tenants/{tenant}/contact-file", export)
    routes.post("/tenants/{tenant}/contact-file", bodyLimit: ContactFile.mostBytes, take)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let page = try await contacts.list(
      request.page(), searching: request.query("search") { $0 },
      group: request.query("group") { $0 }, of: request.id("tenant"), in: scope)
    return .json(PageView(page, ContactView.init))
  }

  private func add(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let tenant: TenantID = try request.id("tenant")
    let body: ContactBody = try await request.json()
    let contact = try await naming(ContactView.path) {
      try await contacts.add(to: tenant, in: scope, body.contact(reading:))
    }
    return .created(ContactView(contact), at: ContactView.path(contact))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      ContactView(
        try await contacts.find(request.id("contact"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: ContactBody = try await request.json()
    let contact = try await contacts.replace(
      request.id("contact"), of: request.id("tenant"), in: scope, body.contact(reading:))
    return .json(ContactView(contact))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await contacts.remove(request.id("contact"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  private func export(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let file = try await contacts.file(of: request.id("tenant"), in: scope)
    return .text(file, contentType: "text/csv; charset=utf-8")
  }

  /// The body is the file; whether it is CSV or vCards shows in it, whatever the request says.
  private func take(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let tenant: TenantID = try request.id("tenant")
    let taken = try await contacts.add(file: try await request.body(), to: tenant, in: scope)
    return .json(TakenView(added: taken.added, replaced: taken.replaced))
  }
}

private struct ContactBody: Decodable {
  var name: String
  var numbers: [String]
  var groups: [String]?
  var vip: Bool?

  func contact(reading number: (String) -> String?) throws -> NewContact {
    try NewContact(
      name: name, numbers: numbers, groups: groups ?? [], isVIP: vip ?? false, reading: number)
  }
}

private struct ContactView: Encodable {
  var id: String
  var tenant: String
  var name: String
  var numbers: [String]
  var groups: [String]
  var vip: Bool
  var createdAt: Timestamp

  init(_ contact: Contact) {
    id = contact.id.description
    tenant = contact.tenant.description
    name = contact.name.text
    numbers = contact.numbers.map(\.description)
    groups = contact.groups.map(\.text)
    vip = contact.isVIP
    createdAt = Timestamp(contact.createdAt)
  }

  static func path(_ contact: Contact) -> String {
    "/v1/tenants/\(contact.tenant)/contacts/\(contact.id)"
  }
}

private struct TakenView: Encodable {
  var added: Int
  var replaced: Int
}
