public import NodeContract
public import Persistence
public import Postgres
@_spi(Authorization) internal import Tenancy

/// What became different in the tenants' tables.
public enum TenantNotice: Hashable, Sendable {
  case changed(TenantID)
  /// Changes may have been missed: everything must be compared anew.
  case resynchronize
}

/// Tenants as nodes need them, and word of each change.
public struct TenantSnapshots: Sendable {
  private let store: Store
  private let listener: Listener

  /// The listener listens on `SnapshotRepository.channel` at least.
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
      case .notification:
        return nil
      }
    }
  }
}
