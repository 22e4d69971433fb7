public import NodeContract

/// What an operator asks for, with its limits.
public struct DrillRequest: Hashable, Sendable, Codable {
  public var fault: DrillFault
  /// Of faults whose target is a node.
  public var node: NodeName?
  /// Of faults whose target is a site.
  public var site: SiteName?
  /// After which whoever is struck comes back by itself.
  public var seconds: Int
  /// Nobody else's calls may be touched; empty: everybody's may.
  public var tenants: [TenantID]

  public static let defaultSeconds = 10
  public static let seconds = 1...Int(DrillOrder.longest)

  public init(
    _ fault: DrillFault, node: NodeName? = nil, site: SiteName? = nil,
    seconds: Int = DrillRequest.defaultSeconds, tenants: [TenantID] = []
  ) {
    self.fault = fault
    self.node = node
    self.site = site
    self.seconds = seconds
    self.tenants = tenants
  }

  /// What is struck, for people: `node-a1`, `site a`, `the installation`.
  public var target: String {
    switch fault.target {
    case .node: node?.text ?? "no node"
    case .site: site.map { "site \($0)" } ?? "no site"
    case .installation: "the installation"
    }
  }
}
