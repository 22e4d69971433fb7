public import NodeContract
internal import Postgres
public import Tenancy

/// Colleagues whose telephones answer by themselves for an extension.
public struct PagingGroupRepository: Sendable {
  let store: Store

  /// `nil` where the extension pages nobody, or is none.
  public func group(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> PagingGroup? {
    try await store.read(in: scope) { transaction in
      try transaction.pagingGroups("g.tenant_id = \(tenant) AND g.extension_id = \(id)")[id]
    }
  }

  /// In the place of the one before; `nil`: none. Throws `InvalidField` for `members` (unknown, or of an extension
  /// whose callers are received otherwise) and `pagers` (unknown); `false` when there is no such extension.
  public func replace(
    _ group: PagingGroup?, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM paging_groups WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      guard let group else { return true }
      try transaction.check(.paging, isTheOnlyOneOf: id, of: tenant, as: "members")
      _ = try transaction.execute(
        """
        INSERT INTO paging_groups (tenant_id, extension_id, is_restricted, talks_back,
          longest_seconds)
        VALUES (\(tenant), \(id), \(group.pagers != nil), \(group.talksBack),
          \(group.longest.components.seconds))
        """)
      try transaction.list(
        group.members, of: id, of: tenant, in: "paging_group_members", as: "members")
      try transaction.list(
        group.pagers ?? [], of: id, of: tenant, in: "paging_group_pagers", as: "pagers")
      return true
    }
  }
}

extension Transaction {
  /// Colleagues in their order, in a table of such lists. Throws `InvalidField` for `field` where one is unknown.
  fileprivate func list(
    _ colleagues: [ExtensionID], of id: ExtensionID, of tenant: TenantID, in table: Query,
    as field: String
  ) throws {
    let listed = try execute(
      """
      INSERT INTO \(table) (tenant_id, extension_id, position, member_id)
      SELECT \(tenant)::uuid, \(id)::uuid, m.position - 1, e.extension_id
      FROM unnest(\(colleagues)::uuid[]) WITH ORDINALITY AS m (member_id, position)
      JOIN extensions e ON e.tenant_id = \(tenant)::uuid AND e.extension_id = m.member_id
      """)
    guard listed == colleagues.count else { throw InvalidField(field, .unknownReference) }
  }
}

extension Transaction {
  func pagingGroups(_ condition: Query) throws -> [ExtensionID: PagingGroup] {
    let groups = try query(
      """
      SELECT g.extension_id, g.is_restricted, g.talks_back, g.longest_seconds,
        ARRAY(SELECT m.member_id FROM paging_group_members m
          WHERE m.tenant_id = g.tenant_id AND m.extension_id = g.extension_id
          ORDER BY m.position) AS members,
        ARRAY(SELECT p.member_id FROM paging_group_pagers p
          WHERE p.tenant_id = g.tenant_id AND p.extension_id = g.extension_id
          ORDER BY p.position) AS pagers
      FROM paging_groups g WHERE \(condition)
      """
    ).map { (try $0.value("extension_id", as: ExtensionID.self), try PagingGroup(row: $0)) }
    return Dictionary(uniqueKeysWithValues: groups)
  }
}

extension PagingGroup {
  fileprivate init(row: borrowing Row) throws {
    let pagers: [ExtensionID] = try row.value("pagers")
    self.init(
      members: try row.value("members"),
      pagers: try row.value("is_restricted", as: Bool.self) ? pagers : nil,
      talksBack: try row.value("talks_back"),
      longest: .seconds(try row.value("longest_seconds", as: Int64.self)))
  }
}
