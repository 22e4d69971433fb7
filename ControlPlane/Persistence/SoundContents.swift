public import NodeContract
internal import Postgres
public import Tenancy

/// The bytes of a stored sound: those that there were when somebody asked for it. Of what comes meanwhile
/// nothing is read, so that a range stays the same range.
public struct SoundContents: Sendable {
  /// It was deleted while somebody read it.
  public struct Gone: Error {}

  fileprivate struct Piece: Sendable {
    let part: Int
    let position: Int64
    let count: Int
  }

  fileprivate let sound: SoundID
  fileprivate let tenant: TenantID
  fileprivate let scope: AccessScope
  fileprivate let store: Store
  fileprivate let pieces: [Piece]
  public let count: Int

  fileprivate init(
    _ pieces: [Piece], of sound: SoundID, of tenant: TenantID, in scope: AccessScope, store: Store
  ) {
    (self.sound, self.tenant, self.scope, self.store) = (sound, tenant, scope, store)
    self.pieces = pieces
    count = pieces.reduce(0) { $0 + $1.count }
  }

  /// Hands the bytes over as they are read, never more than a piece at once.
  public func read(
    _ range: Range<Int>, _ take: ([UInt8]) async throws -> Void
  ) async throws {
    var begin = 0
    for piece in pieces {
      defer { begin += piece.count }
      let wanted = range.clamped(to: begin..<begin + piece.count)
      guard !wanted.isEmpty else { continue }
      try await take(bytes(of: piece, from: wanted.lowerBound - begin, count: wanted.count))
    }
  }

  public func bytes(in range: Range<Int>) async throws -> [UInt8] {
    var all: [UInt8] = []
    try await read(range) { all += $0 }
    return all
  }

  private func bytes(of piece: Piece, from offset: Int, count: Int) async throws -> [UInt8] {
    let read = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT substr(contents, \(offset) + 1, \(count)) AS contents FROM stored_sound_pieces
        WHERE tenant_id = \(tenant) AND sound_id = \(sound) AND part = \(piece.part)
          AND position = \(piece.position)
        """
      ).first { try $0.value("contents", as: ByteString.self).bytes }
    }
    guard let read else { throw Gone() }
    return read
  }
}

extension SoundRepository {
  /// All of it that is there, in its order; `nil` when there is none.
  public func contents(
    of id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> SoundContents? {
    let pieces = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT part, position, octet_length(contents) AS bytes FROM stored_sound_pieces
        WHERE tenant_id = \(tenant) AND sound_id = \(id) ORDER BY part, position
        """
      ).map {
        SoundContents.Piece(
          part: try $0.value("part"), position: try $0.value("position"),
          count: try $0.value("bytes"))
      }
    }
    guard !pieces.isEmpty else { return nil }
    return SoundContents(pieces, of: id, of: tenant, in: scope, store: store)
  }
}
