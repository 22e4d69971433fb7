import NodeContract
import Testing

/// Seeded fleets. While things break, nothing may happen that must never happen; once they are
/// healed, everything must be well again; and when everybody has hung up, the books must be right.
struct FleetRun {
  let world: FleetWorld

  init(seed: UInt64, rules: OwnershipRules = .all, tellsStory: Bool = false) {
    world = FleetWorld(seed: seed, rules: rules)
    world.tellsStory = tellsStory
    world.populate()
    world.office.open()
    world.run(for: .seconds(3))
    world.misbehave(within: .seconds(6))
    world.run(for: .seconds(10))
    world.heal()
    world.run(for: .seconds(4))
    world.office.returnOfPhones()
    world.run(for: .seconds(4))
    guard world.violations.isEmpty else { return }
    world.watchHealth()
    world.office.watchStates()
    world.office.goOn()
    world.serveEverybody()
    world.endEverything()
  }

  var violation: String? { world.violations.first }
}

extension FleetWorld {
  /// A call to every address is answered.
  func serveEverybody() {
    let numbers = addresses.map { (address: $0, number: dial($0, for: .seconds(60))) }
    run(for: .seconds(4))
    for (address, number) in numbers where !legs[number]![0].wasAnswered {
      violate("\(address) answers no calls after healing")
    }
    office.watchOutcomes()
  }

  func endEverything() {
    guard violations.isEmpty else { return }
    office.hangUp()
    hangUpEverything()
    run(for: .seconds(3))
    hangUpEverything()
    run(for: .seconds(6))
    guard violations.isEmpty else { return }
    office.watchEnd()
    reconcile()
    watchBooks()
    office.watchRecords()
  }
}
