public import NodeContract
internal import Postgres
public import Tenancy

/// What a tenant's people dial to have something done.
public struct FeatureCodeRepository: Sendable {
  let store: Store

  /// Those that are not the usual ones.
  public func changed(
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> [Feature: String?] {
    try await store.read(in: scope) { transaction in
      try transaction.changedFeatureCodes(of: [tenant])[tenant] ?? [:]
    }
  }

  /// In the place of those before. `check` is asked what they come to beside the tenant's extensions,
  /// of which none is added meanwhile. `nil` when there is no such tenant.
  public func replace(
    of tenant: TenantID, in scope: AccessScope,
    _ check: @escaping @Sendable (Tenant, [ExtensionNumber]) throws -> [Feature: String?]
  ) async throws -> [Feature: String?]? {
    try await store.transaction(in: scope) { transaction in
      guard let known = try transaction.lockTenant(tenant) else { return nil }
      let numbers = try transaction.query(
        "SELECT number FROM extensions WHERE tenant_id = \(tenant)"
      ).map { try $0.value("number", as: ExtensionNumber.self) }
      let codes = try check(known, numbers)
      _ = try transaction.execute("DELETE FROM feature_codes WHERE tenant_id = \(tenant)")
      for (feature, code) in codes {
        _ = try transaction.execute(
          """
          INSERT INTO feature_codes (tenant_id, feature, code)
          VALUES (\(tenant), \(feature), \(code))
          """)
      }
      return codes
    }
  }
}

extension Feature: WordValue {}

extension Transaction {
  /// Features that only a later release knows are left out.
  func changedFeatureCodes(of tenants: [TenantID]) throws -> [TenantID: [Feature: String?]] {
    let rows = try query(
      """
      SELECT tenant_id, feature, code FROM feature_codes
      WHERE tenant_id = ANY(\(tenants)::uuid[])
      """
    ).map { row in
      (
        try row.value("tenant_id", as: TenantID.self), try row.value("feature", as: String.self),
        try row.optional("code", as: String.self)
      )
    }
    var changed: [TenantID: [Feature: String?]] = [:]
    for (tenant, name, code) in rows {
      guard let feature = Feature(rawValue: name) else { continue }
      changed[tenant, default: [:]].updateValue(code, forKey: feature)
    }
    return changed
  }

  /// Whoever gives out what is dialled within a tenant waits for one another.
  func lockTenant(_ id: TenantID) throws -> Tenant? {
    try query(
      """
      \(Tenant.selection) WHERE tenant_id = \(id) AND deleted_at IS NULL FOR NO KEY UPDATE
      """
    ).first(Tenant.init(row:))
  }

  /// Throws `InvalidField` for `number` where the tenant has it for a feature.
  func checkIsNoFeatureCode(_ number: ExtensionNumber, of tenant: TenantID) throws {
    let codes = FeatureCodes(changed: try changedFeatureCodes(of: [tenant])[tenant] ?? [:]).codes
    if codes.values.contains(number.digits) { throw InvalidField("number", .taken) }
  }
}
