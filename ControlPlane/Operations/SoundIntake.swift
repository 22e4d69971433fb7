public import Logging
public import NodeContract
public import Persistence
@_spi(Authorization) internal import Tenancy

/// Takes what nodes recorded.
public struct SoundIntake: Sendable {
  private let store: Store
  private let logger: Logger

  public init(store: Store, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Returns once the piece is committed, or known to be nobody's. Throws where it is neither: its node
  /// has it, and tries again.
  public func keep(_ piece: SoundPiece) async throws {
    guard try await !store.sounds.keep(piece, in: .platform), piece.part > 0 else { return }
    logger.warning(
      "a sound is dropped: whom it was for is gone, or deleted it",
      metadata: [
        "tenant": "\(piece.sound.tenant)", "sound": "\(piece.sound.id)", "part": "\(piece.part)",
      ])
  }
}

/// Takes away what has been kept for as long as its owner wants it.
public struct Retention: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func expire() async throws {
    try await store.mailboxes.expire(in: .platform)
    try await store.recordings.expire(in: .platform)
    try await store.idempotencyKeys.expire(in: .platform)
  }
}
