import NodeContract
import Testing

@testable import Ownership

/// Whoever sends asks for deadlines only; the titles themselves must not say otherwise.
@Suite struct DeadlineTests {
  private static let phones = AddressName("phones-a")!

  @Test(
    "Deadlines say what the titles would say, however evidence comes and goes",
    arguments: [PhysicalProof.none, .binding, .gatewayEcho], UInt64(1)...40)
  func deadlinesAgreeWithPermissions(proof: PhysicalProof, seed: UInt64) {
    var random = Generator(state: seed)
    var now = BootInstant(nanoseconds: 1_000_000_000)
    var titles = NodeTitles(
      policy: OwnershipPolicy(), proofs: [Self.phones: proof], startedAt: now)
    var epoch = Epoch(generation: 1, revision: 1)
    for _ in 0..<200 {
      // Sometimes the node is away for longer than it may be.
      let longest = random.within(0...20) == 0 ? 700 : 40
      now = now.advanced(by: .milliseconds(random.within(0...longest)))
      titles.tick(at: now)
      let beat = titles.beat(at: now)
      switch random.within(0...20) {
      case 0:
        epoch = Epoch(generation: 1, revision: epoch.revision + 1)
        _ = titles.receive(order(.adopt, epoch, beat, isPredecessorGone: seed % 2 == 0), at: now)
      case 1:
        epoch = Epoch(generation: 1, revision: epoch.revision + 1)
        _ = titles.receive(order(.release, epoch, beat), at: now)
      case 2..<14:
        titles.acknowledge(
          beat: beat, naming: [HeldAddress(address: Self.phones, epoch: epoch)], at: now)
      case 14..<17: titles.prove(Self.phones, asked: now, at: now)
      default: break
      }
      expectAgreement(titles, from: now, "seed \(seed)")
    }
  }

  /// Until the next tick at least, which comes within the policy's gap.
  private func expectAgreement(_ titles: NodeTitles, from now: BootInstant, _ comment: Comment) {
    let deadlines = titles.deadlines(for: Self.phones, at: now)
    for milliseconds in stride(from: 0, through: 800, by: 10) {
      let instant = now.advanced(by: .milliseconds(milliseconds))
      let permission = titles.permission(for: Self.phones, at: instant)
      #expect(permission.relays == deadlines.relays.map { instant <= $0 } ?? false, comment)
      #expect(permission.takesNewCalls == deadlines.begins.map { instant <= $0 } ?? false, comment)
    }
  }

  private func order(
    _ verb: OwnershipOrder.Verb, _ epoch: Epoch, _ beat: UInt64, isPredecessorGone: Bool = false
  ) -> OwnershipOrder {
    OwnershipOrder(
      id: OrderID(UUIDv7(high: 1, low: 1)), verb: verb, address: Self.phones, epoch: epoch,
      beat: beat, isPredecessorGone: isPredecessorGone)
  }
}

/// A sequence that a seed repeats.
private struct Generator {
  var state: UInt64

  mutating func within(_ range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(state >> 33) % range.count
  }
}
