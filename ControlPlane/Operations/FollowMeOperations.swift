public import NodeContract
public import Persistence
public import Tenancy

/// Where users are looked for.
public struct FollowMeOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FollowMe {
    try found(await store.followMe.settings(of: id, of: tenant, in: scope), "follow me", id)
  }

  /// All steps together, in the place of those before.
  public func replace(
    _ new: NewFollowMe, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FollowMe {
    let settings = try FollowMe(checking: new, of: id)
    guard try await store.followMe.replace(settings, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    return settings
  }

  /// Rules that name it ring the user's own devices from now on.
  public func remove(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.followMe.replace(nil, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
  }
}
