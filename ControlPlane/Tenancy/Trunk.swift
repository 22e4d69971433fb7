public import NodeContract

/// A reseller's connection to a carrier, known by the carrier's addresses, its domain, its certificate,
/// passwords, or several of these.
/// Every tenant of the reseller calls through it.
public struct Trunk: Hashable, Sendable {
  public var id: TrunkID
  public var reseller: ResellerID
  public var carrier: DisplayName
  /// Our address that the carrier talks to.
  public var address: AddressName
  /// The carrier's own addresses, at most 16: calls come from any, and go to the first where there is
  /// no route. None only where there is one.
  public var peers: [IPEndpoint]
  /// Where calls go, `sip:carrier.example.net;transport=tls`: the DNS says which servers that are
  /// (RFC 3263), and calls come from these too.
  public var route: String?
  /// The DNS name of the certificate by which the carrier is known over TLS.
  public var certificateName: SIPDomain?
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
    visitor: TrunkVisitor? = nil, profile: TrunkProfile = TrunkProfile(), route: String? = nil,
    certificateName: SIPDomain? = nil, createdAt: WallTime
  ) {
    self.id = id
    self.reseller = reseller
    self.carrier = carrier
    self.address = address
    self.peers = peers
    self.route = route
    self.certificateName = certificateName
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
    guard texts.count <= 16 else { throw InvalidField(field, .tooMany(limit: 16)) }
    var peers: [IPEndpoint] = []
    for text in texts {
      guard let peer = IPEndpoint(text), peer.port != 0 else {
        throw InvalidField(field, .malformed(expected: "an IP address and a port: 192.0.2.1:5060"))
      }
      peers.append(peer)
    }
    return peers
  }

  /// A carrier that is to be called must be somewhere.
  public func checked() throws(InvalidField) -> Trunk {
    guard !peers.isEmpty || route != nil else {
      throw InvalidField("peers", .malformed(expected: "an address of the carrier, or a route"))
    }
    return self
  }

  /// What a node needs of it.
  public var entry: TrunkEntry {
    TrunkEntry(
      id: id, name: carrier.text, address: address, peers: peers, account: account,
      visitor: visitor, profile: profile, route: route, certificateName: certificateName?.text)
  }
}
