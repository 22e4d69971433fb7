import Glibc
import NodeContract
import Testing

@Suite struct FleetSimulationTests {
  @Test(arguments: FleetSeeds.range(usually: 6))
  func nothingHappensTwiceAndEverythingHeals(seed: UInt64) {
    let run = FleetRun(seed: seed)
    #expect(run.violation == nil, "seed \(seed)")
  }

  /// Prints what happened: `TANDEM_STORY=1 TANDEM_FIRST_SEED=… TANDEM_SEEDS=1`.
  @Test(.enabled(if: getenv("TANDEM_STORY") != nil))
  func story() {
    let run = FleetRun(seed: FleetSeeds.range(usually: 1).lowerBound, tellsStory: true)
    for line in run.world.story { print(line) }
    print(run.world.counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
  }
}

/// Which seeds run: `TANDEM_SEEDS` many from `TANDEM_FIRST_SEED` on.
enum FleetSeeds {
  static func range(usually count: UInt64) -> ClosedRange<UInt64> {
    let first = number("TANDEM_FIRST_SEED") ?? 1
    return first...first + max(number("TANDEM_SEEDS") ?? count, 1) - 1
  }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}
