internal import CallFlows
public import NodeContract
public import Persistence
public import Tenancy

/// Whose calls from outside tenants and their users do not want.
public struct ScreeningOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  /// - Parameter make: a line from how people of this tenant write numbers.
  public func add(
    to tenant: TenantID, in scope: AccessScope,
    _ make: (_ reading: (String) -> String?) throws -> NewScreeningLine
  ) async throws -> ScreeningLine {
    let dialling = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant).dialling
    let new = try make { dialling.e164($0) }
    let line = ScreeningLine(
      tenant: tenant,
      entry: ScreeningEntry(
        id: clock.id(), extension: new.extension, callers: new.callers, verdict: new.verdict),
      note: new.note, createdAt: clock.now())
    return try await making(line) {
      try await store.screening.insert($0, in: scope)
    } find: {
      try await store.screening.find(new.callers, to: new.extension, of: tenant, in: scope)
    }
  }

  public func find(
    _ id: ScreeningID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> ScreeningLine {
    try found(await store.screening.find(id, of: tenant, in: scope), "screening line", id)
  }

  public func list(
    _ page: PageRequest, to owner: ExtensionID?, searching text: String?, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> Page<ScreeningLine> {
    _ = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    return try await store.screening.list(
      page, to: owner, searching: text, of: tenant, in: scope)
  }

  public func remove(_ id: ScreeningID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.screening.remove(id, of: tenant, in: scope) else {
      throw NotFound("screening line", id)
    }
  }
}
