public import NodeContract
internal import Postgres
public import Tenancy

/// Call flows: drafts, versions, and which of them callers of an extension go through.
public struct CallFlowRepository: Sendable {
  /// Versions of one flow that are kept.
  public static let mostVersions = 200

  let store: Store

  /// By extension.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<FlowOverview> {
    let last = try page.key(ExtensionID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT k.extension_id, f.version, d.extension_id IS NOT NULL AS has_draft
        FROM (SELECT tenant_id, extension_id FROM call_flow_drafts
          UNION SELECT tenant_id, extension_id FROM call_flow_versions) k
        LEFT JOIN call_flows f USING (tenant_id, extension_id)
        LEFT JOIN call_flow_drafts d USING (tenant_id, extension_id)
        WHERE k.tenant_id = \(tenant) AND (\(last)::uuid IS NULL OR k.extension_id > \(last)::uuid)
        ORDER BY k.extension_id LIMIT \(page.rowLimit)
        """
      ).map {
        FlowOverview(
          extension: try $0.value("extension_id"), version: try $0.optional("version"),
          hasDraft: try $0.value("has_draft"))
      }
    }
    return Page(rows, limit: page.limit) { $0.extension.description }
  }

  // MARK: - The draft

  public func draft(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowDraft? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT flow, saved_at FROM call_flow_drafts
        WHERE tenant_id = \(tenant) AND extension_id = \(id)
        """
      ).first {
        FlowDraft(flow: try CallFlow(row: $0), savedAt: try $0.value("saved_at"))
      }
    }
  }

  /// In the place of the one before. Throws `InvalidField` for `extension` (unknown).
  public func save(
    _ draft: FlowDraft, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO call_flow_drafts (tenant_id, extension_id, flow, saved_at)
        VALUES (\(tenant), \(id), \(draft.flow.stored), \(draft.savedAt))
        ON CONFLICT (tenant_id, extension_id)
        DO UPDATE SET flow = excluded.flow, saved_at = excluded.saved_at
        """)
    }
  }

  /// `false` when there is none.
  public func removeDraft(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.removeDraft(of: id, of: tenant)
    }
  }

  // MARK: - Versions

  /// The latest first.
  public func versions(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [FlowVersion] {
    try await store.read(in: scope) { transaction in
      try transaction.versions("v.tenant_id = \(tenant) AND v.extension_id = \(id)")
    }
  }

  public func version(
    _ number: Int, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion? {
    try await store.read(in: scope) { transaction in
      try transaction.versions(
        """
        v.tenant_id = \(tenant) AND v.extension_id = \(id) AND v.version = \(number)
        """
      ).first
    }
  }

  /// The one that callers go through; `nil`: they go through none.
  public func inForce(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion? {
    try await store.read(in: scope) { transaction in
      try transaction.versions(
        "v.tenant_id = \(tenant) AND v.extension_id = \(id) AND f.version IS NOT NULL"
      ).first
    }
  }

  /// The next version, in force from now on; there is no draft any more. Throws `InvalidField` for
  /// `extension` and `sound` (one that the flow names is gone), and `flow` where the callers are received
  /// otherwise; `nil` when there is no such extension.
  public func publish(
    _ flow: CallFlow, saying note: String, at time: WallTime, of id: ExtensionID,
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion? {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return nil }
      let last = try transaction.query(
        """
        SELECT coalesce(max(version), 0) AS last FROM call_flow_versions
        WHERE tenant_id = \(tenant) AND extension_id = \(id)
        """
      ).first { try $0.value("last", as: Int.self) }
      let version = FlowVersion(
        number: (last ?? 0) + 1, flow: flow, note: note, publishedAt: time, isInForce: true)
      try transaction.insert(version, of: id, of: tenant)
      try transaction.putInForce(version, of: id, of: tenant)
      _ = try transaction.removeDraft(of: id, of: tenant)
      _ = try transaction.execute(
        """
        DELETE FROM call_flow_versions WHERE tenant_id = \(tenant) AND extension_id = \(id)
          AND version <= \(version.number - Self.mostVersions)
        """)
      return version
    }
  }

  /// Callers go through that version again. Throws as `publish` does; `false` when there is no such extension.
  public func putInForce(
    _ version: FlowVersion, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      try transaction.putInForce(version, of: id, of: tenant)
      return true
    }
  }

  /// Its devices ring again; all versions stay. `false` when none is in force.
  public func withdraw(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM call_flows WHERE tenant_id = \(tenant) AND extension_id = \(id)") > 0
    }
  }
}

extension Transaction {
  fileprivate func removeDraft(of id: ExtensionID, of tenant: TenantID) throws -> Bool {
    try execute(
      "DELETE FROM call_flow_drafts WHERE tenant_id = \(tenant) AND extension_id = \(id)") > 0
  }

  fileprivate func insert(
    _ version: FlowVersion, of id: ExtensionID, of tenant: TenantID
  ) throws {
    _ = try execute(
      """
      INSERT INTO call_flow_versions (tenant_id, extension_id, version, flow, note, published_at)
      VALUES (\(tenant), \(id), \(version.number), \(version.flow.stored), \(version.note),
        \(version.publishedAt))
      """)
  }

  fileprivate func putInForce(
    _ version: FlowVersion, of id: ExtensionID, of tenant: TenantID
  ) throws {
    try check(.flow, isTheOnlyOneOf: id, of: tenant, as: "flow")
    _ = try execute(
      "DELETE FROM call_flows WHERE tenant_id = \(tenant) AND extension_id = \(id)")
    _ = try execute(
      """
      INSERT INTO call_flows (tenant_id, extension_id, version)
      VALUES (\(tenant), \(id), \(version.number))
      """)
    for target in version.flow.extensions.subtracting([id]).sorted() {
      _ = try execute(
        """
        INSERT INTO call_flow_targets (tenant_id, extension_id, target_id)
        VALUES (\(tenant), \(id), \(target))
        """)
    }
    for sound in Set(version.flow.sounds.map(\.id)).sorted() {
      _ = try execute(
        """
        INSERT INTO call_flow_sounds (tenant_id, extension_id, sound_id)
        VALUES (\(tenant), \(id), \(sound))
        """)
    }
  }

  fileprivate func versions(_ condition: Query) throws -> [FlowVersion] {
    try query(
      """
      SELECT v.version, v.flow, v.note, v.published_at, f.version IS NOT NULL AS in_force
      FROM call_flow_versions v
      LEFT JOIN call_flows f USING (tenant_id, extension_id, version)
      WHERE \(condition) ORDER BY v.version DESC
      """
    ).map {
      FlowVersion(
        number: try $0.value("version"), flow: try CallFlow(row: $0), note: try $0.value("note"),
        publishedAt: try $0.value("published_at"), isInForce: try $0.value("in_force"))
    }
  }

  /// Those in force, by extension, as nodes need them.
  func flows(of tenants: [TenantID]) throws -> [ExtensionID: CallFlow] {
    Dictionary(
      uniqueKeysWithValues: try query(
        """
        SELECT v.extension_id, v.flow FROM call_flow_versions v
        JOIN call_flows f USING (tenant_id, extension_id, version)
        WHERE v.tenant_id = ANY(\(tenants)::uuid[])
        """
      ).map { (try $0.value("extension_id", as: ExtensionID.self), try CallFlow(row: $0)) })
  }
}

extension CallFlow {
  fileprivate var stored: ByteString { ByteString(encodedBody()) }

  fileprivate init(row: borrowing Row) throws {
    let body = try row.value("flow", as: ByteString.self).bytes
    do throws(WireError) {
      self = try CallFlow(parsingBody: body)
    } catch {
      throw StoreError.failed("a call flow: \(error)")
    }
  }
}
