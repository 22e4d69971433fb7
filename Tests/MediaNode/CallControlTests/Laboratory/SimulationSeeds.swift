import Glibc

/// Which seeds a simulation runs: `TANDEM_SEEDS` many from `TANDEM_FIRST_SEED` on.
enum SimulationSeeds {
  static func range(usually count: UInt64) -> ClosedRange<UInt64> {
    let first = number("TANDEM_FIRST_SEED") ?? 1
    return first...first + max(number("TANDEM_SEEDS") ?? count, 1) - 1
  }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}
