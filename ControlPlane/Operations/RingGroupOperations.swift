public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of whom an extension rings.
public struct NewRingGroup: Sendable {
  public var strategy: String
  public var members: [NewGroupMember]
  /// Seconds.
  public var ringsFor: Int
  public var skipsBusy: Bool
  public var confirms: Bool

  public init(
    strategy: String, members: [NewGroupMember], ringsFor: Int, skipsBusy: Bool, confirms: Bool
  ) {
    self.confirms = confirms
    self.strategy = strategy
    self.members = members
    self.ringsFor = ringsFor
    self.skipsBusy = skipsBusy
  }
}

/// Colleagues who are rung for an extension.
public struct RingGroupOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> RingGroup {
    try found(await store.ringGroups.group(of: id, of: tenant, in: scope), "ring group", id)
  }

  /// The extension rings these from now on.
  public func replace(
    _ new: NewRingGroup, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> RingGroup {
    let group = try RingGroup(
      checkingStrategy: new.strategy, members: new.members, ringsFor: new.ringsFor,
      skipsBusy: new.skipsBusy, confirms: new.confirms)
    // A group within a group would ring nobody: members are rung at their own devices.
    guard !group.colleagues.contains(id) else {
      throw InvalidField("members", .malformed(expected: "other extensions than the group's"))
    }
    guard try await store.ringGroups.replace(group, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    return group
  }

  /// The extension rings its own devices again.
  public func remove(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.ringGroups.replace(nil, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
  }
}
