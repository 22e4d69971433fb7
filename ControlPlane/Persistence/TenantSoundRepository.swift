public import NodeContract
internal import Postgres
public import Tenancy

/// Why a tenant's sound is not kept, through no fault of the sound.
public enum SoundQuota: Error, Hashable, Sendable {
  /// The tenant has as many sounds as it may.
  case tooMany(limit: Int)
  /// They last as long as they may together.
  case tooLong(seconds: Int)
}

/// Sounds that tenants uploaded, in pieces beside what nodes recorded.
public struct TenantSoundRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `name` (taken) and `tenant` (unknown), and `SoundQuota`.
  public func insert(
    _ sound: TenantSound, _ contents: [UInt8], in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      try transaction.waitForOthers(adding: .sounds, to: sound.tenant)
      try transaction.checkQuota(of: sound)
      _ = try transaction.execute(
        """
        INSERT INTO stored_sounds (tenant_id, sound_id, kind)
        SELECT t.tenant_id, \(sound.id)::uuid, 'upload'
        FROM tenants t WHERE t.tenant_id = \(sound.tenant) AND t.deleted_at IS NULL
        """
      ).orThrow(InvalidField("tenant", .unknownReference))
      _ = try transaction.execute(
        """
        INSERT INTO tenant_sounds (tenant_id, sound_id, name, milliseconds, bytes, digest,
          created_at)
        VALUES (\(sound.tenant), \(sound.id), \(sound.name), \(sound.milliseconds),
          \(sound.bytes), \(ByteString(sound.digest)), \(sound.createdAt))
        """)
      for offset in stride(from: 0, to: contents.count, by: SoundPiece.mostBytes) {
        let piece = contents[offset..<min(contents.count, offset + SoundPiece.mostBytes)]
        _ = try transaction.execute(
          """
          INSERT INTO stored_sound_pieces (tenant_id, sound_id, part, position, contents)
          VALUES (\(sound.tenant), \(sound.id), 1, \(offset), \(ByteString(Array(piece))))
          """)
      }
    }
  }

  public func find(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> TenantSound? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(TenantSound.selection) WHERE tenant_id = \(tenant) AND sound_id = \(id)"
      ).first(TenantSound.init(row:))
    }
  }

  public func find(
    named name: DisplayName, of tenant: TenantID, in scope: AccessScope
  ) async throws -> TenantSound? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(TenantSound.selection) WHERE tenant_id = \(tenant) AND name = \(name)"
      ).first(TenantSound.init(row:))
    }
  }

  /// Oldest first.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<TenantSound> {
    let last = try page.key(SoundID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(TenantSound.selection) WHERE tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR sound_id > \(last)::uuid)
        ORDER BY sound_id LIMIT \(page.rowLimit)
        """
      ).map(TenantSound.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// The piece that begins there; `nil` when there is none.
  public func piece(
    of id: SoundID, from offset: UInt64, of tenant: TenantID, in scope: AccessScope
  ) async throws -> (contents: [UInt8], isLast: Bool)? {
    let position = Int64(clamping: offset)
    let pieces = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT p.contents, p.position + octet_length(p.contents) >= s.bytes AS is_last
        FROM stored_sound_pieces p JOIN tenant_sounds s USING (tenant_id, sound_id)
        WHERE tenant_id = \(tenant) AND sound_id = \(id) AND p.part = 1
          AND p.position = \(position)
        """
      ).map {
        (
          contents: try $0.value("contents", as: ByteString.self).bytes,
          isLast: try $0.value("is_last", as: Bool.self)
        )
      }
    }
    return pieces.first
  }

  /// `false` when there is no such sound. Throws `StoreError.inUse` while a menu, a mailbox or a rule
  /// names it.
  @discardableResult
  public func remove(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        DELETE FROM stored_sounds
        WHERE tenant_id = \(tenant) AND sound_id = \(id) AND kind = 'upload'
        """) > 0
    }
  }
}

extension Transaction {
  fileprivate func checkQuota(of sound: TenantSound) throws {
    let kept = try query(
      """
      SELECT count(*) AS sounds, coalesce(sum(milliseconds), 0)::bigint AS milliseconds
      FROM tenant_sounds WHERE tenant_id = \(sound.tenant)
      """
    ).map {
      (
        sounds: try $0.value("sounds", as: Int.self),
        milliseconds: try $0.value("milliseconds", as: Int.self)
      )
    }
    guard let kept = kept.first else { return }
    guard kept.sounds < TenantSound.mostSounds else {
      throw SoundQuota.tooMany(limit: TenantSound.mostSounds)
    }
    guard kept.milliseconds + sound.milliseconds <= TenantSound.longestTogether * 1_000 else {
      throw SoundQuota.tooLong(seconds: TenantSound.longestTogether)
    }
  }
}

extension TenantSound {
  static let selection: Query = """
    SELECT sound_id, tenant_id, name, milliseconds, bytes, digest, created_at FROM tenant_sounds
    """

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("sound_id"), tenant: try row.value("tenant_id"),
      name: try row.value("name"), milliseconds: try row.value("milliseconds"),
      bytes: try row.value("bytes"), digest: try row.value("digest", as: ByteString.self).bytes,
      createdAt: try row.value("created_at"))
  }
}
