public import NodeContract
internal import Postgres
public import Tenancy

/// Where users are looked for.
public struct FollowMeRepository: Sendable {
  let store: Store

  /// `nil` where the extension's user is looked for nowhere, or it is none.
  public func settings(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FollowMe? {
    try await store.read(in: scope) { transaction in
      try transaction.followMe("s.tenant_id = \(tenant) AND s.extension_id = \(id)")[id]
    }
  }

  /// In the place of those before; `nil`: none. Throws `InvalidField` for `steps.N.targets` (unknown); `false`
  /// when there is no such extension.
  public func replace(
    _ settings: FollowMe?, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM follow_me_steps WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      for (place, step) in (settings?.steps ?? []).enumerated() {
        _ = try transaction.execute(
          """
          INSERT INTO follow_me_steps (tenant_id, extension_id, position, rings_for_seconds, confirms)
          VALUES (\(tenant), \(id), \(place), \(step.ringsFor.components.seconds), \(step.confirms))
          """)
        for (position, target) in step.targets.enumerated() {
          let inserted = try transaction.execute(
            target.insertion(at: position, ofStep: place, of: id, of: tenant))
          guard inserted == 1 else {
            throw InvalidField("steps.\(place).targets", .unknownReference)
          }
        }
      }
      return true
    }
  }
}

extension FollowMe.Target {
  fileprivate func insertion(
    at position: Int, ofStep step: Int, of id: ExtensionID, of tenant: TenantID
  ) -> Query {
    let columns: Query =
      "follow_me_targets (tenant_id, extension_id, step, position, kind, colleague_id, number)"
    return switch self {
    case .own:
      "INSERT INTO \(columns) VALUES (\(tenant), \(id), \(step), \(position), 'own', NULL, NULL)"
    case .colleague(let colleague):
      """
      INSERT INTO \(columns)
      SELECT \(tenant)::uuid, \(id)::uuid, \(step)::smallint, \(position)::smallint, 'extension',
        e.extension_id, NULL
      FROM extensions e WHERE e.tenant_id = \(tenant)::uuid AND e.extension_id = \(colleague)::uuid
      """
    case .outside(let number):
      """
      INSERT INTO \(columns)
      VALUES (\(tenant), \(id), \(step), \(position), 'outside', NULL, \(number))
      """
    }
  }

  init(row: borrowing Row) throws {
    switch try row.value("kind", as: String.self) {
    case "own": self = .own
    case "extension": self = .colleague(try row.value("colleague_id"))
    case "outside": self = .outside(try row.value("number"))
    case let kind: throw StoreError.failed("follow_me_targets.kind: \(kind)")
    }
  }
}

extension Transaction {
  /// By extension, for the steps `s` of that condition.
  func followMe(_ condition: Query) throws -> [ExtensionID: FollowMe] {
    var settings: [ExtensionID: FollowMe] = [:]
    let steps = try query(
      """
      SELECT s.extension_id, s.position, s.rings_for_seconds, s.confirms FROM follow_me_steps s
      WHERE \(condition) ORDER BY s.extension_id, s.position
      """
    ).map { row in
      (
        try row.value("extension_id", as: ExtensionID.self),
        try row.value("position", as: Int.self),
        FollowMe.Step(
          [], ringsFor: .seconds(try row.value("rings_for_seconds", as: Int64.self)),
          confirms: try row.value("confirms"))
      )
    }
    let targets = Dictionary(
      grouping: try query(
        """
        SELECT t.extension_id, t.step, t.kind, t.colleague_id, t.number
        FROM follow_me_targets t JOIN follow_me_steps s
          ON s.tenant_id = t.tenant_id AND s.extension_id = t.extension_id AND s.position = t.step
        WHERE \(condition) ORDER BY t.extension_id, t.step, t.position
        """
      ).map { row in
        (
          try row.value("extension_id", as: ExtensionID.self), try row.value("step", as: Int.self),
          try FollowMe.Target(row: row)
        )
      }, by: \.0)
    for (id, place, var step) in steps {
      step.targets = (targets[id] ?? []).filter { $0.1 == place }.map(\.2)
      settings[id, default: FollowMe(steps: [])].steps.append(step)
    }
    return settings
  }
}
