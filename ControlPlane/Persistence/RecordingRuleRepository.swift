public import NodeContract
internal import Postgres
public import Tenancy

/// Which of a tenant's calls are recorded.
public struct RecordingRuleRepository: Sendable {
  let store: Store

  /// In their order.
  public func rules(of tenant: TenantID, in scope: AccessScope) async throws -> [RecordingRuleLine]
  {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(RecordingRuleLine.selection) WHERE tenant_id = \(tenant) ORDER BY position"
      ).map(RecordingRuleLine.init(row:))
    }
  }

  /// In the place of those before. Throws `InvalidField` for an extension that the tenant has not; `false` when
  /// there is no such tenant.
  public func replace(
    _ lines: [RecordingRuleLine], of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      let isThere =
        try transaction.query(
          """
          SELECT tenant_id FROM tenants WHERE tenant_id = \(tenant) AND deleted_at IS NULL
          FOR NO KEY UPDATE
          """
        ).count == 1
      guard isThere else { return false }
      _ = try transaction.execute("DELETE FROM recording_rules WHERE tenant_id = \(tenant)")
      for (place, line) in lines.enumerated() {
        if let id = line.rule.calls.extension, try !transaction.has(id, of: tenant) {
          throw InvalidField("items.\(place).extension", .unknownReference)
        }
        _ = try transaction.execute(line.insertion(at: place, of: tenant))
      }
      return true
    }
  }
}

extension Transaction {
  fileprivate func has(_ id: ExtensionID, of tenant: TenantID) throws -> Bool {
    try query(
      "SELECT extension_id FROM extensions WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    ).count == 1
  }

  /// By tenant, as nodes need them.
  func recordingRules(of tenants: [TenantID]) throws -> [TenantID: [RecordingRule]] {
    Dictionary(
      grouping: try query(
        """
        \(RecordingRuleLine.selection) WHERE tenant_id = ANY(\(tenants)::uuid[])
        ORDER BY tenant_id, position
        """
      ).map {
        (try $0.value("tenant_id", as: TenantID.self), try RecordingRuleLine(row: $0).rule)
      }, by: \.0
    ).mapValues { $0.map(\.1) }
  }
}

extension RecordingRule.Direction: WordValue {}
extension RecordingRule.Notice: WordValue {}
extension RecordingRule.Pausers: WordValue {}

extension RecordingRule.Calls {
  fileprivate var `extension`: ExtensionID? { if case .of(let id) = self { id } else { nil } }
  fileprivate var number: String? { if case .to(let number) = self { number } else { nil } }
}

extension RecordingRuleLine {
  static let selection: Query = """
    SELECT tenant_id, rule_id, name, extension_id, number, direction, share_percent, records, notice,
      pausers, retention_days
    FROM recording_rules
    """

  fileprivate func insertion(at position: Int, of tenant: TenantID) -> Query {
    """
    INSERT INTO recording_rules (tenant_id, position, rule_id, name, extension_id, number, direction,
      share_percent, records, notice, pausers, retention_days)
    VALUES (\(tenant), \(position), \(rule.id), \(name), \(rule.calls.extension),
      \(rule.calls.number), \(rule.direction), \(rule.share), \(rule.records), \(rule.notice),
      \(rule.pausers), \(retention))
    """
  }

  init(row: borrowing Row) throws {
    let number = try row.optional("number", as: String.self)
    let id = try row.optional("extension_id", as: ExtensionID.self)
    self.init(
      rule: RecordingRule(
        id: try row.value("rule_id"), calls: number.map { .to($0) } ?? id.map { .of($0) } ?? .all,
        direction: try row.optional("direction"), share: try row.value("share_percent"),
        records: try row.value("records"), notice: try row.value("notice"),
        pausers: try row.value("pausers")),
      name: try row.value("name"), retention: try row.optional("retention_days"))
  }
}
