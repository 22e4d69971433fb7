public import NodeContract

/// A reseller's connection to a carrier, known by the carrier's addresses, by passwords, or by both.
/// Every tenant of the reseller calls through it.
public struct Trunk: Hashable, Sendable {
  public var id: TrunkID
  public var reseller: ResellerID
  public var carrier: DisplayName
  /// Our address that the carrier talks to.
  public var address: AddressName
  /// The carrier's own addresses, 1 to 16: calls go to the first, and come from any.
  public var peers: [IPEndpoint]
  /// What calls through it cost; without one they are not priced.
  public var priceList: PriceListID?
  /// Who we are at the carrier; nil where it knows us by our address.
  public var account: TrunkAccount?
  /// Who the carrier is when it calls from other addresses; nil: then it is a stranger.
  public var visitor: TrunkVisitor?
  public var profile: TrunkProfile
  public var createdAt: WallTime

  public init(
    id: TrunkID, reseller: ResellerID, carrier: DisplayName, address: AddressName,
    peers: [IPEndpoint], priceList: PriceListID?, account: TrunkAccount? = nil,
    visitor: TrunkVisitor? = nil, profile: TrunkProfile = TrunkProfile(), createdAt: WallTime
  ) {
    self.id = id
    self.reseller = reseller
    self.carrier = carrier
    self.address = address
    self.peers = peers
    self.priceList = priceList
    self.account = account
    self.visitor = visitor
    self.profile = profile
    self.createdAt = createdAt
  }

  /// A carrier's addresses as a person gave them: `192.0.2.1:5060`.
  public static func peers(
    _ texts: [String], field: String = "peers"
  ) throws(InvalidField) -> [IPEndpoint] {
    guard !texts.isEmpty else { throw InvalidField(field, .empty) }
    guard texts.count <= 16 else { throw InvalidField(field, .tooLong(limit: 16)) }
    var peers: [IPEndpoint] = []
    for text in texts {
      guard let peer = IPEndpoint(text), peer.port != 0 else {
        throw InvalidField(field, .malformed(expected: "an IP address and a port: 192.0.2.1:5060"))
      }
      peers.append(peer)
    }
    return peers
  }

  /// What a node needs of it.
  public var entry: TrunkEntry {
    TrunkEntry(
      id: id, name: carrier.text, address: address, peers: peers, account: account,
      visitor: visitor, profile: profile)
  }
}
