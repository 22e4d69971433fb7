import NodeContract
public import Tenancy

/// What the DNS says of one tenant's domain (RFC 3263): which transports there are, the service addresses in the
/// order in which they are to be tried, and for those who know no better the first of them as the domain's own.
public struct Zone: Hashable, Sendable {
  /// A service address under a name of its own in the zone.
  struct Place: Hashable, Sendable {
    let label: String
    let ips: [IPAddress]
  }

  public let domain: SIPDomain
  private let nameServers: [SIPDomain]
  let places: [Place]

  /// - Parameters:
  ///   - places: in the order in which they are to be tried; one at least.
  ///   - nameServers: one at least.
  ///   - isDomain: whether that is a domain by itself, of which this zone cannot say anything.
  init(
    _ domain: SIPDomain, places: [ServiceAddress], nameServers: [SIPDomain],
    avoiding isDomain: (SIPDomain) -> Bool
  ) {
    precondition(!places.isEmpty && !nameServers.isEmpty, "a zone of \(domain) that says nothing")
    self.domain = domain
    self.nameServers = nameServers
    var taken: Set<String> = []
    self.places = places.map { address in
      var label = address.name.hostLabel
      while taken.contains(label) || Self.names(label, in: domain, isDomain) { label += "x" }
      taken.insert(label)
      return Place(label: label, ips: [address.ip, address.ip6].compactMap { $0 })
    }
  }

  private static func names(
    _ label: String, in domain: SIPDomain, _ isDomain: (SIPDomain) -> Bool
  ) -> Bool {
    (try? SIPDomain("\(label).\(domain)")).map(isDomain) ?? false
  }
}

// MARK: - As a file

extension Zone {
  /// What may change within seconds is believed for so many, and so is that there is no such name.
  static let steeredSeconds = 10
  /// What hardly ever changes.
  static let settledSeconds = 300
  /// RFC 1035 section 2.3.4: 255 octets on the wire, of which the first length and the root are two.
  static let longestName = 253

  private struct Service {
    let transport: String
    let name: String
    let port: Int
  }

  /// In the order in which a phone that can do with all of them takes them (`names-steer.md`).
  private static let services = [
    Service(transport: "SIP+D2U", name: "_sip._udp", port: 5060),
    Service(transport: "SIPS+D2T", name: "_sips._tcp", port: 5061),
    Service(transport: "SIP+D2T", name: "_sip._tcp", port: 5060),
  ]

  /// A master file (RFC 1035 section 5), whose names and addresses are all of types that have no characters but
  /// their own.
  public func text(serial: UInt32) -> String {
    let origin = "\(domain)."
    var lines = [
      "$ORIGIN \(origin)",
      "$TTL \(Self.steeredSeconds)",
      "@ \(Self.settledSeconds) IN SOA \(nameServers[0]). hostmaster \(serial) 3600 600 86400 "
        + "\(Self.steeredSeconds)",
    ]
    lines += nameServers.map { "@ \(Self.settledSeconds) IN NS \($0)." }
    lines += addressLines("@", places[0].ips)
    if hasRoomForServices { lines += serviceLines }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A domain may be so long that nothing can be said below it: then its own address has to do.
  private var hasRoomForServices: Bool {
    let below = Self.services.map(\.name.utf8.count) + places.map(\.label.utf8.count)
    return domain.text.utf8.count + 1 + (below.max() ?? 0) <= Self.longestName
  }

  private var serviceLines: [String] {
    var lines: [String] = []
    // PowerDNS takes the last word of these as it stands.
    for (index, service) in Self.services.enumerated() {
      let preference = (index + 1) * 10
      lines.append(
        "@ \(Self.settledSeconds) IN NAPTR 10 \(preference) \"s\" \"\(service.transport)\" \"\" "
          + "\(service.name).\(domain).")
    }
    for service in Self.services {
      for (index, place) in places.enumerated() {
        let priority = (index + 1) * 10
        lines.append("\(service.name) IN SRV \(priority) 0 \(service.port) \(place.label)")
      }
    }
    return lines + places.flatMap { addressLines($0.label, $0.ips) }
  }

  private func addressLines(_ name: String, _ ips: [IPAddress]) -> [String] {
    ips.map { ip in
      switch ip {
      case .v4: "\(name) IN A \(ip)"
      case .v6: "\(name) IN AAAA \(ip)"
      }
    }
  }
}

extension OperatorName {
  /// The name as a host's, which neither begins nor ends with a hyphen (RFC 952).
  fileprivate var hostLabel: String {
    text.hasPrefix("-") || text.hasSuffix("-") ? "x\(text)x" : text
  }
}
