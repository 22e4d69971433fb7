public import NodeContract
internal import Postgres
public import Tenancy

/// Recorded calls, and for how long they are kept.
public struct RecordingRepository: Sendable {
  let store: Store

  /// Newest first; of one call, or all.
  public func list(
    _ page: PageRequest, of call: CallID? = nil, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<KeptRecording> {
    let last = try page.key(SoundID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(KeptRecording.selection) AND r.tenant_id = \(tenant)
          AND (\(call)::uuid IS NULL OR r.call_id = \(call)::uuid)
          AND (\(last)::uuid IS NULL OR r.recording_id < \(last)::uuid)
        ORDER BY r.recording_id DESC LIMIT \(page.rowLimit)
        """
      ).map(KeptRecording.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  public func find(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> KeptRecording? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(KeptRecording.selection) AND r.tenant_id = \(tenant) AND r.recording_id = \(id)"
      ).first(KeptRecording.init(row:))
    }
  }

  /// `false` when there is no such recording, or it is held. What still comes of one that goes on is dropped.
  public func delete(
    _ id: SoundID, of tenant: TenantID, as event: RecordingEvent, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      let deleted = try transaction.execute(
        """
        UPDATE call_recordings SET deleted_at = now()
        WHERE tenant_id = \(tenant) AND recording_id = \(id) AND deleted_at IS NULL
          AND milliseconds > 0 AND held_at IS NULL
        """)
      guard deleted > 0 else { return false }
      try transaction.note(event, of: id, of: tenant)
      _ = try transaction.execute(
        "DELETE FROM stored_sounds WHERE tenant_id = \(tenant) AND sound_id = \(id)")
      return true
    }
  }

  // MARK: - Holds

  /// Whatever is said of retention, the recording stays until `nil` is said, or not. `false` when there is no such
  /// recording; what is held already is held for the new reason.
  public func hold(
    _ id: SoundID, of tenant: TenantID, as event: RecordingEvent, in scope: AccessScope
  ) async throws -> Bool {
    let isHeld = event.kind == .held
    return try await store.transaction(in: scope) { transaction in
      let changed = try transaction.execute(
        """
        UPDATE call_recordings SET
          held_at = CASE WHEN \(isHeld) THEN coalesce(held_at, \(event.at)::timestamptz) END,
          hold_reason = CASE WHEN \(isHeld) THEN \(event.reason)::text END
        WHERE tenant_id = \(tenant) AND recording_id = \(id) AND deleted_at IS NULL
          AND milliseconds > 0 AND (\(isHeld) OR held_at IS NOT NULL)
        """)
      guard changed > 0 else { return false }
      try transaction.note(event, of: id, of: tenant)
      return true
    }
  }

  /// What people did to it, the first first; it outlives the recording.
  public func history(
    of id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [RecordingEvent] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT event, happened_at, key_id, reason FROM recording_history
        WHERE tenant_id = \(tenant) AND recording_id = \(id) ORDER BY happened_at
        """
      ).map {
        RecordingEvent(
          try $0.value("event"), at: try $0.value("happened_at"), by: try $0.value("key_id"),
          because: try $0.value("reason"))
      }
    }
  }

  // MARK: - Retention

  /// Days; `nil` inside: until somebody deletes them. `nil` when there is no such tenant.
  public func retention(of tenant: TenantID, in scope: AccessScope) async throws -> Int?? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT recording_retention_days FROM tenants
        WHERE tenant_id = \(tenant) AND deleted_at IS NULL
        """
      ).first { try $0.optional("recording_retention_days", as: Int.self) }
    }
  }

  /// `false` when there is no such tenant.
  public func setRetention(
    _ days: Int?, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE tenants SET recording_retention_days = \(days)
        WHERE tenant_id = \(tenant) AND deleted_at IS NULL
        """) > 0
    }
  }

  /// Deletes what is older than its tenant keeps it, and forgets what was deleted long ago.
  public func expire(in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        WITH expired AS (
          DELETE FROM call_recordings r USING tenants t
          WHERE r.tenant_id = t.tenant_id AND r.held_at IS NULL
            AND (r.begun_at < now()
                - coalesce(r.retention_days, t.recording_retention_days) * interval '1 day'
              OR r.deleted_at < now() - interval '30 days')
          RETURNING r.tenant_id, r.recording_id)
        DELETE FROM stored_sounds s USING expired e
        WHERE s.tenant_id = e.tenant_id AND s.sound_id = e.recording_id
        """)
    }
  }
}

extension Transaction {
  /// `false`: it is nobody's (any more), and was dropped.
  func keep(_ piece: SoundPiece, of recording: RecordedCall) throws -> Bool {
    let sound = piece.sound
    // The word that it is over tells nothing of sound that never came.
    guard piece.part > 0 else { return try close(sound, recording) }
    guard try open(sound, recording) else { return false }
    guard try store(piece, as: "recording") else { return true }
    _ = try execute(
      """
      UPDATE call_recordings SET bytes = bytes + \(piece.contents.count),
        milliseconds = milliseconds + \(piece.milliseconds ?? 0)
      WHERE tenant_id = \(sound.tenant) AND recording_id = \(sound.id)
      """)
    return true
  }

  fileprivate func note(
    _ event: RecordingEvent, of id: SoundID, of tenant: TenantID
  ) throws {
    _ = try execute(
      """
      INSERT INTO recording_history (tenant_id, recording_id, happened_at, event, key_id, reason)
      VALUES (\(tenant), \(id), \(event.at), \(event.kind), \(event.key), \(event.reason))
      """)
  }

  private func close(_ sound: StoredSound, _ recording: RecordedCall) throws -> Bool {
    try execute(
      """
      UPDATE call_recordings SET ending = coalesce(ending, \(recording.ending)),
        interruptions = greatest(interruptions, \(Int64(recording.interruptions)))
      WHERE tenant_id = \(sound.tenant) AND recording_id = \(sound.id)
      """) > 0
  }

  /// Two who add to it wait for one another. `false`: somebody deleted it, or its tenant is gone.
  private func open(_ sound: StoredSound, _ recording: RecordedCall) throws -> Bool {
    _ = try execute(
      """
      INSERT INTO call_recordings (tenant_id, recording_id, call_id, parties, begun_at,
        interruptions, ending, rule_id, retention_days)
      SELECT t.tenant_id, \(sound.id)::uuid, \(recording.call)::uuid, \(recording.parties),
        \(recording.begunAt)::timestamptz, \(Int64(recording.interruptions)),
        \(recording.ending), \(recording.rule)::uuid,
        (SELECT u.retention_days FROM recording_rules u
          WHERE u.tenant_id = t.tenant_id AND u.rule_id = \(recording.rule)::uuid)
      FROM tenants t WHERE t.tenant_id = \(sound.tenant) AND t.deleted_at IS NULL
      ON CONFLICT (tenant_id, recording_id) DO UPDATE SET
        ending = coalesce(call_recordings.ending, EXCLUDED.ending),
        interruptions = greatest(call_recordings.interruptions, EXCLUDED.interruptions)
      """)
    return try query(
      """
      SELECT recording_id FROM call_recordings
      WHERE tenant_id = \(sound.tenant) AND recording_id = \(sound.id)
        AND call_id = \(recording.call) AND deleted_at IS NULL
      """
    ).count == 1
  }
}

extension RecordedCall.Parties: WordValue {}
extension RecordedCall.Ending: WordValue {}
extension KeptRecording.State: WordValue {}
extension RecordingEvent.Kind: WordValue {}

extension KeptRecording {
  /// Nodes say how a recording ended only when they saw it. Its last pieces may come a moment after the
  /// word that its call is over; a call of which nothing was heard in a day is over, too.
  static let selection: Query = """
    SELECT r.recording_id, r.call_id, c.from_number, c.to_number, r.parties, r.begun_at,
      r.milliseconds, r.bytes, r.interruptions, r.rule_id, r.retention_days, r.held_at,
      r.hold_reason, CASE
        WHEN r.ending IS NOT NULL THEN r.ending
        WHEN c.call_id IS NULL AND r.begun_at < now() - interval '1 day' THEN 'cut'
        WHEN c.ended_at < now() - interval '1 minute' THEN 'cut'
        ELSE 'running' END AS state
    FROM call_recordings r
      LEFT JOIN calls c ON c.tenant_id = r.tenant_id AND c.call_id = r.call_id
    WHERE r.deleted_at IS NULL AND r.milliseconds > 0
    """

  init(row: borrowing Row) throws {
    let since = try row.optional("held_at", as: WallTime.self)
    let reason = try row.optional("hold_reason", as: String.self)
    self.init(
      id: try row.value("recording_id"), call: try row.value("call_id"),
      from: try row.optional("from_number"), to: try row.optional("to_number"),
      parties: try row.value("parties"), begunAt: try row.value("begun_at"),
      milliseconds: try row.value("milliseconds"), bytes: try row.value("bytes"),
      interruptions: try row.value("interruptions"), state: try row.value("state"),
      rule: try row.optional("rule_id"), retention: try row.optional("retention_days"),
      hold: since.map { RecordingHold(since: $0, reason: reason ?? "") })
  }
}
