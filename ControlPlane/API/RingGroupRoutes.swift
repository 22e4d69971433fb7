import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Colleagues who are rung for an extension.
struct RingGroupRoutes: Sendable {
  let keys: Authorization
  let groups: RingGroupOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/ring-group", show)
    routes.put("/tenants/{tenant}/extensions/{extension}/ring-group", replace)
    routes.delete("/tenants/{tenant}/extensions/{extension}/ring-group", remove)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      RingGroupView(
        try await groups.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: RingGroupBody = try await request.json()
    let group = try await groups.replace(
      body.group(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(RingGroupView(group))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await groups.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct RingGroupBody: Decodable {
  var strategy: String
  var members: [RingGroupMember]
  /// Seconds.
  var ringsFor: Int?
  var skipsBusy: Bool?
  var confirms: Bool?

  func group() throws -> NewRingGroup {
    NewRingGroup(
      strategy: strategy,
      members: try members.enumerated().map { try $0.element.member(at: $0.offset) },
      ringsFor: ringsFor ?? 20, skipsBusy: skipsBusy ?? true,
      confirms: confirms ?? false)
  }
}

/// A colleague who rings as all do is its id, `ext_…`; else what differs is said, too.
private struct RingGroupMember: Codable {
  struct Timed: Codable {
    /// ext_…, or else `outside`.
    var `extension`: String?
    /// As the group's extension would dial it.
    var outside: String?
    /// Seconds.
    var after: Int?
    var ringsFor: Int?
    /// Absent: a number outside does, and a colleague does not.
    var confirms: Bool?
  }

  var plain: String?
  var timed: Timed?

  init(_ member: RingGroup.Member) {
    if let id = member.colleague, member.isPlain {
      plain = id.description
      return
    }
    timed = Timed(
      extension: member.colleague?.description, outside: member.outside,
      after: Int(member.after.components.seconds),
      ringsFor: member.ringsFor.map { Int($0.components.seconds) }, confirms: member.confirms)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    plain = try? container.decode(String.self)
    timed = plain == nil ? try container.decode(Timed.self) : nil
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let plain { try container.encode(plain) } else { try container.encode(timed) }
  }

  func member(at place: Int) throws(InvalidField) -> NewGroupMember {
    if let plain { return NewGroupMember(colleague: try reference(plain, field: "members")) }
    var member = NewGroupMember(
      outside: timed?.outside, after: timed?.after ?? 0, ringsFor: timed?.ringsFor,
      confirms: timed?.confirms ?? (timed?.outside != nil))
    if let id = timed?.extension {
      member.colleague = try reference(id, field: "members.\(place).extension")
    }
    return member
  }
}

private struct RingGroupView: Encodable {
  var strategy: String
  var members: [RingGroupMember]
  var ringsFor: Int64
  var skipsBusy: Bool
  var confirms: Bool

  init(_ group: RingGroup) {
    strategy = group.strategy.rawValue
    members = group.members.map(RingGroupMember.init)
    ringsFor = group.ringsFor.components.seconds
    skipsBusy = group.skipsBusy
    confirms = group.confirms
  }
}
