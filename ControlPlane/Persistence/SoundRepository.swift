public import NodeContract
internal import Postgres
public import Tenancy

/// Recorded sound, in pieces as it came.
public struct SoundRepository: Sendable {
  let store: Store

  /// The same piece may come again, and pieces in any order; `false`: it is nobody's (any more), and
  /// was dropped.
  public func keep(_ piece: SoundPiece, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      switch piece.sound.kind {
      case .message(let message): try transaction.keep(piece, of: message)
      case .recording(let recording): try transaction.keep(piece, of: recording)
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
    if try store(piece, as: "message"), let added = piece.milliseconds {
      _ = try execute(
        """
        UPDATE mailbox_messages SET milliseconds = milliseconds + \(added)
        WHERE tenant_id = \(sound.tenant) AND message_id = \(sound.id)
        """)
    }
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
}

extension Transaction {
  /// `false`: it was there already.
  func store(_ piece: SoundPiece, as kind: String) throws -> Bool {
    let sound = piece.sound
    _ = try execute(
      """
      INSERT INTO stored_sounds (tenant_id, sound_id, kind)
      VALUES (\(sound.tenant), \(sound.id), \(kind)) ON CONFLICT DO NOTHING
      """)
    return try execute(
      """
      INSERT INTO stored_sound_pieces (tenant_id, sound_id, part, position, contents)
      VALUES (\(sound.tenant), \(sound.id), \(Int64(piece.part)),
        \(Int64(clamping: piece.offset)), \(ByteString(piece.contents)))
      ON CONFLICT DO NOTHING
      """) > 0
  }
}

extension SoundPiece {
  /// How much longer a sound is with it.
  var milliseconds: Int64? {
    length.map {
      let (seconds, attoseconds) = $0.components
      return min(seconds, 86_400) * 1_000 + attoseconds / 1_000_000_000_000_000
    }
  }
}
