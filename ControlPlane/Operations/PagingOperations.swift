public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of whose telephones an extension's callers are heard at.
public struct NewPagingGroup: Sendable {
  public var members: [ExtensionID]
  /// Who may page them; nil: everybody of the tenant.
  public var pagers: [ExtensionID]?
  public var talksBack: Bool
  /// Seconds.
  public var longest: Int

  public init(members: [ExtensionID], pagers: [ExtensionID]?, talksBack: Bool, longest: Int) {
    self.members = members
    self.pagers = pagers
    self.talksBack = talksBack
    self.longest = longest
  }
}

/// Colleagues whose telephones answer by themselves for an extension.
public struct PagingOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> PagingGroup {
    try found(await store.pagingGroups.group(of: id, of: tenant, in: scope), "paging group", id)
  }

  /// The extension's callers are heard at these from now on.
  public func replace(
    _ new: NewPagingGroup, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> PagingGroup {
    let group = try PagingGroup(
      checkingMembers: new.members, pagers: new.pagers, talksBack: new.talksBack,
      longest: new.longest)
    guard !group.members.contains(id) else {
      throw InvalidField("members", .malformed(expected: "other extensions than the group's"))
    }
    guard try await store.pagingGroups.replace(group, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    return group
  }

  /// The extension rings its own devices again.
  public func remove(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.pagingGroups.replace(nil, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
  }
}
