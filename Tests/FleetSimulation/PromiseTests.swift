import Glibc
import NodeContract
import Ownership
import Testing

/// Promises with a figure, each under the one fault that it is about. Many minutes of virtual time:
/// only in the simulation's own suite, which is built for speed.
@Suite(.enabled(if: getenv("TANDEM_SEEDS") != nil)) struct PromiseTests {
  private static func begun(_ seed: UInt64) -> FleetWorld {
    let world = FleetWorld(seed: seed)
    world.populate()
    world.run(for: .seconds(3))
    return world
  }

  /// A fifth of all datagrams lost and half a second of jitter, on one network for a minute.
  @Test(arguments: Cable.allCases, UInt64(1)...2)
  func aNoisyNetworkReplacesNobody(cable: Cable, seed: UInt64) {
    let world = Self.begun(seed)
    world.network.noise[cable] = SimulatedNetwork.Noise(loss: 20, jitter: .milliseconds(500))
    world.run(for: .seconds(60))
    #expect(world.violations.isEmpty, "\(world.violations)")
    #expect(world.counts["taken over"] == nil)
  }

  @Test(arguments: UInt64(1)...5)
  func aReplicaThatStarvesForFiveSecondsReplacesNobody(seed: UInt64) {
    let world = Self.begun(seed)
    world.begin(.replicaStarves, lasting: .seconds(5))
    world.run(for: .seconds(8))
    #expect(world.violations.isEmpty, "\(world.violations)")
    #expect(world.counts["taken over"] == nil)
  }

  /// Detection, decision and adoption; the media follow within the same millisecond.
  @Test func aDeadMachinesAddressIsServedByItsHeirWithinEightHundredMilliseconds() {
    var silences: [Instant] = []
    for seed in UInt64(1)...30 where seed % 5 != 4 {
      let world = Self.begun(seed)
      let address = AddressName("phones-a")!
      let holder = world.nodes[world.index(of: NodeName("a1")!)]
      let died = world.now
      world.machineDies(holder)
      while world.now < died + .seconds(5), world.violations.isEmpty {
        world.run(for: .milliseconds(1))
        let isServed = world.nodes.contains {
          $0.acts && world.permission($0, address).relays && world.pointers[address] == $0.index
        }
        if isServed { break }
      }
      silences.append(world.now - died)
    }
    silences.sort()
    let median = silences[silences.count / 2] / 1_000_000
    let worst = silences[silences.count - 1] / 1_000_000
    print("    a dead machine's address is served again after \(median) ms, at worst \(worst) ms")
    #expect(worst <= 800)
  }

  /// The new holder relays and originates; the old one wakes and sends nothing at all.
  @Test(arguments: UInt64(1)...5)
  func whoWakesAfterAMinuteSendsNothing(seed: UInt64) {
    let world = Self.begun(seed)
    let node = world.nodes[world.index(of: NodeName("a1")!)]
    node.pausedUntil = world.now + .seconds(60)
    world.run(for: .seconds(60))
    #expect(
      world.counts["taken over"] == (world.proof == .binding ? world.counts["taken over"] : 1))
    world.resume(node)
    world.run(for: .seconds(5))
    #expect(world.violations.isEmpty, "\(world.violations)")
  }

  /// Who can prove that an address leads to it goes on for as long as nobody decides.
  @Test(arguments: [UInt64(1), 2, 3, 5])
  func withoutControlPlaneForAMinuteCallsBeginAndEnd(seed: UInt64) {
    let world = Self.begun(seed)
    world.begin(.allReplicasDie, lasting: .seconds(60))
    world.run(for: .seconds(5))
    let answered = world.counts["answered"] ?? 0
    world.run(for: .seconds(50))
    #expect(world.violations.isEmpty, "\(world.violations)")
    #expect(world.counts["answered"] ?? 0 > answered + 5)
    #expect(world.counts["taken over"] == nil)
  }

  /// The simulation is worth something only if calls in every state live on in it: with the next process,
  /// with another machine, and in another site.
  @Test func callsInEveryStateAreCarriedOnInEveryWay() {
    var counts: [String: Int] = [:]
    for seed in UInt64(1)...150 {
      counts.merge(FleetRun(seed: seed).world.counts) { $0 + $1 }
    }
    let states = [
      "talking", "held", "parked", "queued", "in a menu", "in a conference", "leaving a message",
      "hearing messages", "recorded", "ringing", "looked for", "waiting for a callback",
      "in a page",
    ]
    for state in states {
      for way in ["", ", elsewhere"] {
        let count = counts["carried on: \(state)\(way)"] ?? 0
        #expect(count > 0, "nobody carried on who was \(state)\(way)")
      }
    }
    let resumed = counts.filter { $0.key.hasSuffix(", by the next process") }
    #expect(resumed.count > 5, "\(resumed)")
    let kept = counts.filter { $0.key.hasPrefix("kept: ") }.values.reduce(0, +)
    let lost = counts.filter { $0.key.hasPrefix("lost by right: ") }.values.reduce(0, +)
    print("    \(kept) states were kept, and \(lost) lost with whatever knew of them")
    #expect(kept > 10 * lost)
  }
}
