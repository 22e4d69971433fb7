import NodeContract
import SeededRandom

/// Loses, repeats and reorders datagrams.
struct Network {
  private var random: SeededGenerator
  /// Of 100 datagrams so many are lost, and so many come twice.
  var lost = 0
  var repeated = 0
  var shortest: Duration = .milliseconds(10)
  /// With a longest above the shortest delay, datagrams overtake one another.
  var longest: Duration = .milliseconds(10)

  init(seed: UInt64) { random = SeededGenerator(seed: seed ^ 0xA5A5) }

  /// When each copy of a datagram arrives.
  mutating func delays() -> [Duration] {
    guard Int.random(in: 0..<100, using: &random) >= lost else { return [] }
    let copies = Int.random(in: 0..<100, using: &random) < repeated ? 2 : 1
    return (0..<copies).map { _ in
      .nanoseconds(
        Int64.random(in: shortest.nanoseconds...longest.nanoseconds, using: &random))
    }
  }

  /// From now on everything arrives once and in order.
  mutating func heal() {
    lost = 0
    repeated = 0
    longest = shortest
  }
}
