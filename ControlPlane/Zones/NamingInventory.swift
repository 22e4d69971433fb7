public import NodeContract
public import Placement
public import Tenancy

/// What the DNS' answers hang on, but for who holds which address.
public struct NamingInventory: Hashable, Sendable {
  /// Tenants' domains, and the address at which each is at home.
  public var homes: [SIPDomain: AddressName]
  public var addresses: [ServiceAddress]
  /// Where nodes stand.
  public var sites: [NodeName: SiteName]

  public init(
    homes: [SIPDomain: AddressName], addresses: [ServiceAddress], sites: [NodeName: SiteName]
  ) {
    self.homes = homes
    self.addresses = addresses
    self.sites = sites
  }

  /// A zone for each domain that somebody serves, or is to serve: equal views give equal zones.
  /// - Parameters:
  ///   - holdings: who holds the addresses now, and who stands by.
  ///   - nameServers: who answers for the zones, as their parents name them; one at least.
  public func zones(
    by holdings: [AddressName: Holding], nameServers: [SIPDomain]
  ) -> [SIPDomain: Zone] {
    let map = ServiceMap(self, holdings)
    var zones: [SIPDomain: Zone] = [:]
    for (domain, home) in homes {
      let places = map.places(of: home)
      guard !places.isEmpty else { continue }
      zones[domain] = Zone(
        domain, places: places, nameServers: nameServers, avoiding: { homes[$0] != nil })
    }
    return zones
  }
}

/// Where addresses are served.
private struct ServiceMap {
  private let sites: [NodeName: SiteName]
  private let holdings: [AddressName: Holding]
  private let addresses: [AddressName: ServiceAddress]
  /// By name: of several that would do, a node serves a lost site's address at the first.
  private let ordered: [ServiceAddress]

  init(_ inventory: NamingInventory, _ holdings: [AddressName: Holding]) {
    self.holdings = holdings
    sites = inventory.sites
    ordered = inventory.addresses.sorted { $0.name < $1.name }
    addresses = Dictionary(ordered.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Where the address is served now, and then where it will be when that site is lost. What nobody was
  /// granted yet will be served where it is at home.
  func places(of name: AddressName) -> [ServiceAddress] {
    guard let address = addresses[name] else { return [] }
    guard let holding = holdings[name] else { return [address] }
    let nodes = [holding.holder] + [holding.standby].compactMap { $0 }
    let places = nodes.compactMap { place(of: address, with: $0) }
    let distinct = places.indices.filter { !places[..<$0].contains(places[$0]) }.map { places[$0] }
    return distinct.isEmpty ? [address] : distinct
  }

  /// In its own site an address is served at itself; a node of another site serves it at an address of its own
  /// of the same role. Nil: it has none now.
  private func place(of address: ServiceAddress, with node: NodeName) -> ServiceAddress? {
    guard let site = sites[node], site != address.site else { return address }
    return ordered.first {
      $0.site == site && $0.role == address.role && holdings[$0.name]?.holder == node
    }
  }
}
