public import NodeContract
public import Persistence
public import Postgres
@_spi(Authorization) internal import Tenancy

/// What became different in the tenants' tables.
public enum TenantNotice: Hashable, Sendable {
  case changed(TenantID)
  /// Other messages wait in that extension's mailbox.
  case mailbox(TenantID, ExtensionID)
  /// Changes may have been missed: everything must be compared anew.
  case resynchronize
}

/// Tenants as nodes need them, and word of each change.
public struct TenantSnapshots: Sendable {
  /// Where changes are announced.
  public static let channels = [SnapshotRepository.channel, MailboxRepository.channel]

  private let store: Store
  private let listener: Listener

  /// The listener listens on `channels` at least.
  public init(store: Store, listener: Listener) {
    self.store = store
    self.listener = listener
  }

  /// All tenants whose home is one of `addresses`, as they are now.
  public func tenants(homedAt addresses: [AddressName]) async throws -> [TenantSnapshot] {
    try await store.snapshots.tenants(homedAt: addresses, in: .platform)
  }

  /// The tenant as it is now; `nil` when there is none, or no more.
  public func tenant(_ id: TenantID) async throws -> TenantSnapshot? {
    try await store.snapshots.tenant(id, in: .platform)
  }

  /// How many messages wait in that extension's mailbox.
  public func mailbox(
    of id: ExtensionID, of tenant: TenantID
  ) async throws -> MailboxChange {
    try await store.mailboxes.waiting(for: id, of: tenant, in: .platform)
  }

  /// The same of all mailboxes of these tenants.
  public func mailboxes(of tenants: [TenantID]) async throws -> [MailboxChange] {
    try await store.mailboxes.waiting(in: tenants, in: .platform)
  }

  private static func mailbox(_ payload: String) -> TenantNotice? {
    let ids = payload.split(separator: " ").compactMap { UUIDv7($0) }
    return ids.count == 2 ? .mailbox(TenantID(ids[0]), ExtensionID(ids[1])) : nil
  }

  /// Changes from now on, each as what `transform` makes of it; starts with `resynchronize`, which
  /// comes again after each interruption.
  public func changes<Element: Sendable>(
    _ transform: @escaping @Sendable (TenantNotice) -> Element
  ) -> AsyncStream<Element> {
    listener.events { event in
      switch event {
      case .resynchronize:
        return transform(.resynchronize)
      case .notification(SnapshotRepository.channel, let payload):
        return UUIDv7(payload).map { transform(.changed(TenantID($0))) }
      case .notification(MailboxRepository.channel, let payload):
        return Self.mailbox(payload).map(transform)
      case .notification:
        return nil
      }
    }
  }
}
