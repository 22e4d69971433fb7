public import NodeContract
public import Persistence
public import Tenancy

/// What is not named stays.
public struct NumberChanges: Sendable {
  public var destination: ExtensionID?
  public var display: Change<String?>

  public init(destination: ExtensionID? = nil, display: Change<String?> = .keep) {
    self.destination = destination
    self.display = display
  }
}

/// Public numbers of a tenant.
public struct NumberOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(
    _ text: String, leadingTo destination: ExtensionID, display: String? = nil,
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> Number {
    try await requireTenant(tenant, in: scope)
    let number = Number(
      id: clock.id(), tenant: tenant, number: try E164(text), destination: .extension(destination),
      display: try display.map { try CallerDisplay($0, field: "display") }, createdAt: clock.now())
    return try await making(number) {
      try await store.numbers.insert($0, in: scope)
    } find: {
      try await store.numbers.find(number.number, in: scope)
    }
  }

  public func find(
    _ id: NumberID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Number {
    try found(await store.numbers.find(id, of: tenant, in: scope), "number", id)
  }

  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<Number> {
    try await requireTenant(tenant, in: scope)
    return try await store.numbers.list(page, of: tenant, in: scope)
  }

  /// Leads the number's calls elsewhere, or has phones show something else of them.
  public func change(
    _ id: NumberID, of tenant: TenantID, _ changes: NumberChanges, in scope: AccessScope
  ) async throws -> Number {
    var number = try await find(id, of: tenant, in: scope)
    if let destination = changes.destination { number.destination = .extension(destination) }
    if case .set(let display) = changes.display {
      number.display = try display.map { try CallerDisplay($0, field: "display") }
    }
    guard try await store.numbers.update(number, in: scope) else { throw NotFound("number", id) }
    return number
  }

  public func remove(_ id: NumberID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.numbers.remove(id, of: tenant, in: scope) else {
      throw NotFound("number", id)
    }
  }

  private func requireTenant(_ id: TenantID, in scope: AccessScope) async throws {
    _ = try found(await store.tenants.find(id, in: scope), "tenant", id)
  }
}
