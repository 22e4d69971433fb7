import Glibc
import NodeContract
import Testing

/// Each of the eight rules is there for a reason: without it some fleet does what no fleet may do.
/// Thousands of fleets: only in the simulation's own suite, which is built for speed.
@Suite(.enabled(if: getenv("TANDEM_SEEDS") != nil)) struct MutationTests {
  @Test(arguments: OwnershipRules.each.map(\.name))
  func aFleetWithoutTheRuleFailsWithinFiveHundredSeeds(rule: String) throws {
    let switchedOff = try #require(OwnershipRules.each.first { $0.name == rule })
    let rules = OwnershipRules.all.subtracting(switchedOff.rule)
    let failure = (UInt64(1)...500).lazy.compactMap { seed in
      FleetRun(seed: seed, rules: rules).violation.map { (seed: seed, violation: $0) }
    }.first { FleetRun(seed: $0.seed).violation == nil }
    let found = try #require(failure, "no seed needs the rule “\(rule)”")
    print("    without “\(rule)” seed \(found.seed) fails: \(found.violation)")
  }
}
