import FoundationEssentials

// Who leads among etcd's members, and how another one comes to.

/// The members of the cluster that this client knows of.
public struct EtcdCircle: Hashable, Sendable {
  public let members: Int
  /// How many of them answered.
  public let answering: Int
}

extension EtcdClient {
  public func circle() async -> EtcdCircle {
    let states = await states()
    return EtcdCircle(members: members.inOrder().count, answering: states.count)
  }

  /// Has the member that leads hand over to another that answers. Throws when there is nobody else.
  public func moveLeader() async throws {
    let states = await states()
    guard let leader = states.first(where: { $0.state.leads }),
      let heir = states.first(where: { $0.state.follows })?.state.member
    else { throw EtcdError.unavailable(["nobody leads, or nobody else could"]) }
    // In capitals, and so beyond the encoder's rule.
    let _: EmptyResponse = try await call(
      leader.endpoint, "/v3/maintenance/transfer-leadership", ["targetID": heir])
  }

  private func states() async -> [(endpoint: String, state: MemberState)] {
    var states: [(endpoint: String, state: MemberState)] = []
    for endpoint in members.inOrder() {
      let state: MemberState? = try? await call(
        endpoint, "/v3/maintenance/status", [String: String]())
      if let state { states.append((endpoint, state)) }
    }
    return states
  }
}

/// What a member says of itself. Ids are unsigned 64-bit integers, as text.
private struct MemberState: Decodable {
  struct Header: Decodable { var memberId: String? }

  var header: Header?
  var leader: String?

  var member: String? { header?.memberId }
  var leads: Bool { leader != nil && leader == member }
  /// Somebody leads, and it is another.
  var follows: Bool { leader != nil && leader != "0" && member != nil && !leads }
}
