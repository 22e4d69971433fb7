public import NodeContract

/// A public number of a tenant (a DID) and where its calls go.
public struct Number: Hashable, Sendable {
  public var id: NumberID
  public var tenant: TenantID
  public var number: E164
  public var destination: NumberDestination
  /// What phones show of whoever calls it; nil: the caller's name alone.
  public var display: CallerDisplay?
  public var createdAt: WallTime

  public init(
    id: NumberID, tenant: TenantID, number: E164, destination: NumberDestination,
    display: CallerDisplay? = nil, createdAt: WallTime
  ) {
    self.display = display
    self.id = id
    self.tenant = tenant
    self.number = number
    self.destination = destination
    self.createdAt = createdAt
  }

  /// What a node needs of it.
  public var entry: NumberEntry {
    NumberEntry(id: id, number: number.description, destination: destination, display: display)
  }
}

extension CallerDisplay {
  /// What a person wants phones to show: 1 to 100 characters on one line.
  public init(_ text: String, field: String) throws(InvalidField) {
    guard let display = CallerDisplay(try DisplayName(text, field: field).text) else {
      throw InvalidField(field, .malformed(expected: "text with {caller} or {number} in it"))
    }
    self = display
  }
}
