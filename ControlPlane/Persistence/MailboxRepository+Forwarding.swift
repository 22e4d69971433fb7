public import NodeContract
internal import Postgres
public import Tenancy

/// Messages that go on to a colleague's mailbox.
extension MailboxRepository {
  public enum Forwarding: Hashable, Sendable {
    case done
    /// There is no such message (any more).
    case noMessage
    /// The other extension has no mailbox, or it is the same.
    case noMailbox
    /// The other mailbox takes no more.
    case full
  }

  /// A message of its own with the same caller, time and sound, as new; the first stays as it is. Who asks
  /// again by the same name of the `copy` finds it done, whatever became of it since.
  public func forward(
    _ message: SoundID, in id: ExtensionID, to other: ExtensionID, as copy: SoundID,
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> Forwarding {
    guard id != other else { return .noMailbox }
    return try await store.transaction(in: scope) { transaction in
      // Two who forward to one another wait in the same order.
      var locked: Set<ExtensionID> = []
      for mailbox in [id, other].sorted() {
        if try transaction.lockMailbox(mailbox, of: tenant) { locked.insert(mailbox) }
      }
      guard locked.contains(other) else { return .noMailbox }
      if try transaction.isForwarded(copy, to: other, of: tenant) { return .done }
      guard try transaction.hasRoom(in: other, of: tenant) else { return .full }
      guard try transaction.copy(message, of: id, to: other, as: copy, of: tenant) else {
        return .noMessage
      }
      try transaction.reviewRoom(in: other, of: tenant)
      return .done
    }
  }
}

extension Transaction {
  fileprivate func isForwarded(_ copy: SoundID, to id: ExtensionID, of tenant: TenantID) throws
    -> Bool
  {
    try query(
      """
      SELECT message_id FROM mailbox_messages
      WHERE tenant_id = \(tenant) AND message_id = \(copy) AND extension_id = \(id)
        AND forwarded_by IS NOT NULL
      """
    ).count == 1
  }

  fileprivate func hasRoom(in id: ExtensionID, of tenant: TenantID) throws -> Bool {
    try query(
      """
      SELECT extension_id FROM mailboxes
      WHERE tenant_id = \(tenant) AND extension_id = \(id) AND NOT is_full
      """
    ).count == 1
  }

  /// What came until now: a message that is still coming is forwarded as far as it goes.
  fileprivate func copy(
    _ message: SoundID, of id: ExtensionID, to other: ExtensionID, as copy: SoundID,
    of tenant: TenantID
  ) throws -> Bool {
    let copied = try execute(
      """
      INSERT INTO mailbox_messages (tenant_id, message_id, extension_id, call_id, caller,
        caller_name, left_at, ending, milliseconds, forwarded_by, forwarded_at)
      SELECT m.tenant_id, \(copy)::uuid, \(other)::uuid, m.call_id, m.caller, m.caller_name,
        m.left_at, coalesce(m.ending, 'cut'), m.milliseconds, e.number, now()
      FROM mailbox_messages m JOIN extensions e
        ON e.tenant_id = m.tenant_id AND e.extension_id = m.extension_id
      WHERE m.tenant_id = \(tenant) AND m.extension_id = \(id) AND m.message_id = \(message)
        AND m.deleted_at IS NULL AND m.milliseconds > 0
      ON CONFLICT (tenant_id, message_id) DO NOTHING
      """)
    guard copied > 0 else { return false }
    _ = try execute(
      """
      INSERT INTO stored_sounds (tenant_id, sound_id, kind)
      VALUES (\(tenant), \(copy), 'message')
      """)
    _ = try execute(
      """
      INSERT INTO stored_sound_pieces (tenant_id, sound_id, part, position, contents)
      SELECT tenant_id, \(copy)::uuid, part, position, contents FROM stored_sound_pieces
      WHERE tenant_id = \(tenant) AND sound_id = \(message)
      """)
    return true
  }
}
