public import NodeContract
internal import Postgres
public import Tenancy

/// Recorded sound, in pieces as it came.
public struct SoundRepository: Sendable {
  let store: Store

  /// All of it that is there, in its order; `nil` when there is none.
  public func sound(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [UInt8]? {
    let pieces = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT contents FROM stored_sound_pieces
        WHERE tenant_id = \(tenant) AND sound_id = \(id) ORDER BY part, position
        """
      ).map { try $0.value("contents", as: ByteString.self).bytes }
    }
    return pieces.isEmpty ? nil : Array(pieces.joined())
  }

  /// The same piece may come again, and pieces in any order; `false`: it is nobody's (any more), and
  /// was dropped.
  public func keep(_ piece: SoundPiece, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      switch piece.sound.kind {
      case .message(let message): try transaction.keep(piece, of: message)
      }
    }
  }
}

extension Transaction {
  fileprivate func keep(_ piece: SoundPiece, of message: LeftMessage) throws -> Bool {
    let sound = piece.sound
    guard try lockMailbox(message.mailbox, of: sound.tenant) else { return false }
    // The word that it is over tells nothing of sound that never came.
    guard piece.part > 0 else { return try close(sound, message) }
    guard try open(sound, message) else { return false }
    _ = try execute(
      """
      INSERT INTO stored_sounds (tenant_id, sound_id, kind)
      VALUES (\(sound.tenant), \(sound.id), 'message') ON CONFLICT DO NOTHING
      """)
    let added = try execute(
      """
      INSERT INTO stored_sound_pieces (tenant_id, sound_id, part, position, contents)
      VALUES (\(sound.tenant), \(sound.id), \(Int64(piece.part)),
        \(Int64(clamping: piece.offset)), \(ByteString(piece.contents)))
      ON CONFLICT DO NOTHING
      """)
    if added > 0, let length = piece.length { try lengthen(sound, by: length) }
    try reviewRoom(in: message.mailbox, of: sound.tenant)
    return true
  }

  private func close(_ sound: StoredSound, _ message: LeftMessage) throws -> Bool {
    try execute(
      """
      UPDATE mailbox_messages SET ending = \(message.ending)
      WHERE tenant_id = \(sound.tenant) AND message_id = \(sound.id) AND ending IS NULL
      """) > 0
  }

  /// `false`: somebody deleted it before it was all here, or it is another mailbox's.
  private func open(_ sound: StoredSound, _ message: LeftMessage) throws -> Bool {
    _ = try execute(
      """
      INSERT INTO mailbox_messages (tenant_id, message_id, extension_id, call_id, caller,
        caller_name, left_at, ending)
      VALUES (\(sound.tenant), \(sound.id), \(message.mailbox), \(message.call),
        \(message.caller), \(message.callerName), \(message.leftAt), \(message.ending))
      ON CONFLICT (tenant_id, message_id) DO UPDATE
        SET ending = coalesce(mailbox_messages.ending, EXCLUDED.ending)
      """)
    return try query(
      """
      SELECT message_id FROM mailbox_messages
      WHERE tenant_id = \(sound.tenant) AND message_id = \(sound.id)
        AND extension_id = \(message.mailbox) AND deleted_at IS NULL
      """
    ).count == 1
  }

  private func lengthen(_ sound: StoredSound, by length: Duration) throws {
    let (seconds, attoseconds) = length.components
    let milliseconds = min(seconds, 86_400) * 1_000 + attoseconds / 1_000_000_000_000_000
    _ = try execute(
      """
      UPDATE mailbox_messages SET milliseconds = milliseconds + \(milliseconds)
      WHERE tenant_id = \(sound.tenant) AND message_id = \(sound.id)
      """)
  }
}
