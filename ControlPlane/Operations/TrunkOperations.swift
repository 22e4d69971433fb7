public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of a new trunk.
public struct NewTrunk: Sendable {
  public var reseller: ResellerID
  public var carrier: String
  public var address: String
  /// `192.0.2.1:5060`, the first is called where there is no route.
  public var peers: [String]
  /// `sip:carrier.example.net`
  public var route: String?
  /// `carrier.example.net`
  public var certificateName: String?
  public var priceList: PriceListID?
  public var account: NewTrunkAccount?
  public var visitor: NewTrunkVisitor?
  public var profile: TrunkProfileChanges

  public init(
    reseller: ResellerID, carrier: String, address: String, peers: [String],
    priceList: PriceListID?, account: NewTrunkAccount? = nil, visitor: NewTrunkVisitor? = nil,
    profile: TrunkProfileChanges = TrunkProfileChanges(), route: String? = nil,
    certificateName: String? = nil
  ) {
    self.route = route
    self.certificateName = certificateName
    self.reseller = reseller
    self.carrier = carrier
    self.address = address
    self.peers = peers
    self.priceList = priceList
    self.account = account
    self.visitor = visitor
    self.profile = profile
  }
}

/// What is to be different; `nil` leaves a value as it is.
public struct TrunkChanges: Sendable {
  public var carrier: String?
  public var address: String?
  public var peers: [String]?
  public var route: Change<String?>
  public var certificateName: Change<String?>
  public var priceList: PriceListID?
  public var account: Change<NewTrunkAccount?>
  public var visitor: Change<NewTrunkVisitor?>
  public var profile: TrunkProfileChanges

  public init(
    carrier: String? = nil, address: String? = nil, peers: [String]? = nil,
    priceList: PriceListID? = nil, account: Change<NewTrunkAccount?> = .keep,
    visitor: Change<NewTrunkVisitor?> = .keep,
    profile: TrunkProfileChanges = TrunkProfileChanges(),
    route: Change<String?> = .keep,
    certificateName: Change<String?> = .keep
  ) {
    self.route = route
    self.certificateName = certificateName
    self.carrier = carrier
    self.address = address
    self.peers = peers
    self.priceList = priceList
    self.account = account
    self.visitor = visitor
    self.profile = profile
  }
}

/// Connections of resellers to carriers.
public struct TrunkOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ new: NewTrunk, in scope: AccessScope) async throws -> Trunk {
    let address = try await address(new.address, in: scope)
    let trunk = try Trunk(
      id: clock.id(), reseller: new.reseller,
      carrier: try DisplayName(new.carrier, field: "carrier"), address: address,
      peers: try Trunk.peers(new.peers), priceList: new.priceList,
      account: try new.account?.account(), visitor: try new.visitor?.visitor(at: address),
      profile: try new.profile.applied(to: TrunkProfile()),
      route: try TrunkText.route(new.route),
      certificateName: try TrunkText.certificateName(new.certificateName), createdAt: clock.now()
    ).checked()
    return try await making(trunk) {
      try await store.trunks.insert($0, in: scope)
    } find: {
      try await store.trunks.find(carrier: trunk.carrier, of: new.reseller, in: scope)
    }
  }

  /// Carriers talk to addresses for trunks.
  private func address(_ name: String, in scope: AccessScope) async throws -> AddressName {
    let name = try AddressName(checking: name, field: "address")
    guard let address = try await store.addresses.find(name, in: scope) else {
      throw InvalidField("address", .unknownReference)
    }
    guard address.role == .trunks else {
      throw InvalidField("address", .malformed(expected: "an address for trunks"))
    }
    return name
  }

  public func find(_ id: TrunkID, in scope: AccessScope) async throws -> Trunk {
    try found(await store.trunks.find(id, in: scope), "trunk", id)
  }

  public func list(
    _ page: PageRequest, of reseller: ResellerID?, in scope: AccessScope
  ) async throws -> Page<Trunk> {
    try await store.trunks.list(page, of: reseller, in: scope)
  }

  public func update(
    _ id: TrunkID, _ changes: TrunkChanges, in scope: AccessScope
  ) async throws -> Trunk {
    var trunk = try await find(id, in: scope)
    let before = trunk.address
    if let carrier = changes.carrier {
      trunk.carrier = try DisplayName(carrier, field: "carrier")
    }
    if let name = changes.address { trunk.address = try await address(name, in: scope) }
    if let peers = changes.peers { trunk.peers = try Trunk.peers(peers) }
    if let priceList = changes.priceList { trunk.priceList = priceList }
    try changes.apply(to: &trunk, movedFrom: before)
    trunk = try trunk.checked()
    guard try await store.trunks.update(trunk, in: scope) else { throw NotFound("trunk", id) }
    return trunk
  }

  /// No more calls go through it.
  public func remove(_ id: TrunkID, in scope: AccessScope) async throws {
    guard try await store.trunks.remove(id, at: clock.now(), in: scope) else {
      throw NotFound("trunk", id)
    }
  }
}

extension TrunkChanges {
  /// Passwords, whereabouts and profile. A visitor's password belongs to our address, whose name is its realm.
  fileprivate func apply(to trunk: inout Trunk, movedFrom before: AddressName) throws(InvalidField)
  {
    switch account {
    case .keep: break
    case .set(let new): trunk.account = try new?.account()
    }
    switch visitor {
    case .keep:
      guard trunk.visitor == nil || trunk.address == before else {
        throw InvalidField(
          "visitor", .malformed(expected: "given again, as its password is for the old address"))
      }
    case .set(let new): trunk.visitor = try new?.visitor(at: trunk.address)
    }
    if case .set(let new) = route { trunk.route = try TrunkText.route(new) }
    if case .set(let new) = certificateName {
      trunk.certificateName = try TrunkText.certificateName(new)
    }
    trunk.profile = try profile.applied(to: trunk.profile)
  }
}
