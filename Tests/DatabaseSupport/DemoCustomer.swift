public import NodeContract
public import Persistence
public import Rating
@_spi(Authorization) public import Tenancy

/// A reseller with one tenant of two extensions and a number, and a trunk with prices for 44, 447
/// and 4474: what most tests of stored things begin with.
public struct DemoCustomer: Sendable {
  public let reseller: Reseller
  public let tenant: Tenant
  /// 101 and 102.
  public let extensions: [Extension]
  /// +442079460101, leads to 101.
  public let number: Number
  public let priceList: PriceList
  public let trunk: Trunk

  /// When everything was set up: 2026-01-01T00:00:00Z.
  public static let beginning = WallTime(milliseconds: 1_767_225_600_000)

  /// Stores a customer; several need different `name`s and `digits` of their number.
  public static func make(
    in store: Store, name: String = "demo", digits: String = "2079460101"
  ) async throws -> DemoCustomer {
    let customer = try DemoCustomer(name: name, digits: digits)
    try await customer.insert(into: store)
    return customer
  }

  private init(name: String, digits: String) throws {
    let time = DemoCustomer.beginning
    var random = SystemRandomNumberGenerator()
    var birth = time.milliseconds
    /// Each a millisecond later, so that they sort in the order in which they are made.
    func id<Kind>(_: Kind.Type = Kind.self) -> TypedID<Kind> {
      birth += 1
      return TypedID(at: WallTime(milliseconds: birth), using: &random)
    }
    reseller = Reseller(id: id(), name: try DisplayName("\(name) reseller"), createdAt: time)
    tenant = Tenant(
      id: id(), reseller: reseller.id, name: try DisplayName(name),
      domain: try SIPDomain("\(name).tandem.test"), homeAddress: DemoSite.phones.name,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30), createdAt: time)
    let owner = tenant.id
    extensions = try ["101", "102"].map { number in
      Extension(
        id: id(), tenant: owner, number: try ExtensionNumber(number),
        displayName: try DisplayName("Phone \(number)"), outsideNumber: try E164("+44\(digits)"),
        credentials: [
          DigestCredential(algorithm: .sha256, ha1: String(repeating: "a", count: 64)),
          DigestCredential(algorithm: .md5, ha1: String(repeating: "b", count: 32)),
        ],
        createdAt: time)
    }
    number = Number(
      id: id(), tenant: owner, number: try E164("+44\(digits)"),
      destination: .extension(extensions[0].id), createdAt: time)
    guard let pounds = Currency("GBP") else { throw DecimalError.malformed }
    priceList = PriceList(
      id: id(), reseller: reseller.id, name: "standard", currency: pounds, createdAt: time)
    trunk = Trunk(
      id: id(), reseller: reseller.id, carrier: try DisplayName("carrier"),
      address: DemoSite.trunks.name, peers: try Trunk.peers(["192.0.2.1:5060"]),
      priceList: priceList.id, createdAt: time)
  }

  private func insert(into store: Store) async throws {
    try await DemoSite.insertIfAbsent(into: store)
    try await store.resellers.insert(reseller, in: .platform)
    try await store.priceLists.insert(priceList, rates: try DemoCustomer.rates, in: .platform)
    try await store.trunks.insert(trunk, in: .platform)
    try await store.tenants.insert(tenant, in: .platform)
    for entry in extensions { try await store.extensions.insert(entry, in: .platform) }
    try await store.numbers.insert(number, in: .platform)
  }

  /// Landline 0.0019, mobile 0.0051, one mobile network 0.0123 and 0.01 to be connected.
  public static var rates: [RateRow] {
    get throws {
      try [("44", "0.0019", "0"), ("447", "0.0051", "0"), ("4474", "0.0123", "0.01")].map { row in
        guard let prefix = DialPrefix(row.0) else { throw DecimalError.malformed }
        return RateRow(
          prefix: prefix, destination: "United Kingdom \(row.0)",
          rate: try Rate(perMinute: try Price(row.1), connection: try Price(row.2)),
          validFrom: beginning)
      }
    }
  }
}

/// One site with one node that holds an address for phones and one for trunks.
public enum DemoSite {
  public static let site = Site(name: named("a"), createdAt: DemoCustomer.beginning)
  public static let node = Node(
    name: named("node-a1"), site: site.name, createdAt: DemoCustomer.beginning)
  public static let phones = address("phones-a", .phones, .v4(0x7F00_0101))
  public static let trunks = address("trunks-a", .trunks, .v4(0x7F00_010A))

  private static func named<Kind>(_ name: String) -> OperatorName<Kind> {
    guard let name = OperatorName<Kind>(name) else { preconditionFailure("a bad name: \(name)") }
    return name
  }

  private static func address(
    _ name: String, _ role: ServiceAddress.Role, _ ip: IPAddress
  ) -> ServiceAddress {
    ServiceAddress(
      name: named(name), site: site.name, ip: ip, role: role, holder: node.name,
      createdAt: DemoCustomer.beginning)
  }

  static func insertIfAbsent(into store: Store) async throws {
    guard try await store.sites.find(site.name, in: .platform) == nil else { return }
    try await store.sites.insert(site, in: .platform)
    try await store.nodes.insert(node, in: .platform)
    for address in [phones, trunks] { try await store.addresses.insert(address, in: .platform) }
  }
}
