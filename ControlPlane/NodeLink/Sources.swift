public import NodeContract
public import Placement

// What the link asks of the rest of the control plane; the server wires it.

/// Where facts end up.
public protocol FactLedger: Sendable {
  /// Returns once all of `records` are committed to disk by Postgres. The same records may come
  /// again, also in other batches and at the same time through another replica: the outcome is
  /// as if they had come once. Throws when it cannot say that they are committed.
  func commit(_ records: [SpoolRecord]) async throws
}

/// Where recorded sound ends up.
public protocol SoundKeeper: Sendable {
  /// Returns once the piece is committed to disk by Postgres, or known to be nobody's any more. The
  /// same piece may come again. Throws when it cannot say so.
  func keep(_ piece: SoundPiece) async throws
}

/// Who knows what is in mailboxes, for callers who want to hear it.
public protocol MailboxDesk: Sendable {
  /// The same question may come again, at the same time through another replica, too. Never waits long:
  /// what cannot be said now is `failed`.
  func answer(_ request: MailboxRequest) async -> MailboxAnswer.Outcome
}

/// Who has the tenants' own sounds, for the nodes that serve them.
public protocol SoundLender: Sendable {
  /// The same question may come again. Never waits long: what cannot be said now is `failed`.
  func answer(_ request: SoundRequest) async -> SoundAnswer.Outcome
}

/// What became different in the tenants' tables.
public enum TenantChange: Hashable, Sendable {
  case changed(TenantID)
  /// Other messages wait in that extension's mailbox.
  case mailbox(TenantID, ExtensionID)
  /// Changes may have been missed: everything must be compared anew.
  case resynchronize
}

/// Where tenants come from.
public protocol TenantSource: Sendable {
  /// All tenants whose home is one of `addresses`, as they are now.
  func tenants(homedAt addresses: [AddressName]) async throws -> [TenantSnapshot]

  /// The tenant as it is now; nil when there is none (any more).
  func tenant(_ id: TenantID) async throws -> TenantSnapshot?

  /// How many messages wait in that extension's mailbox.
  func mailbox(of id: ExtensionID, of tenant: TenantID) async throws -> MailboxChange

  /// The same of all mailboxes of these tenants.
  func mailboxes(of tenants: [TenantID]) async throws -> [MailboxChange]

  /// Changes from now on, for one listener; starts with `resynchronize` after each interruption.
  func changes() -> AsyncStream<TenantChange>
}

/// Where grants come from: etcd.
public protocol GrantSource: Sendable {
  /// The whole table as it is now, if it is known, and again after each change, for one listener.
  func grants() -> AsyncStream<[AddressName: AddressGrant]>
}
