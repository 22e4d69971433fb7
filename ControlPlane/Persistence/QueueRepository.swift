public import NodeContract
internal import Postgres
public import Tenancy

/// Queues in which callers of an extension wait.
public struct QueueRepository: Sendable {
  let store: Store

  /// `nil` where nobody waits, or there is no such extension.
  public func queue(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallQueue? {
    try await store.read(in: scope) { transaction in
      try transaction.queues("q.tenant_id = \(tenant) AND q.extension_id = \(id)")[id]
    }
  }

  /// In the place of the one before; `nil`: none. Throws `InvalidField` for `agents` and `finally` (unknown), and
  /// `queue` where the callers are received otherwise; `false` when there is no such extension.
  public func replace(
    _ queue: CallQueue?, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM queues WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      guard let queue else { return true }
      try transaction.check(.queue, isTheOnlyOneOf: id, of: tenant, as: "queue")
      try transaction.insert(queue, of: id, of: tenant)
      return true
    }
  }
}

extension QueueRepository {
  /// Nodes hear of it with their tenant's next revision, and give the place up. Again it changes nothing.
  /// `false` when there is no such queue.
  public func callOff(
    _ callback: CallID, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      // No place is kept for that long.
      try transaction.execute(
        """
        DELETE FROM queue_callbacks_called_off
        WHERE tenant_id = \(tenant) AND called_off_at < now() - interval '8 days'
        """)
      let called = try transaction.query(
        "SELECT FROM queues WHERE tenant_id = \(tenant) AND extension_id = \(id)"
      ).count
      guard called > 0 else { return false }
      try transaction.execute(
        """
        INSERT INTO queue_callbacks_called_off (tenant_id, extension_id, callback_id)
        VALUES (\(tenant), \(id), \(callback)) ON CONFLICT DO NOTHING
        """)
      return true
    }
  }
}

extension CallQueue.Strategy: WordValue {}

extension Transaction {
  fileprivate func insert(_ queue: CallQueue, of id: ExtensionID, of tenant: TenantID) throws {
    _ = try execute(
      """
      INSERT INTO queues (tenant_id, extension_id, strategy, rings_for_seconds, wrap_up_seconds,
        rests_for_seconds, pauses_after, most_waiting, longest_wait_seconds, needs_agents,
        puts_vips_first, announces_every_seconds, announces_wait, language, last_action,
        last_target_id, last_target, callback_key, callback_offered_after_seconds,
        callback_offered_from, callback_takes_other_numbers, callback_attempts,
        callback_pause_seconds, callback_keeps_for_seconds, callback_ends_at)
      VALUES (\(tenant), \(id), \(queue.strategy), \(queue.ringsFor.components.seconds),
        \(queue.wrapUp.components.seconds), \(queue.restsFor.components.seconds),
        \(queue.pausesAfter.map(Int.init)), \(Int(queue.mostWaiting)),
        \(queue.longestWait?.components.seconds), \(queue.needsAgents), \(queue.putsVIPsFirst),
        \(queue.announcesEvery?.components.seconds), \(queue.announcesWait), \(queue.language),
        \(queue.last.word), \(queue.last.targetID), \(queue.last.target),
        \(queue.callback?.key), \(queue.callback?.offeredAfter.components.seconds),
        \(queue.callback.map { Int($0.offeredFrom) }), \(queue.callback?.takesOtherNumbers),
        \(queue.callback.map { Int($0.attempts) }), \(queue.callback?.pause.components.seconds),
        \(queue.callback?.keepsFor.components.seconds),
        \(queue.callback?.endsAt.map(Int.init)))
      """)
    let agents = try execute(
      """
      INSERT INTO queue_agents (tenant_id, extension_id, position, agent_id, tier)
      SELECT \(tenant)::uuid, \(id)::uuid, a.position - 1, e.extension_id, a.tier
      FROM unnest(\(queue.agents.map(\.extension))::uuid[],
        \(queue.agents.map { Int($0.tier) })::smallint[])
        WITH ORDINALITY AS a (agent_id, tier, position)
      JOIN extensions e ON e.tenant_id = \(tenant)::uuid AND e.extension_id = a.agent_id
      """)
    guard agents == queue.agents.count else { throw InvalidField("agents", .unknownReference) }
  }

  /// By extension.
  func queues(_ condition: Query) throws -> [ExtensionID: CallQueue] {
    var queues = Dictionary(
      uniqueKeysWithValues: try query("SELECT q.* FROM queues q WHERE \(condition)").map {
        (try $0.value("extension_id", as: ExtensionID.self), try CallQueue(row: $0))
      })
    let agents = try query(
      """
      SELECT q.extension_id, q.agent_id, q.tier FROM queue_agents q
      WHERE \(condition) ORDER BY q.extension_id, q.position
      """
    ).map {
      (
        try $0.value("extension_id", as: ExtensionID.self),
        try $0.value("agent_id", as: ExtensionID.self), try $0.value("tier", as: Int.self)
      )
    }
    for (id, agent, tier) in agents {
      queues[id]?.agents.append(CallQueue.Agent(agent, tier: UInt8(clamping: tier)))
    }
    let calledOff = try query(
      """
      SELECT q.extension_id, q.callback_id FROM queue_callbacks_called_off q
      WHERE \(condition) ORDER BY q.extension_id, q.callback_id
      """
    ).map {
      (
        try $0.value("extension_id", as: ExtensionID.self),
        try $0.value("callback_id", as: CallID.self)
      )
    }
    for (id, callback) in calledOff { queues[id]?.calledOff.append(callback) }
    return queues
  }
}

extension CallQueue {
  /// Without its agents.
  fileprivate init(row: borrowing Row) throws {
    func seconds(_ column: String, _ row: borrowing Row) throws -> Duration {
      .seconds(try row.value(column, as: Int.self))
    }
    self.init(
      strategy: try row.value("strategy"), agents: [],
      ringsFor: try seconds("rings_for_seconds", row),
      wrapUp: try seconds("wrap_up_seconds", row),
      restsFor: try seconds("rests_for_seconds", row),
      pausesAfter: try row.optional("pauses_after", as: Int.self).map { UInt8(clamping: $0) },
      mostWaiting: UInt16(clamping: try row.value("most_waiting", as: Int.self)),
      longestWait: try row.optional("longest_wait_seconds", as: Int.self).map { .seconds($0) },
      needsAgents: try row.value("needs_agents"),
      putsVIPsFirst: try row.value("puts_vips_first"),
      announcesEvery: try row.optional("announces_every_seconds", as: Int.self)
        .map { .seconds($0) },
      announcesWait: try row.value("announces_wait"), language: try row.optional("language"),
      last: try VoiceMenu.Destination(row: row, prefix: "last_"),
      callback: try Callback.ifAny(in: row))
  }
}

extension CallQueue.Callback {
  fileprivate static func ifAny(in row: borrowing Row) throws -> CallQueue.Callback? {
    guard let key = try row.optional("callback_key", as: String.self) else { return nil }
    func seconds(_ column: String, _ row: borrowing Row) throws -> Duration {
      .seconds(try row.value(column, as: Int.self))
    }
    return CallQueue.Callback(
      key: key, offeredAfter: try seconds("callback_offered_after_seconds", row),
      offeredFrom: UInt16(clamping: try row.value("callback_offered_from", as: Int.self)),
      takesOtherNumbers: try row.value("callback_takes_other_numbers"),
      attempts: UInt8(clamping: try row.value("callback_attempts", as: Int.self)),
      pause: try seconds("callback_pause_seconds", row),
      keepsFor: try seconds("callback_keeps_for_seconds", row),
      endsAt: try row.optional("callback_ends_at", as: Int.self).map { UInt16(clamping: $0) })
  }
}
