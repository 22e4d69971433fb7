public import NodeContract
public import Persistence
public import Tenancy

/// Queues in which callers of an extension wait for agents.
public struct QueueOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallQueue {
    try found(await store.queues.queue(of: id, of: tenant, in: scope), "queue", id)
  }

  /// Callers wait here from now on. Whoever waits already keeps its place, and goes in the end where the
  /// queue said when it came.
  public func replace(
    _ new: NewQueue, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallQueue {
    let owner = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    let queue = try CallQueue(checking: new, of: id, dialling: owner.dialling)
    guard try await store.queues.replace(queue, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    return queue
  }

  /// Nobody is called back for it any more; who is being called already, is.
  public func callOff(
    _ callback: CallID, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.queues.callOff(callback, of: id, of: tenant, in: scope) else {
      throw NotFound("queue", id)
    }
  }

  /// The extension rings its own devices again.
  public func remove(_ id: ExtensionID, of tenant: TenantID, in scope: AccessScope) async throws {
    _ = try await find(id, of: tenant, in: scope)
    _ = try await store.queues.replace(nil, of: id, of: tenant, in: scope)
  }
}
