import NodeContract
import Placement
import Tenancy
import Zones

/// Two sites, and who holds what there.
enum Sample {
  static let phonesA = address("phones-a")
  static let phonesB = address("phones-b")

  static let inventory = NamingInventory(
    homes: [domain("demo.example.com"): phonesA],
    addresses: [
      service("phones-a", "a", "192.0.2.1", "2001:db8::1"),
      service("phones-b", "b", "198.51.100.1", nil),
      service("trunks-b", "b", "198.51.100.2", nil, .trunks),
    ],
    sites: [node("node-a1"): site("a"), node("node-a2"): site("a"), node("node-b1"): site("b")])

  static let atHome: [AddressName: Holding] = [
    phonesA: Holding(
      holder: node("node-a1"), heir: node("node-a2"), standby: node("node-b1")),
    phonesB: Holding(holder: node("node-b1"), standby: node("node-a1")),
    address("trunks-b"): Holding(holder: node("node-b1")),
  ]

  /// Up to three sites with nodes and addresses; any node may hold any address.
  static func drawn(_ random: inout some RandomNumberGenerator) -> (
    NamingInventory, [AddressName: Holding]
  ) {
    var inventory = NamingInventory(homes: [:], addresses: [], sites: [:])
    for number in 0..<Int.random(in: 1...6, using: &random) {
      let site = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      inventory.sites[node("node-\(number)")] = Sample.site(site)
    }
    let names = ["p", "-p", "p-", "x-px", "phones-1", "phones-2"].shuffled(using: &random)
    for (number, name) in names.prefix(Int.random(in: 1...6, using: &random)).enumerated() {
      let site = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      inventory.addresses.append(
        service(
          name, site, "192.0.2.\(number)",
          Bool.random(using: &random) ? "2001:db8::\(number)" : nil,
          number == 0 || Bool.random(using: &random) ? .phones : .trunks))
    }
    let homes = inventory.addresses.filter { $0.role == .phones }.map(\.name)
    for name in ["d.test", "p.d.test", "phones-1.d.test", "phones-1x.d.test", "xp-x.d.test"] {
      inventory.homes[domain(name)] = homes.randomElement(using: &random)
    }
    var holdings: [AddressName: Holding] = [:]
    let nodes = inventory.sites.keys.sorted()
    for address in inventory.addresses where Int.random(in: 0..<5, using: &random) > 0 {
      holdings[address.name] = Holding(
        holder: nodes.randomElement(using: &random) ?? node("gone"), heir: nil,
        standby: Bool.random(using: &random) ? nodes.randomElement(using: &random) : nil)
    }
    return (inventory, holdings)
  }

  static func isOfName(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "@-_.".utf8.contains(byte)
  }

  static func service(
    _ name: String, _ site: String, _ ip: String, _ ip6: String?,
    _ role: ServiceAddress.Role = .phones
  ) -> ServiceAddress {
    ServiceAddress(
      name: address(name), site: Sample.site(site), ip: Sample.ip(ip), ip6: ip6.map(Sample.ip),
      role: role, holder: node("node-a1"), createdAt: WallTime(milliseconds: 0))
  }

  static func domain(_ text: String) -> SIPDomain {
    guard let domain = try? SIPDomain(text) else { preconditionFailure(text) }
    return domain
  }

  static func ip(_ text: String) -> IPAddress {
    guard let ip = IPAddress(text) else { preconditionFailure(text) }
    return ip
  }

  static func address(_ text: String) -> AddressName { named(text) }
  static func node(_ text: String) -> NodeName { named(text) }
  static func site(_ text: String) -> SiteName { named(text) }

  private static func named<Kind>(_ text: String) -> OperatorName<Kind> {
    guard let name = OperatorName<Kind>(text) else { preconditionFailure(text) }
    return name
  }
}
