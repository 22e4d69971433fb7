public import NodeContract
public import Persistence
@_spi(Authorization) public import Tenancy

/// A new key with the text that is shown this once.
public struct MintedKey: Hashable, Sendable {
  public let key: ApiKey
  public let secret: String
}

/// Keys to the API.
public struct KeyOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  /// A key of at most the maker's own reach; the database sees to that.
  public func create(
    _ name: String, role: KeyRole, in scope: AccessScope
  ) async throws -> MintedKey {
    let key = ApiKey(
      id: clock.id(), name: try DisplayName(name), role: role, createdAt: clock.now())
    let secret = KeySecret.make()
    try await store.keys.insert(key, secretHash: KeySecret.hash(secret), in: scope)
    return MintedKey(key: key, secret: secret)
  }

  /// The first key of an installation, made by whoever may start the server.
  public func createOperatorKey(_ name: String) async throws -> MintedKey {
    try await create(name, role: .operator, in: .platform)
  }

  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<ApiKey> {
    try await store.keys.list(page, in: scope)
  }

  /// From then on it opens nothing.
  public func revoke(_ id: KeyID, in scope: AccessScope) async throws {
    guard try await store.keys.revoke(id, at: clock.now(), in: scope) else {
      throw NotFound("key", id)
    }
  }
}
