public import NodeContract
public import Persistence
public import Tenancy

/// What a tenant's people dial to have something done.
public struct FeatureCodeOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func codes(of tenant: TenantID, in scope: AccessScope) async throws -> FeatureCodes {
    _ = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    return FeatureCodes(changed: try await store.featureCodes.changed(of: tenant, in: scope))
  }

  /// These in the place of the usual ones; features that are not named have the usual ones.
  public func replace(
    _ entries: [(feature: String, code: String?)], of tenant: TenantID, in scope: AccessScope
  ) async throws -> FeatureCodes {
    let changed = try found(
      await store.featureCodes.replace(of: tenant, in: scope) { tenant, extensions in
        try FeatureCodes.changed(
          entries, extensions: extensions, emergencyNumbers: tenant.dialling.emergencyNumbers)
      }, "tenant", tenant)
    return FeatureCodes(changed: changed)
  }
}
