public import Drills
public import NodeContract
public import Persistence
@_spi(Authorization) import Tenancy

/// What drills need of records and ledger.
public struct DrillRecords: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func others(than tenants: [TenantID]) async throws -> [AddressName: Int] {
    try await store.drills.others(than: tenants, in: .platform)
  }

  public func books(of calls: [CallID]) async throws -> DrillBooks {
    try await store.drills.books(of: calls, in: .platform)
  }

  public func file(_ drill: Drill) async throws {
    try await store.drills.keep(drill, in: .platform)
  }
}
