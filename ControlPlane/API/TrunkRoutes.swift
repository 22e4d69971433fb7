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
  var peers: [String]?
  var route: String?
  var certificateName: String?
  var priceList: String?
  var account: AccountBody?
  var visitor: VisitorBody?
  var profile: ProfileBody?

  func trunk(of reseller: ResellerID) throws -> NewTrunk {
    NewTrunk(
      reseller: reseller, carrier: carrier, address: address, peers: peers ?? [],
      priceList: try priceList.map { try reference($0, field: "price_list") },
      account: account?.account, visitor: visitor?.visitor,
      profile: profile?.changes ?? TrunkProfileChanges(), route: route,
      certificateName: certificateName)
  }
}

private struct AccountBody: Decodable {
  var username: String
  var realm: String
  var password: String
  var registrar: String?

  var account: NewTrunkAccount {
    NewTrunkAccount(
      username: username, realm: realm, password: password, registrar: registrar)
  }
}

private struct VisitorBody: Decodable {
  var username: String
  var password: String

  var visitor: NewTrunkVisitor { NewTrunkVisitor(username: username, password: password) }
}

private struct ProfileBody: Decodable {
  var trusted: Bool?
  var identity: String?
  var forwarding: String?

  var changes: TrunkProfileChanges {
    TrunkProfileChanges(isTrusted: trusted, identity: identity, forwarding: forwarding)
  }
}

/// `"account": null`, and so for the visitor, the route and the certificate's name, takes it away;
/// without the member it stays.
private struct TrunkChangesBody: Decodable {
  private enum CodingKeys: String, CodingKey {
    case carrier, address, peers, route, certificateName, priceList, account, visitor, profile
  }

  private var known: TrunkChanges
  private let priceList: String?

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    priceList = try body.decodeIfPresent(String.self, forKey: .priceList)
    known = TrunkChanges(
      carrier: try body.decodeIfPresent(String.self, forKey: .carrier),
      address: try body.decodeIfPresent(String.self, forKey: .address),
      peers: try body.decodeIfPresent([String].self, forKey: .peers),
      profile: try body.decodeIfPresent(ProfileBody.self, forKey: .profile)?.changes
        ?? TrunkProfileChanges())
    if body.contains(.account) {
      known.account = .set(try body.decodeIfPresent(AccountBody.self, forKey: .account)?.account)
    }
    if body.contains(.route) {
      known.route = .set(try body.decodeIfPresent(String.self, forKey: .route))
    }
    if body.contains(.certificateName) {
      known.certificateName = .set(try body.decodeIfPresent(String.self, forKey: .certificateName))
    }
    if body.contains(.visitor) {
      known.visitor = .set(try body.decodeIfPresent(VisitorBody.self, forKey: .visitor)?.visitor)
    }
  }

  func changes() throws -> TrunkChanges {
    var changes = known
    changes.priceList = try priceList.map { try reference($0, field: "price_list") }
    return changes
  }
}

/// Who we are at the carrier; the password is nobody's to read.
private struct AccountView: Encodable {
  var username: String
  var realm: String
  @Nullable var registrar: String?

  init(_ account: TrunkAccount) {
    username = account.username
    realm = account.realm
    registrar = account.registrar
  }
}

/// Who the carrier is when it calls from anywhere.
private struct VisitorView: Encodable {
  var username: String
}

private struct ProfileView: Encodable {
  var trusted: Bool
  var identity: String
  var forwarding: String

  init(_ profile: TrunkProfile) {
    trusted = profile.isTrusted
    identity = profile.identity.rawValue
    forwarding = profile.forwarding.rawValue
  }
}

private struct TrunkView: Encodable {
  var id: String
  var reseller: String
  var carrier: String
  var address: String
  var peers: [String]
  @Nullable var route: String?
  @Nullable var certificateName: String?
  @Nullable var priceList: String?
  @Nullable var account: AccountView?
  @Nullable var visitor: VisitorView?
  var profile: ProfileView
  var createdAt: Timestamp

  init(_ trunk: Trunk) {
    id = trunk.id.description
    reseller = trunk.reseller.description
    carrier = trunk.carrier.text
    address = trunk.address.text
    peers = trunk.peers.map(\.description)
    route = trunk.route
    certificateName = trunk.certificateName?.text
    priceList = trunk.priceList?.description
    account = trunk.account.map(AccountView.init)
    visitor = trunk.visitor.map { VisitorView(username: $0.username) }
    profile = ProfileView(trunk.profile)
    createdAt = Timestamp(trunk.createdAt)
  }

  static func path(_ trunk: Trunk) -> String { "/v1/trunks/\(trunk.id)" }
}
