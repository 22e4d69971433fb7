public import NodeContract

/// What part of the data somebody may reach. Every query needs one, and the database compares it
/// with every row. Only authorization and the loops of the system itself can make one: they say
/// so by importing this module with `@_spi(Authorization)`.
public struct AccessScope: Hashable, Sendable, CustomStringConvertible {
  /// How far the scope reaches; each case contains those below it.
  public enum Reach: Hashable, Sendable {
    /// Everything: operators, and what the system does by itself.
    case platform
    /// The reseller, its trunks, price lists and tenants, and all that is theirs.
    case reseller(ResellerID)
    /// The tenant and all that is its own.
    case tenant(TenantID)
  }

  public let reach: Reach

  @_spi(Authorization) public init(_ reach: Reach) { self.reach = reach }

  /// The scope of operators and of the system's own loops.
  @_spi(Authorization) public static let platform = AccessScope(.platform)

  /// The scope of everything that a reseller owns.
  @_spi(Authorization) public static func reseller(_ id: ResellerID) -> AccessScope {
    AccessScope(.reseller(id))
  }

  /// The scope of one tenant.
  @_spi(Authorization) public static func tenant(_ id: TenantID) -> AccessScope {
    AccessScope(.tenant(id))
  }

  public var description: String {
    switch reach {
    case .platform: "platform"
    case .reseller(let id): "reseller:\(id.uuid)"
    case .tenant(let id): "tenant:\(id.uuid)"
    }
  }
}
