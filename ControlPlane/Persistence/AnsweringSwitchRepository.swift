public import NodeContract
public import Postgres
public import Tenancy

/// What users switched of the calls to their extensions, by phone or else.
public struct AnsweringSwitchRepository: Sendable {
  let store: Store

  public func switches(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> AnsweringSwitches {
    try await store.read(in: scope) { transaction in
      try transaction.answeringSwitches(
        "WHERE tenant_id = \(tenant) AND extension_id = \(id)")[id] ?? AnsweringSwitches()
    }
  }

  /// What `change` makes of them; `nil` when there is no such extension.
  public func change(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope,
    _ change:
      @escaping @Sendable (AnsweringSwitches) throws -> [AnsweringSwitches.Kind:
      AnsweringSwitches.State]
  ) async throws -> AnsweringSwitches? {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return nil }
      var switches =
        try transaction.answeringSwitches(
          "WHERE tenant_id = \(tenant) AND extension_id = \(id)")[id] ?? AnsweringSwitches()
      for (kind, state) in try change(switches).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        switches.merge(kind, state)
        try transaction.execute(state.insertion(of: kind, of: id, of: tenant))
      }
      return switches
    }
  }
}

extension AnsweringSwitches.Kind: WordValue {}

extension AnsweringSwitches.State {
  /// A later state stays.
  fileprivate static let isLater: Query = """
    ON CONFLICT (tenant_id, extension_id, kind) DO UPDATE SET is_on = excluded.is_on,
      target = excluded.target, patience_milliseconds = excluded.patience_milliseconds,
      changed_at_milliseconds = excluded.changed_at_milliseconds
    WHERE (answering_switches.changed_at_milliseconds, answering_switches.is_on)
      < (excluded.changed_at_milliseconds, excluded.is_on)
    """

  fileprivate func insertion(
    of kind: AnsweringSwitches.Kind, of id: ExtensionID, of tenant: TenantID
  ) -> Query {
    """
    INSERT INTO answering_switches (tenant_id, extension_id, kind, is_on, target,
      patience_milliseconds, changed_at_milliseconds)
    VALUES (\(tenant), \(id), \(kind), \(isOn), \(target), \(milliseconds),
      \(changedAt.milliseconds))
    \(Self.isLater)
    """
  }

  var milliseconds: Int64? { patience.map { $0.nanoseconds / 1_000_000 } }

  init(row: borrowing Row, prefix: String = "") throws {
    self.init(
      isOn: try row.value(prefix + "is_on"), target: try row.optional(prefix + "target"),
      patience: try row.optional(prefix + "patience_milliseconds", as: Int64.self)
        .map { .milliseconds($0) },
      changedAt: WallTime(milliseconds: try row.value(prefix + "changed_at_milliseconds")))
  }
}

extension Transaction {
  func answeringSwitches(_ condition: Query) throws -> [ExtensionID: AnsweringSwitches] {
    let rows = try query(
      """
      SELECT extension_id, kind, is_on, target, patience_milliseconds, changed_at_milliseconds
      FROM answering_switches \(condition)
      """
    ).map { row in
      (
        try row.value("extension_id", as: ExtensionID.self),
        try row.value("kind", as: AnsweringSwitches.Kind.self),
        try AnsweringSwitches.State(row: row)
      )
    }
    return rows.reduce(into: [:]) { $0[$1.0, default: AnsweringSwitches()].merge($1.1, $1.2) }
  }

  /// What people switched by phone in these calls holds from now on, unless something later does. Again
  /// it changes nothing.
  public func applySwitches(ofCalls calls: [CallID]) throws {
    _ = try execute(
      """
      INSERT INTO answering_switches (tenant_id, extension_id, kind, is_on, target,
        patience_milliseconds, changed_at_milliseconds)
      SELECT DISTINCT ON (f.tenant_id, f.extension_id, f.switch_kind) f.tenant_id, f.extension_id,
        f.switch_kind, f.switch_is_on, f.switch_target, f.switch_patience_milliseconds,
        f.switch_changed_at_milliseconds
      FROM facts f
      JOIN extensions e ON e.tenant_id = f.tenant_id AND e.extension_id = f.extension_id
      WHERE f.call_id = ANY(\(calls)::uuid[]) AND f.kind = 'switched' AND f.quarantine IS NULL
      ORDER BY f.tenant_id, f.extension_id, f.switch_kind, f.switch_changed_at_milliseconds DESC,
        f.switch_is_on DESC
      \(AnsweringSwitches.State.isLater)
      """)
  }
}
