public import NodeContract
public import Persistence
public import Tenancy

/// Who sells telephony.
public struct ResellerOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ name: String, in scope: AccessScope) async throws -> Reseller {
    let reseller = Reseller(
      id: clock.id(), name: try DisplayName(name), createdAt: clock.now())
    return try await making(reseller) {
      try await store.resellers.insert($0, in: scope)
    } find: {
      try await store.resellers.find(named: reseller.name, in: scope)
    }
  }

  public func find(_ id: ResellerID, in scope: AccessScope) async throws -> Reseller {
    try found(await store.resellers.find(id, in: scope), "reseller", id)
  }

  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Reseller> {
    try await store.resellers.list(page, in: scope)
  }
}
