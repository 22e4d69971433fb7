public import NodeContract
internal import Postgres
public import Tenancy

/// Mailboxes and the messages in them.
public struct MailboxRepository: Sendable {
  let store: Store

  /// `nil` where the extension has none, or is none.
  public func mailbox(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Mailbox? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Mailbox.selection) WHERE tenant_id = \(tenant) AND extension_id = \(id)"
      ).first(Mailbox.init(row:))
    }
  }

  /// Makes one, or changes it; its messages stay. `nil` when there is no such extension. Throws
  /// `InvalidField` for `greeting` (unknown).
  public func replace(
    _ mailbox: Mailbox, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Mailbox? {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return nil }
      _ = try transaction.execute(
        """
        INSERT INTO mailboxes (tenant_id, extension_id, longest_message_seconds, most_messages,
          retention_days, greeting_id)
        VALUES (\(tenant), \(id), \(mailbox.longestMessage), \(mailbox.mostMessages),
          \(mailbox.retention), \(mailbox.greeting?.id))
        ON CONFLICT (tenant_id, extension_id) DO UPDATE SET
          longest_message_seconds = EXCLUDED.longest_message_seconds,
          most_messages = EXCLUDED.most_messages, retention_days = EXCLUDED.retention_days,
          greeting_id = EXCLUDED.greeting_id
        """)
      try transaction.reviewRoom(in: id, of: tenant)
      return try transaction.query(
        "\(Mailbox.selection) WHERE tenant_id = \(tenant) AND extension_id = \(id)"
      ).first(Mailbox.init(row:))
    }
  }

  /// With all its messages; `false` when there is none.
  public func remove(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM mailboxes WHERE tenant_id = \(tenant) AND extension_id = \(id)") > 0
    }
  }

  // MARK: - Lamps

  /// The channel on which mailboxes are announced in which other messages wait than before; the payload
  /// is the tenant's UUID, a space, and the extension's.
  public static let channel = "tandem_mailbox"

  /// How many messages wait in this mailbox; none where there is no mailbox.
  public func waiting(
    for id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> MailboxChange {
    let counts = try await waiting("m.tenant_id = \(tenant) AND m.extension_id = \(id)", in: scope)
    return counts.first
      ?? MailboxChange(tenant: tenant, extension: id, newMessages: 0, oldMessages: 0)
  }

  /// How many wait in each mailbox of these tenants, also where none does.
  public func waiting(
    in tenants: [TenantID], in scope: AccessScope
  ) async throws -> [MailboxChange] {
    try await waiting("m.tenant_id = ANY(\(tenants)::uuid[])", in: scope)
  }

  private func waiting(
    _ condition: Query, in scope: AccessScope
  ) async throws -> [MailboxChange] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT m.tenant_id, m.extension_id,
          count(*) FILTER (WHERE l.state = 'new') AS new_messages,
          count(*) FILTER (WHERE l.state <> 'new') AS old_messages
        FROM mailboxes m LEFT JOIN mailbox_messages l ON l.tenant_id = m.tenant_id
          AND l.extension_id = m.extension_id AND l.deleted_at IS NULL AND l.milliseconds > 0
        WHERE \(condition) GROUP BY m.tenant_id, m.extension_id ORDER BY 1, 2
        """
      ).map {
        MailboxChange(
          tenant: try $0.value("tenant_id"), extension: try $0.value("extension_id"),
          newMessages: UInt32(clamping: try $0.value("new_messages", as: Int.self)),
          oldMessages: UInt32(clamping: try $0.value("old_messages", as: Int.self)))
      }
    }
  }

  // MARK: - Messages

  /// Newest first.
  public func messages(
    _ page: PageRequest, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<MailboxMessage> {
    let last = try page.key(SoundID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(MailboxMessage.selection) AND tenant_id = \(tenant) AND extension_id = \(id)
          AND (\(last)::uuid IS NULL OR message_id < \(last)::uuid)
        ORDER BY message_id DESC LIMIT \(page.rowLimit)
        """
      ).map(MailboxMessage.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  public func message(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> MailboxMessage? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(MailboxMessage.selection) AND tenant_id = \(tenant) AND extension_id = \(id)
          AND message_id = \(message)
        """
      ).first(MailboxMessage.init(row:))
    }
  }

  /// `false` when there is no such message.
  public func mark(
    _ message: SoundID, as state: MailboxMessage.State, in id: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE mailbox_messages SET state = \(state)
        WHERE tenant_id = \(tenant) AND extension_id = \(id) AND message_id = \(message)
          AND deleted_at IS NULL AND milliseconds > 0
        """) > 0
    }
  }

  /// `false` when there is no such message.
  public func delete(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.lockMailbox(id, of: tenant)
      let deleted = try transaction.execute(
        """
        UPDATE mailbox_messages SET deleted_at = now()
        WHERE tenant_id = \(tenant) AND extension_id = \(id) AND message_id = \(message)
          AND deleted_at IS NULL AND milliseconds > 0
        """)
      guard deleted > 0 else { return false }
      _ = try transaction.execute(
        "DELETE FROM stored_sounds WHERE tenant_id = \(tenant) AND sound_id = \(message)")
      try transaction.reviewRoom(in: id, of: tenant)
      return true
    }
  }

  /// Deletes what is older than its mailbox keeps it, and forgets what was deleted long ago.
  public func expire(in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        DELETE FROM mailbox_messages m USING mailboxes b
        WHERE m.tenant_id = b.tenant_id AND m.extension_id = b.extension_id
          AND (coalesce(m.forwarded_at, m.left_at) < now() - b.retention_days * interval '1 day'
            OR m.deleted_at < now() - interval '30 days')
        """)
      _ = try transaction.execute(
        """
        DELETE FROM stored_sounds s USING mailbox_messages m
        WHERE s.tenant_id = m.tenant_id AND s.sound_id = m.message_id
          AND m.deleted_at < now() - \(Self.regret)
        """)
      _ = try transaction.execute(Self.emptied)
    }
  }

  /// Mailboxes that were full and have room again.
  private static let emptied: Query = """
    UPDATE mailboxes b SET is_full = false WHERE is_full AND b.most_messages > (
      SELECT count(*) FROM mailbox_messages m WHERE m.tenant_id = b.tenant_id
        AND m.extension_id = b.extension_id AND m.deleted_at IS NULL AND m.milliseconds > 0)
    """
}

extension Transaction {
  /// Two who change what is in a mailbox wait for one another. `false`: there is none.
  @discardableResult
  func lockMailbox(_ id: ExtensionID, of tenant: TenantID) throws -> Bool {
    try query(
      """
      SELECT extension_id FROM mailboxes
      WHERE tenant_id = \(tenant) AND extension_id = \(id) FOR NO KEY UPDATE
      """
    ).count == 1
  }

  /// Nodes hear of a mailbox only when it has become full, or has room again.
  func reviewRoom(in id: ExtensionID, of tenant: TenantID) throws {
    _ = try execute(
      """
      UPDATE mailboxes b SET is_full = NOT b.is_full
      WHERE b.tenant_id = \(tenant) AND b.extension_id = \(id) AND b.is_full <> (
        SELECT count(*) >= b.most_messages FROM mailbox_messages m WHERE m.tenant_id = b.tenant_id
          AND m.extension_id = b.extension_id AND m.deleted_at IS NULL AND m.milliseconds > 0)
      """)
  }
}

extension Mailbox {
  static let selection: Query = """
    SELECT extension_id, longest_message_seconds, most_messages, retention_days, is_full,
      greeting_id, (SELECT s.digest FROM tenant_sounds s WHERE s.tenant_id = mailboxes.tenant_id
        AND s.sound_id = mailboxes.greeting_id) AS greeting_digest,
      EXISTS (SELECT 1 FROM mailbox_pins p WHERE p.tenant_id = mailboxes.tenant_id
        AND p.extension_id = mailboxes.extension_id) AS has_pin
    FROM mailboxes
    """

  init(row: borrowing Row) throws {
    self.init(
      longestMessage: try row.value("longest_message_seconds"),
      mostMessages: try row.value("most_messages"), retention: try row.optional("retention_days"),
      greeting: try SoundReference(row: row, id: "greeting_id", digest: "greeting_digest"),
      isFull: try row.value("is_full"), hasPIN: try row.value("has_pin"))
  }
}

extension MailboxMessage.State: WordValue {}
extension LeftMessage.Ending: WordValue {}

extension MailboxMessage {
  static let selection: Query = """
    SELECT message_id, call_id, caller, caller_name, left_at, milliseconds, state,
      coalesce(ending, 'cut') AS ending, forwarded_by, forwarded_at
    FROM mailbox_messages WHERE deleted_at IS NULL AND milliseconds > 0
    """

  init(row: borrowing Row) throws {
    let forwarder = try row.optional("forwarded_by", as: String.self)
    let forwardedAt = try row.optional("forwarded_at", as: WallTime.self)
    self.init(
      id: try row.value("message_id"), call: try row.value("call_id"),
      caller: try row.value("caller"), callerName: try row.value("caller_name"),
      leftAt: try row.value("left_at"), milliseconds: try row.value("milliseconds"),
      state: try row.value("state"), ending: try row.value("ending"),
      forwarded: forwardedAt.flatMap { at in forwarder.map { Forwarded(by: $0, at: at) } })
  }
}
