public import NodeContract
public import Persistence
public import Rating
public import Tenancy

/// A call with what each of its ended legs costs.
public struct CallWithLegs: Hashable, Sendable {
  public let call: CallRecord
  public let legs: [CallDetailRecord]
}

/// What was called, and what it costs.
public struct CallOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: CallID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallWithLegs {
    let call = try found(
      await store.calls.find(id, of: tenant, in: scope), "call", id)
    return CallWithLegs(
      call: call, legs: try await store.cdrs.list(of: id, of: tenant, in: scope))
  }

  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<CallRecord> {
    try await requireTenant(tenant, in: scope)
    return try await store.calls.list(page, of: tenant, in: scope)
  }

  public func cdr(
    _ leg: LegID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallDetailRecord {
    try found(await store.cdrs.find(leg, of: tenant, in: scope), "CDR", leg)
  }

  public func cdrs(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<CallDetailRecord> {
    try await requireTenant(tenant, in: scope)
    return try await store.cdrs.list(page, of: tenant, in: scope)
  }

  /// What the tenant owes, one sum per currency.
  public func balance(of tenant: TenantID, in scope: AccessScope) async throws -> [Money] {
    try await requireTenant(tenant, in: scope)
    return try await store.ledger.balance(of: tenant, in: scope)
  }

  private func requireTenant(_ id: TenantID, in scope: AccessScope) async throws {
    _ = try found(await store.tenants.find(id, in: scope), "tenant", id)
  }
}
