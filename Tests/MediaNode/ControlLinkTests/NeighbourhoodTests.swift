import NodeContract
import Testing

@testable import ControlLink

@Suite struct NeighbourhoodTests {
  private static let neighbour = NodeName("node-a2")!
  private static let endpoint = IPEndpoint("192.0.2.2:40000")!
  private let first = ReplicaName("cp-a")!
  private let second = ReplicaName("cp-b")!

  private func at(_ milliseconds: Int64) -> BootInstant {
    BootInstant(nanoseconds: milliseconds * 1_000_000)
  }

  private func told(_ number: UInt32) -> [Neighbour] {
    [
      Neighbour(
        node: Self.neighbour, beats: Self.endpoint,
        key: BeatKey(number: number, bytes: [UInt8](repeating: 1, count: 32)))
    ]
  }

  private func beat(_ number: UInt64, life: UInt64 = 1) -> Beat {
    Beat(node: Self.neighbour, incarnation: UUIDv7(high: life, low: 1), number: number)
  }

  private func silence(in neighbourhood: Neighbourhood, at milliseconds: Int64) -> Duration? {
    neighbourhood.statements(at: at(milliseconds)).first?.silence
  }

  @Test func silenceCountsFromTheLastBeatOrFromTheBeginning() {
    var neighbourhood = Neighbourhood()
    #expect(neighbourhood.statements(at: at(0)).isEmpty)
    neighbourhood.use(told(1), from: first, at: at(100))
    #expect(silence(in: neighbourhood, at: 150) == .milliseconds(50))
    neighbourhood.hear(beat(1), at: at(200))
    #expect(silence(in: neighbourhood, at: 230) == .milliseconds(30))
  }

  @Test func anOldBeatProvesNothing() {
    var neighbourhood = Neighbourhood()
    neighbourhood.use(told(1), from: first, at: at(0))
    neighbourhood.hear(beat(5), at: at(100))
    neighbourhood.hear(beat(5), at: at(200))
    neighbourhood.hear(beat(4), at: at(200))
    #expect(silence(in: neighbourhood, at: 300) == .milliseconds(200))
    // The process that follows counts from one again, the one before it no more.
    neighbourhood.hear(beat(1, life: 2), at: at(310))
    neighbourhood.hear(beat(6), at: at(350))
    #expect(silence(in: neighbourhood, at: 360) == .milliseconds(50))
  }

  @Test func keysOfAllReplicasAreUsedInTurn() {
    var neighbourhood = Neighbourhood()
    neighbourhood.use(told(1), from: first, at: at(0))
    neighbourhood.use(told(2), from: second, at: at(0))
    let numbers = (1...4).map { neighbourhood.receivers(ofBeat: $0).map(\.key.number) }
    #expect(Set(numbers.joined()) == [1, 2])
    // The key before the newest still opens what is under way; of a replica that is gone nothing counts.
    neighbourhood.use(told(3), from: first, at: at(0))
    #expect(neighbourhood.key(Self.neighbour, 1) != nil)
    neighbourhood.use([], from: second, at: at(0))
    #expect(neighbourhood.key(Self.neighbour, 2) == nil)
    neighbourhood.use([], from: first, at: at(0))
    #expect(neighbourhood.receivers(ofBeat: 1).isEmpty)
  }
}
