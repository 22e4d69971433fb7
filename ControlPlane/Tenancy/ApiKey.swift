public import NodeContract

/// Whose key it is, and so what it reaches.
public enum KeyRole: Hashable, Sendable {
  case `operator`
  case reseller(ResellerID)
  case tenant(TenantID)

  /// The role's word in the API.
  public var name: String {
    switch self {
    case .operator: "operator"
    case .reseller: "reseller"
    case .tenant: "tenant"
    }
  }

  /// The scope that a proven key of this role opens.
  @_spi(Authorization) public var scope: AccessScope {
    switch self {
    case .operator: .platform
    case .reseller(let id): .reseller(id)
    case .tenant(let id): .tenant(id)
    }
  }
}

/// A key to the API. The secret itself is shown once when it is made; only its hash is kept.
public struct ApiKey: Hashable, Sendable {
  public var id: KeyID
  public var name: DisplayName
  public var role: KeyRole
  public var createdAt: WallTime
  /// From then on the key opens nothing.
  public var revokedAt: WallTime?

  public init(
    id: KeyID, name: DisplayName, role: KeyRole, createdAt: WallTime, revokedAt: WallTime? = nil
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.createdAt = createdAt
    self.revokedAt = revokedAt
  }
}
