import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Service addresses; operators make them, resellers refer to them.
struct AddressRoutes: Sendable {
  let keys: Authorization
  let addresses: AddressOperations
  let installation: any InstallationMonitor

  func register(on routes: inout RouteGroup) {
    routes.get("/addresses", list)
    routes.post("/addresses", create)
    routes.get("/addresses/{address}", show)
    routes.patch("/addresses/{address}", move)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readAddresses)
    let page = try await addresses.list(request.page(), in: scope)
    var views: [AddressView] = []
    for address in page.items { views.append(await view(of: address)) }
    return .json(PageView(items: views, next: page.next.map { Cursor(position: $0.text) }))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let body: NewAddressBody = try await request.json()
    let address = try await naming(AddressView.path) {
      try await addresses.create(body.address, in: scope)
    }
    return .created(await view(of: address), at: AddressView.path(address))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readAddresses)
    let address = try await addresses.find(request.name("address"), in: scope)
    return .json(await view(of: address))
  }

  private func move(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let body: AddressChangesBody = try await request.json()
    let address = try await addresses.move(request.name("address"), body.changes, in: scope)
    return .json(await view(of: address))
  }

  private func view(of address: ServiceAddress) async -> AddressView {
    AddressView(address, await installation.holding(of: address.name))
  }
}

private struct NewAddressBody: Decodable {
  var name: String
  var site: String
  var ip: String
  var ip6: String?
  var role: String
  var holder: String

  var address: NewAddress {
    NewAddress(name: name, site: site, ip: ip, ip6: ip6, role: role, holder: holder)
  }
}

/// `"ip6": null` has it found by `ip` alone; without the member it stays.
private struct AddressChangesBody: Decodable {
  private enum CodingKeys: String, CodingKey { case ip, ip6 }

  let changes: AddressChanges

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    var changes = AddressChanges()
    changes.ip = try body.decodeIfPresent(String.self, forKey: .ip)
    if body.contains(.ip6) {
      changes.ip6 = .set(try body.decodeIfPresent(String.self, forKey: .ip6))
    }
    self.changes = changes
  }
}

private struct AddressView: Encodable {
  var name: String
  var site: String
  var ip: String
  /// Where it is found by IPv6 besides.
  @Nullable var ip6: String?
  var role: String
  /// The node that is to hold it first.
  var holder: String
  /// The node that holds it.
  @Nullable var heldBy: String?
  /// The grant's place in the order of all grants.
  @Nullable var epoch: String?
  /// The node that takes it over in its site.
  @Nullable var heir: String?
  /// The node that takes it over in another site.
  @Nullable var standby: String?
  /// Why it is not placed as it should be.
  @Nullable var doubt: String?
  var createdAt: Timestamp

  init(_ address: ServiceAddress, _ holding: AddressHolding?) {
    name = address.name.text
    site = address.site.text
    ip = address.ip.description
    ip6 = address.ip6?.description
    role = address.role.rawValue
    holder = address.holder.text
    heldBy = holding?.holder.text
    epoch = holding?.epoch.description
    heir = holding?.heir?.text
    standby = holding?.standby?.text
    doubt = holding?.doubt
    createdAt = Timestamp(address.createdAt)
  }

  static func path(_ address: ServiceAddress) -> String { "/v1/addresses/\(address.name)" }
}
