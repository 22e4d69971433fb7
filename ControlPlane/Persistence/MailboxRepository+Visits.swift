public import NodeContract
internal import Postgres
public import Tenancy

/// What callers hear of their mailboxes.
extension MailboxRepository {
  /// For how long what was deleted by phone may be wanted back.
  static let regret: Query = "interval '1 hour'"

  /// As they are heard: new ones first, the oldest of each kind first. `nil` where there is no mailbox.
  public func waitingMessages(
    in id: ExtensionID, of tenant: TenantID, most: Int, in scope: AccessScope
  ) async throws -> [WaitingMessage]? {
    guard try await mailbox(of: id, of: tenant, in: scope) != nil else { return nil }
    return try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(MailboxMessage.selection) AND tenant_id = \(tenant) AND extension_id = \(id)
        ORDER BY state <> 'new', message_id LIMIT \(most)
        """
      ).map(MailboxMessage.init(row:))
    }.map {
      WaitingMessage(
        id: $0.id, caller: $0.caller, leftAt: $0.leftAt, state: $0.state,
        forwardedBy: $0.forwarded?.by ?? "")
    }
  }

  /// What its bytes are from `offset` to the end of a piece; `nil` where there is no such message or
  /// byte.
  public func piece(
    of message: SoundID, from offset: UInt64, in id: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> (contents: [UInt8], isLast: Bool)? {
    let offset = Int64(clamping: offset)
    return try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT substr(contents, (\(offset) - begins + 1)::int) AS contents,
          ends >= total AS is_last
        FROM (
          SELECT p.contents,
            sum(octet_length(p.contents)) OVER (ORDER BY p.part, p.position)
              - octet_length(p.contents) AS begins,
            sum(octet_length(p.contents)) OVER (ORDER BY p.part, p.position) AS ends,
            sum(octet_length(p.contents)) OVER () AS total
          FROM stored_sound_pieces p JOIN mailbox_messages m
            ON m.tenant_id = p.tenant_id AND m.message_id = p.sound_id
          WHERE m.tenant_id = \(tenant) AND m.extension_id = \(id)
            AND m.message_id = \(message)
        ) pieces
        WHERE begins <= \(offset) AND ends > \(offset) LIMIT 1
        """
      ).first {
        (
          try $0.value("contents", as: ByteString.self).bytes,
          try $0.value("is_last", as: Bool.self)
        )
      }
    }
  }

  /// It is gone from the mailbox; its sound stays for as long as it may be wanted back. Deleting what
  /// is deleted changes nothing; `false` when there is no such message.
  public func setAside(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.lockMailbox(id, of: tenant)
      let aside = try transaction.execute(
        """
        UPDATE mailbox_messages SET deleted_at = coalesce(deleted_at, now())
        WHERE tenant_id = \(tenant) AND extension_id = \(id) AND message_id = \(message)
          AND milliseconds > 0
        """)
      try transaction.reviewRoom(in: id, of: tenant)
      return aside > 0
    }
  }

  /// `false` when nothing is left of it.
  public func takeBack(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.lockMailbox(id, of: tenant)
      let back = try transaction.execute(
        """
        UPDATE mailbox_messages m SET deleted_at = NULL
        WHERE tenant_id = \(tenant) AND extension_id = \(id) AND message_id = \(message)
          AND EXISTS (SELECT 1 FROM stored_sounds s
            WHERE s.tenant_id = m.tenant_id AND s.sound_id = m.message_id)
        """)
      try transaction.reviewRoom(in: id, of: tenant)
      return back > 0
    }
  }
}
