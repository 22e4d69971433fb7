import NodeContract
import Placement

/// etcd as its clients see it: a register for each address whose reads and writes happen at one
/// moment each, while a leader and a majority of its members reach each other; in between none.
struct SimulatedEtcd {
  private(set) var grants: [AddressName: AddressGrant] = [:]
  private(set) var revision: Int64 = 100
  /// Whether each member's machine runs.
  var isUp = [true, true, true]
  private(set) var leader: Int? = 0
  /// Since when the leader cannot lead, or when the next is chosen.
  private var troubleSince: Instant?
  /// What a slow disk adds to each transaction.
  var slowness: Instant = 0

  /// Whether a transaction that reaches the leader now can be committed. Also chooses leaders.
  mutating func leads(_ reaches: (Int, Int) -> Bool, at now: Instant) -> Int? {
    if let leader, isUp[leader], hasMajority(leader, reaches) {
      troubleSince = nil
      return leader
    }
    let since = troubleSince ?? now
    troubleSince = since
    // An election begins when the leader was not heard for 500 ms.
    guard now - since >= .milliseconds(600) else { return nil }
    guard let next = isUp.indices.first(where: { isUp[$0] && hasMajority($0, reaches) }) else {
      leader = nil
      return nil
    }
    leader = next
    troubleSince = nil
    return next
  }

  private func hasMajority(_ member: Int, _ reaches: (Int, Int) -> Bool) -> Bool {
    let others = isUp.indices.filter {
      $0 != member && isUp[$0] && reaches(member, $0) && reaches($0, member)
    }
    return others.count + 1 > isUp.count / 2
  }

  /// Writes unless another write came first; the revision of the write, or nil.
  mutating func compareAndSet(_ step: GrantStep, comparing: Bool) -> Int64? {
    guard !comparing || grants[step.address]?.revision ?? 0 == step.expectedRevision else {
      return nil
    }
    revision += 1
    grants[step.address] = AddressGrant(
      holding: step.holding, epoch: Epoch(generation: step.generation, revision: revision),
      predecessor: step.predecessor, forcedMoves: step.forcedMoves)
    return revision
  }
}
