public import Persistence
public import Placement
@_spi(Authorization) internal import Tenancy
public import Zones

/// The installation as the planner of grants sees it.
public struct InventoryReading: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  /// All nodes and all service addresses.
  public func read() async throws -> (nodes: [PlacedNode], addresses: [PlacedAddress]) {
    let addresses = try await store.addresses.all(in: .platform).map {
      PlacedAddress(name: $0.name, site: $0.site, holder: $0.holder)
    }
    return (try await nodes(), addresses)
  }

  /// What the DNS is told of.
  public func naming() async throws -> NamingInventory {
    let sites = try await nodes().map { ($0.name, $0.site) }
    return NamingInventory(
      homes: try await store.tenants.homes(in: .platform),
      addresses: try await store.addresses.all(in: .platform),
      sites: Dictionary(sites) { first, _ in first })
  }

  private func nodes() async throws -> [PlacedNode] {
    var nodes: [PlacedNode] = []
    var request = PageRequest.first
    while true {
      let page = try await store.nodes.list(request, in: .platform)
      nodes += page.items.map { PlacedNode(name: $0.name, site: $0.site) }
      guard let next = page.next else { return nodes }
      request = try PageRequest(limit: request.limit, after: next)
    }
  }
}
