import NodeContract
import Placement

/// Replicas tell each other whom they hear, and hear whether the others' sites are there at all: nobody is
/// taken for dead whom another still hears, and a site only when all of it is silent.
extension Fleet {
  /// Every so often: whatever is lost on the way is said again long before it is missed.
  nonisolated var testimonyInterval: Duration { policy.beatInterval * 2 }

  /// Who there is, as etcd has them; this replica among them or not.
  func use(_ replicas: [OtherReplica]) {
    let current = replicas.filter { $0.name != replica }
    let known = Dictionary(current.map { ($0.name, $0) }) { first, _ in first }
    guard known != others else { return }
    others = known
    var sites = known.mapValues(\.place.site)
    sites[replica] = site
    detector.map.replicas = sites
    detector.map.members = Set(
      known.values.filter { $0.place.member != nil }.map(\.place.site))
  }

  /// Members of etcd that this replica should hear, by their sites.
  func members() -> [SiteName: String] {
    others.values.reduce(into: [:]) { members, other in
      if other.place.site != site, let member = other.place.member {
        members[other.place.site] = member
      }
    }
  }

  /// The member of etcd in that site answered.
  func hearMember(in site: SiteName) { detector.hearMember(in: site, at: now) }

  /// What is to be told to whom now.
  func testimonies() -> [(datagram: [UInt8], to: IPEndpoint)] {
    guard !others.isEmpty else { return [] }
    let parts = detector.testimony(at: now).parts.map { part in
      lastTestimony += 1
      return part.datagram(numbered: lastTestimony, sealedWith: testimonyKey, by: hashing)
    }
    return others.values.flatMap { other in parts.map { ($0, other.place.beats) } }
  }

  /// A datagram to where beats come: a node's, which is answered, or another replica's.
  func receive(_ datagram: [UInt8], from source: IPEndpoint?) -> [UInt8]? {
    guard ReplicaTestimony.begins(datagram) else {
      return receiveBeat(datagram, from: source)
    }
    if !hearTestimony(datagram) { refuse() }
    return nil
  }

  /// What is older than what was heard says nothing, nor does what is not sealed by whom it names.
  private func hearTestimony(_ datagram: [UInt8]) -> Bool {
    let parsed = try? ReplicaTestimony.parse(datagram, by: hashing) { name, number in
      others[name].flatMap { $0.key.number == number ? $0.key : nil }
    }
    guard let parsed else { return false }
    let last = heardTestimonies[parsed.testimony.replica]
    guard last?.key != parsed.keyNumber || last.map({ $0.number < parsed.number }) ?? true else {
      return false
    }
    heardTestimonies[parsed.testimony.replica] = (parsed.keyNumber, parsed.number)
    detector.hear(parsed.testimony, at: now)
    return true
  }
}
