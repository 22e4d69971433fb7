import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Connections of resellers to carriers.
struct TrunkRoutes: Sendable {
  let keys: Authorization
  let trunks: TrunkOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/trunks", list)
    routes.post("/trunks", create)
    routes.get("/trunks/{trunk}", show)
    routes.patch("/trunks/{trunk}", update)
    routes.delete("/trunks/{trunk}", remove)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readTrunks)
    let page = try await trunks.list(request.page(), of: request.reseller(), in: scope)
    return .json(PageView(page, TrunkView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageTrunks)
    let body: NewTrunkBody = try await request.json()
    let new = try body.trunk(of: principal.reseller(named: body.reseller))
    let trunk = try await naming(TrunkView.path) {
      try await trunks.create(new, in: principal.scope)
    }
    return .created(TrunkView(trunk), at: TrunkView.path(trunk))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readTrunks)
    return .json(TrunkView(try await trunks.find(request.id("trunk"), in: scope)))
  }

  private func update(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageTrunks)
    let body: TrunkChangesBody = try await request.json()
    return .json(
      TrunkView(try await trunks.update(request.id("trunk"), body.changes(), in: scope)))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageTrunks)
    try await trunks.remove(request.id("trunk"), in: scope)
    return .noContent
  }
}

private struct NewTrunkBody: Decodable {
  var reseller: String?
  var carrier: String
  var address: String
  var peers: [String]
  var priceList: String?

  func trunk(of reseller: ResellerID) throws -> NewTrunk {
    NewTrunk(
      reseller: reseller, carrier: carrier, address: address, peers: peers,
      priceList: try priceList.map { try reference($0, field: "price_list") })
  }
}

private struct TrunkChangesBody: Decodable {
  var carrier: String?
  var address: String?
  var peers: [String]?
  var priceList: String?

  func changes() throws -> TrunkChanges {
    TrunkChanges(
      carrier: carrier, address: address, peers: peers,
      priceList: try priceList.map { try reference($0, field: "price_list") })
  }
}

private struct TrunkView: Encodable {
  var id: String
  var reseller: String
  var carrier: String
  var address: String
  var peers: [String]
  @Nullable var priceList: String?
  var createdAt: Timestamp

  init(_ trunk: Trunk) {
    id = trunk.id.description
    reseller = trunk.reseller.description
    carrier = trunk.carrier.text
    address = trunk.address.text
    peers = trunk.peers.map(\.description)
    priceList = trunk.priceList?.description
    createdAt = Timestamp(trunk.createdAt)
  }

  static func path(_ trunk: Trunk) -> String { "/v1/trunks/\(trunk.id)" }
}
