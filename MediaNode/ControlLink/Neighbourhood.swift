import NodeContract

/// The other nodes of the site: where to beat to, with which keys, and when each was heard. What a node
/// says of them makes it a witness. A value.
struct Neighbourhood {
  private struct Member {
    var endpoint: IPEndpoint
    /// By the replica that gave them; newest first, the one before it still opens what is under way.
    var keys: [ReplicaName: [BeatKey]] = [:]
    /// When it was heard, or since when it is listened for.
    var heard: BootInstant
    var last: (incarnation: UUIDv7, number: UInt64)?
  }

  private var members: [NodeName: Member] = [:]

  /// A replica told who is there. Whoever it does not name stays as far as other replicas name it.
  mutating func use(_ neighbours: [Neighbour], from replica: ReplicaName, at now: BootInstant) {
    let named = Set(neighbours.map(\.node))
    for name in members.keys where !named.contains(name) {
      members[name]?.keys[replica] = nil
      if members[name]?.keys.isEmpty == true { members[name] = nil }
    }
    for neighbour in neighbours {
      var member = members[neighbour.node] ?? Member(endpoint: neighbour.beats, heard: now)
      member.endpoint = neighbour.beats
      let former = (member.keys[replica] ?? []).filter { $0.number != neighbour.key.number }
      member.keys[replica] = [neighbour.key] + former.prefix(1)
      members[neighbour.node] = member
    }
  }

  /// Who is to hear beat `number`, and sealed with what: the keys of one replica after the other, for
  /// the neighbour may have no link to each of them.
  func receivers(ofBeat number: UInt64) -> [(endpoint: IPEndpoint, key: BeatKey)] {
    members.values.compactMap { member in
      let replicas = member.keys.keys.sorted()
      guard !replicas.isEmpty else { return nil }
      let replica = replicas[Int(number % UInt64(replicas.count))]
      return member.keys[replica]?.first.map { (member.endpoint, $0) }
    }
  }

  func key(_ node: NodeName, _ number: UInt32) -> BeatKey? {
    members[node]?.keys.values.joined().first { $0.number == number }
  }

  /// A beat whose seal was right; an old one changes nothing.
  mutating func hear(_ beat: Beat, at now: BootInstant) {
    guard var member = members[beat.node] else { return }
    if let last = member.last {
      guard (last.incarnation, last.number) < (beat.incarnation, beat.number) else { return }
    }
    member.last = (beat.incarnation, beat.number)
    member.heard = now
    members[beat.node] = member
  }

  /// What this node can say of them.
  func statements(at now: BootInstant) -> [WitnessStatement] {
    members.map { WitnessStatement(node: $0.key, silence: $0.value.heard.duration(to: now)) }
      .sorted { $0.node < $1.node }
  }
}
