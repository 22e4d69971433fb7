import NodeContract
import Placement
import Tenancy
import Zones

/// Tenants at home at an address of site a, which node-b1 of site b stands by for.
enum Steering {
  static func inventory(_ domains: [String]) -> NamingInventory {
    NamingInventory(
      homes: Dictionary(uniqueKeysWithValues: domains.map { (domain($0), named("phones-a")) }),
      addresses: [
        address("phones-a", in: "a", .v4(0xC000_0201), .v6(0x2001_0DB8_0000_0000, 1)),
        address("phones-b", in: "b", .v4(0xC633_6401), nil),
      ], sites: [named("node-a1"): named("a"), named("node-b1"): named("b")])
  }

  static func grants(isLost: Bool) -> [AddressName: AddressGrant] {
    let (a, b): (NodeName, NodeName) = (named("node-a1"), named("node-b1"))
    return [
      named("phones-a"): grant(isLost ? b : a, isLost ? a : b), named("phones-b"): grant(b, a),
    ]
  }

  static func zones(of domains: [String], isLost: Bool = false) -> [SIPDomain: Zone] {
    inventory(domains).zones(
      by: grants(isLost: isLost).mapValues(\.holding),
      nameServers: [domain("ns-a.test"), domain("ns-b.test")])
  }

  static func domain(_ text: String) -> SIPDomain {
    guard let domain = try? SIPDomain(text) else { preconditionFailure(text) }
    return domain
  }

  private static func grant(_ holder: NodeName, _ standby: NodeName) -> AddressGrant {
    AddressGrant(
      holding: Holding(holder: holder, standby: standby), epoch: Epoch(generation: 1, revision: 1),
      revision: 1, predecessor: nil, forcedMoves: 0)
  }

  private static func address(
    _ name: String, in site: String, _ ip: IPAddress, _ ip6: IPAddress?
  ) -> ServiceAddress {
    ServiceAddress(
      name: named(name), site: named(site), ip: ip, ip6: ip6, role: .phones,
      holder: named("node-a1"), createdAt: WallTime(milliseconds: 0))
  }

  private static func named<Kind>(_ text: String) -> OperatorName<Kind> {
    guard let name = OperatorName<Kind>(text) else { preconditionFailure(text) }
    return name
  }
}
