public import NodeContract
internal import Postgres
public import Tenancy

/// Colleagues who are rung for an extension.
public struct RingGroupRepository: Sendable {
  let store: Store

  /// `nil` where the extension rings devices of its own, or is none.
  public func group(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> RingGroup? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(RingGroup.selection) WHERE g.tenant_id = \(tenant) AND g.extension_id = \(id)"
      ).first(RingGroup.init(row:))
    }
  }

  /// In the place of the one before; `nil`: none. Throws `InvalidField` for `members` (unknown, or of an extension whose
  /// callers are received otherwise);
  /// `false` when there is no such extension.
  public func replace(
    _ group: RingGroup?, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM ring_groups WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      guard let group else { return true }
      try transaction.check(.ringGroup, isTheOnlyOneOf: id, of: tenant, as: "members")
      _ = try transaction.execute(
        """
        INSERT INTO ring_groups (tenant_id, extension_id, strategy, rings_for_seconds, skips_busy,
          confirms)
        VALUES (\(tenant), \(id), \(group.strategy), \(group.ringsFor.components.seconds),
          \(group.skipsBusy), \(group.confirms))
        """)
      try transaction.list(
        group.members, of: id, of: tenant, in: "ring_group_members", as: "members")
      return true
    }
  }
}

extension Transaction {
  /// Colleagues in their order, in a table of such lists. Throws `InvalidField` for `field` where one is unknown.
  func list(
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

extension RingGroup.Strategy: WordValue {}

extension RingGroup {
  static let selection: Query = """
    SELECT g.extension_id, g.strategy, g.rings_for_seconds, g.skips_busy, g.confirms,
      ARRAY(SELECT m.member_id FROM ring_group_members m
        WHERE m.tenant_id = g.tenant_id AND m.extension_id = g.extension_id
        ORDER BY m.position) AS members
    FROM ring_groups g
    """

  init(row: borrowing Row) throws {
    self.init(
      strategy: try row.value("strategy"), members: try row.value("members"),
      ringsFor: .seconds(try row.value("rings_for_seconds", as: Int64.self)),
      skipsBusy: try row.value("skips_busy"), confirms: try row.value("confirms"))
  }
}
