public import NodeContract
internal import Postgres
public import Tenancy

/// Colleagues, and numbers outside, that are rung for an extension.
public struct RingGroupRepository: Sendable {
  let store: Store

  /// `nil` where the extension rings devices of its own, or is none.
  public func group(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> RingGroup? {
    try await store.read(in: scope) { transaction in
      try transaction.ringGroups("g.tenant_id = \(tenant) AND g.extension_id = \(id)")[id]
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
      for (place, member) in group.members.enumerated() {
        let inserted = try transaction.execute(member.insertion(at: place, of: id, of: tenant))
        guard inserted == 1 else { throw InvalidField("members", .unknownReference) }
      }
      return true
    }
  }
}

extension RingGroup.Strategy: WordValue {}

extension RingGroup.Member {
  fileprivate func insertion(at place: Int, of id: ExtensionID, of tenant: TenantID) -> Query {
    let (after, time) = (after.components.seconds, ringsFor?.components.seconds)
    return switch target {
    case .colleague(let colleague):
      """
      INSERT INTO ring_group_members (tenant_id, extension_id, position, member_id, after_seconds,
        rings_for_seconds, confirms)
      SELECT \(tenant)::uuid, \(id)::uuid, \(place)::smallint, e.extension_id, \(after)::smallint,
        \(time)::smallint, \(confirms)::boolean
      FROM extensions e WHERE e.tenant_id = \(tenant)::uuid AND e.extension_id = \(colleague)::uuid
      """
    case .outside(let number):
      """
      INSERT INTO ring_group_numbers (tenant_id, extension_id, position, number, after_seconds,
        rings_for_seconds, confirms)
      VALUES (\(tenant), \(id), \(place), \(number), \(after), \(time), \(confirms))
      """
    }
  }

  fileprivate init(row: borrowing Row) throws {
    let number = try row.optional("number", as: String.self)
    let target: Target =
      if let number { .outside(number) } else { .colleague(try row.value("member_id")) }
    self.init(
      target, after: .seconds(try row.value("after_seconds", as: Int64.self)),
      ringsFor: try row.optional("rings_for_seconds", as: Int64.self).map { .seconds($0) },
      confirms: try row.value("confirms"))
  }
}

extension Transaction {
  /// By extension, for the groups `g` of that condition.
  func ringGroups(_ condition: Query) throws -> [ExtensionID: RingGroup] {
    let members = Dictionary(
      grouping: try query(
        """
        SELECT m.extension_id, m.member_id, m.number, m.after_seconds, m.rings_for_seconds, m.confirms
        FROM ring_groups g
          JOIN (
            SELECT tenant_id, extension_id, position, member_id, NULL AS number, after_seconds,
              rings_for_seconds, confirms
            FROM ring_group_members
            UNION ALL
            SELECT tenant_id, extension_id, position, NULL, number, after_seconds, rings_for_seconds,
              confirms
            FROM ring_group_numbers) m
          ON m.tenant_id = g.tenant_id AND m.extension_id = g.extension_id
        WHERE \(condition) ORDER BY m.extension_id, m.position
        """
      ).map {
        (try $0.value("extension_id", as: ExtensionID.self), try RingGroup.Member(row: $0))
      }, by: \.0)
    return Dictionary(
      uniqueKeysWithValues: try query(
        """
        SELECT g.extension_id, g.strategy, g.rings_for_seconds, g.skips_busy, g.confirms
        FROM ring_groups g WHERE \(condition)
        """
      ).map { row in
        let id = try row.value("extension_id", as: ExtensionID.self)
        return (
          id,
          RingGroup(
            strategy: try row.value("strategy"), members: (members[id] ?? []).map(\.1),
            ringsFor: .seconds(try row.value("rings_for_seconds", as: Int64.self)),
            skipsBusy: try row.value("skips_busy"), confirms: try row.value("confirms"))
        )
      })
  }
}
