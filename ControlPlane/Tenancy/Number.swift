public import NodeContract

/// A public number of a tenant (a DID) and where its calls go.
public struct Number: Hashable, Sendable {
  public var id: NumberID
  public var tenant: TenantID
  public var number: E164
  public var destination: NumberDestination
  public var createdAt: WallTime

  public init(
    id: NumberID, tenant: TenantID, number: E164, destination: NumberDestination,
    createdAt: WallTime
  ) {
    self.id = id
    self.tenant = tenant
    self.number = number
    self.destination = destination
    self.createdAt = createdAt
  }

  /// What a node needs of it.
  public var entry: NumberEntry {
    NumberEntry(id: id, number: number.description, destination: destination)
  }
}
