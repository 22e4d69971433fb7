import NodeContract
import Testing

@testable import Ownership

/// A node's titles, by a clock that the test turns.
@Suite struct NodeTitlesTests {
  private static let phones = AddressName("phones-a")!
  private static let first = Epoch(generation: 1, revision: 7)

  /// A node that beats and ticks every 25 ms.
  private struct Node {
    var titles: NodeTitles
    var now = BootInstant(nanoseconds: 1_000_000_000)
    var lastBeat: UInt64 = 0

    init(proof: PhysicalProof = .gatewayEcho, policy: OwnershipPolicy = OwnershipPolicy()) {
      titles = NodeTitles(policy: policy, proofs: [phones: proof], startedAt: now)
      live(for: .milliseconds(100))
    }

    mutating func live(
      for duration: Duration, acknowledging epoch: Epoch? = nil, echoing: Bool = false
    ) {
      let end = now.advanced(by: duration)
      while now < end {
        now = now.advanced(by: .milliseconds(25))
        titles.tick(at: now)
        lastBeat = titles.beat(at: now)
        if let epoch { acknowledge(epoch) }
        if echoing { titles.prove(phones, asked: now, at: now) }
      }
    }

    mutating func acknowledge(_ epoch: Epoch, beat: UInt64? = nil) {
      titles.acknowledge(
        beat: beat ?? lastBeat, naming: [HeldAddress(address: phones, epoch: epoch)], at: now)
    }

    @discardableResult
    mutating func receive(
      _ verb: OwnershipOrder.Verb, _ epoch: Epoch, beat: UInt64? = nil, gone: Bool = false,
      across: Bool = false
    ) -> [NodeTitles.Effect] {
      let order = OwnershipOrder(
        id: OrderID(UUIDv7(high: 1, low: 1)), verb: verb, address: phones, epoch: epoch,
        beat: beat ?? lastBeat, isPredecessorGone: gone, isAcross: across)
      return titles.receive(order, at: now).effects
    }

    var permission: Permission { titles.permission(for: phones, at: now) }

    mutating func skip(_ duration: Duration) { now = now.advanced(by: duration) }
  }

  private static func holder(proof: PhysicalProof = .gatewayEcho) -> Node {
    var node = Node(proof: proof)
    node.receive(.adopt, first, gone: true)
    node.live(for: .milliseconds(200), acknowledging: first, echoing: proof == .gatewayEcho)
    return node
  }

  @Test func whoeverIsAcknowledgedMayDoEverything() {
    #expect(Self.holder().permission == .full)
  }

  @Test func theGateClosesWhenNothingProvesTheTitleAnyMore() {
    var node = Self.holder(proof: .none)
    node.live(for: .milliseconds(575))
    #expect(node.permission == .full)
    node.live(for: .milliseconds(50))
    #expect(node.permission == .closed)
  }

  @Test func anAcknowledgementIsAsOldAsTheBeatThatItAnswers() {
    var node = Self.holder(proof: .none)
    let old = node.lastBeat
    node.live(for: .milliseconds(650))
    node.acknowledge(Self.first, beat: old)
    #expect(node.permission == .closed)
    node.acknowledge(Self.first)
    #expect(node.permission == .full)
  }

  @Test func anAcknowledgementOfAnotherEpochProvesNothing() {
    var node = Self.holder(proof: .none)
    node.live(
      for: .milliseconds(650), acknowledging: Epoch(generation: 1, revision: 8))
    #expect(node.permission == .closed)
  }

  @Test func withoutTheControlPlaneAnOrphanKeepsItsCallsAndTakesNewOnes() {
    var node = Self.holder()
    node.live(for: .seconds(60), echoing: true)
    #expect(node.permission == .orphan)
    #expect(node.permission.takesNewCalls)
    #expect(node.permission.mayBegin(inCallSharedAcross: false))
    #expect(!node.permission.mayBegin(inCallSharedAcross: true))
    #expect(!node.titles.mayAnnounce(Self.phones, at: node.now))
  }

  @Test func aNewHolderRelaysAtOnceAndBeginsNothingForASecond() {
    var node = Node(proof: .none)
    node.receive(.adopt, Self.first)
    #expect(node.permission == .relaying)
    node.live(for: .milliseconds(950), acknowledging: Self.first)
    #expect(node.permission == .relaying)
    node.live(for: .milliseconds(100), acknowledging: Self.first)
    #expect(node.permission == .full)
  }

  @Test func aNewHolderWhosePredecessorSurelyEndedBeginsAtOnce() {
    var node = Node(proof: .none)
    node.receive(.adopt, Self.first, gone: true)
    #expect(node.permission == .full)
  }

  @Test func onANetworkItBeginsNothingBeforeTheAddressLeadsToIt() {
    var node = Node()
    node.receive(.adopt, Self.first)
    node.live(for: .milliseconds(350), acknowledging: Self.first)
    #expect(node.permission == .relaying)
    node.live(for: .seconds(5), acknowledging: Self.first)
    #expect(node.permission == .closed)
    node.live(for: .milliseconds(500), acknowledging: Self.first, echoing: true)
    #expect(node.permission == .relaying)
    node.live(for: .milliseconds(200), acknowledging: Self.first, echoing: true)
    #expect(node.permission == .full)
  }

  @Test func anOrderMoreThanTwoSecondsOldIsNotActedUpon() {
    var node = Node(proof: .none)
    let old = node.lastBeat
    node.live(for: .milliseconds(2_025))
    #expect(node.receive(.adopt, Self.first, beat: old).isEmpty)
    #expect(node.permission == .closed)
    #expect(node.receive(.adopt, Self.first) == [.adopt(Self.phones, Self.first)])
  }

  @Test func anOrderThatNamesNoBeatIsNotActedUpon() {
    var node = Node(proof: .none)
    let order = OwnershipOrder(
      id: OrderID(UUIDv7(high: 1, low: 1)), verb: .adopt, address: Self.phones, epoch: Self.first)
    #expect(node.titles.receive(order, at: node.now).verdict == nil)
    #expect(node.permission == .closed)
  }

  @Test func afterAGapNothingLeavesUntilEvidenceIsNewer() {
    var node = Self.holder()
    let before = node.lastBeat
    node.skip(.milliseconds(300))
    // Asked before the loop even noticed.
    #expect(node.permission == .closed)
    node.titles.tick(at: node.now)
    node.acknowledge(Self.first, beat: before)
    #expect(node.permission == .closed)
    node.live(for: .milliseconds(25), acknowledging: Self.first)
    #expect(node.permission == .full)
  }

  @Test func aLoserFreezesAndNeverOpensAgainUnderTheOldEpoch() {
    var node = Self.holder()
    let next = Epoch(generation: 1, revision: 8)
    #expect(node.receive(.release, next) == [.freeze(Self.phones)])
    node.live(for: .milliseconds(600), acknowledging: Self.first, echoing: true)
    #expect(node.permission == .closed && !node.titles.hasStanding(Self.phones))
    #expect(node.receive(.adopt, Self.first).isEmpty)
  }

  @Test func aLoserOnANetworkPassesOnWhatComesUntilTheHeirHasDrawnItAway() {
    var node = Self.holder()
    _ = node.receive(.release, Epoch(generation: 1, revision: 8))
    #expect(node.permission == .relaying && !node.titles.mayAnnounce(Self.phones, at: node.now))
    node.live(for: .milliseconds(450), echoing: true)
    #expect(node.permission == .relaying)
    node.live(for: .milliseconds(75), echoing: true)
    #expect(node.permission == .closed)
  }

  @Test(arguments: [PhysicalProof.binding, .none])
  func aLoserWithoutANetworkClosesAtOnce(proof: PhysicalProof) {
    var node = Self.holder(proof: proof)
    _ = node.receive(.release, Epoch(generation: 1, revision: 8))
    #expect(node.permission == .closed)
  }

  @Test func whatAnotherSiteAdoptsIsRelayedWhileItLeadsHere() {
    var node = Self.holder()
    let next = Epoch(generation: 1, revision: 8)
    #expect(node.receive(.release, next, across: true) == [.yield(Self.phones)])
    node.live(for: .seconds(5), echoing: true)
    #expect(node.permission == .relaying)
    node.live(for: .seconds(1))
    #expect(node.permission == .closed)
  }

  @Test func whereNothingIsLeftToBeRelayedNothingLeaves() {
    var node = Self.holder()
    node.receive(.release, Epoch(generation: 1, revision: 8), across: true)
    node.titles.forgetYielded(Self.phones)
    node.live(for: .seconds(1), echoing: true)
    #expect(node.permission == .closed)
    #expect(!node.titles.hasStanding(Self.phones))
    // Nobody who holds an address has yielded it.
    node.receive(.adopt, Epoch(generation: 1, revision: 9), gone: true)
    node.titles.forgetYielded(Self.phones)
    #expect(node.permission == .full)
  }

  /// It has no network of the other site's, and so no proof but what replicas say.
  @Test func anAddressOfAnotherSiteIsServedWhenItsFormerHolderHasSurelyEnded() {
    var node = Node(proof: .none)
    node.receive(.adopt, Self.first, across: true)
    node.live(for: .milliseconds(975), acknowledging: Self.first)
    #expect(node.permission == .relaying)
    node.live(for: .milliseconds(50), acknowledging: Self.first)
    #expect(node.permission == .full)
    #expect(!node.titles.mayAnnounce(Self.phones, at: node.now))
    node.live(for: .milliseconds(650))
    #expect(node.permission == .closed)
  }

  @Test func whoHearsAnotherClaimTheAddressWaitsForNewerEvidence() {
    var node = Self.holder()
    node.titles.hearClaim(of: Self.phones, at: node.now)
    #expect(node.permission == .closed)
    node.live(for: .milliseconds(50), echoing: true)
    #expect(node.permission == .orphan)
  }

  @Test func onOneMachineTheKernelProvesWhoHasTheAddress() {
    var node = Self.holder(proof: .binding)
    node.live(for: .seconds(60))
    #expect(node.permission == .orphan)
  }

  @Test func aRestartedNodeNeedsEvidenceAnew() {
    var node = Self.holder(proof: .none)
    let persisted = node.titles.known
    node.titles = NodeTitles(
      policy: OwnershipPolicy(), proofs: [Self.phones: .none], persisted: persisted,
      startedAt: node.now)
    #expect(node.permission == .closed)
    node.live(for: .milliseconds(25), acknowledging: Self.first)
    #expect(node.permission == .full)
  }

  @Test func anOrderThatNamesNoBeatOfOursOrAnOldOneIsNotYoung() {
    var node = Self.holder()
    let beat = node.lastBeat
    #expect(node.titles.isYoung(since: beat, at: node.now))
    #expect(!node.titles.isYoung(since: nil, at: node.now))
    #expect(!node.titles.isYoung(since: beat + 1, at: node.now))
    node.live(for: .milliseconds(1_900))
    #expect(node.titles.isYoung(since: beat, at: node.now))
    node.live(for: .milliseconds(200))
    #expect(!node.titles.isYoung(since: beat, at: node.now))
  }

  @Test func theTimesOfThePolicyAreRightTogether() {
    #expect(OwnershipPolicy().isSound)
    var hasty = OwnershipPolicy()
    hasty.settling = .milliseconds(800)
    #expect(!hasty.isSound)
  }
}
