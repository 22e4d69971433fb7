public import NodeContract

/// Who sells telephony to tenants and owns the trunks and price lists that they use.
public struct Reseller: Hashable, Sendable {
  public var id: ResellerID
  public var name: DisplayName
  public var createdAt: WallTime

  public init(id: ResellerID, name: DisplayName, createdAt: WallTime) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
  }
}
