import Glibc
import NodeContract
import Placement

/// A full cell: how long its placement takes, and what its calls weigh at a replica. Fails when a
/// bar is not met.
@main struct BenchmarkPlanner {
  static let nodeBar = Duration.milliseconds(10)
  static let siteBar = Duration.milliseconds(100)

  static func main() {
    let cell = FullCell()
    let isFast = measurePlans(of: cell)
    CheckpointLoad(calls: 100_000).measure()
    exit(isFast ? 0 : 1)
  }

  private static func measurePlans(of cell: FullCell) -> Bool {
    var view = cell.view
    report("tenants' loads summed", timed { cell.tenants.distribute(over: &view.addresses) })
    var plan = CellPlan()
    report("first placement of everything", timed { plan = planCell(view) })
    view.grant(plan)
    var round = CellPlan()
    report("a round in which nothing is to be done", timed { round = planCell(view) })
    print("    it wants \(round.steps.count) writes and holds \(round.holds.count)")
    return measureLosses(of: view)
  }

  private static func measureLosses(of view: CellView) -> Bool {
    var forecaster = LossForecaster(view)
    report("the view put into a table", timed { forecaster = LossForecaster(view) })
    var moved = 0
    let nodes = view.nodes.map { node in
      timed {
        let table = LossForecaster(view)
        moved += table.loss(of: node.name).takeovers.count
      }
    }
    let sites = Set(view.nodes.map(\.site)).sorted().map { site in
      timed {
        let table = LossForecaster(view)
        moved += table.loss(of: site).takeovers.count
      }
    }
    print("    \(moved) takeovers planned")
    report("every node's and site's loss", timed { _ = forecaster.all() })
    return [
      report("a node's loss, view to steps", nodes, bar: nodeBar),
      report("a site's loss, view to steps", sites, bar: siteBar),
      report("a replica's judgement of a dead node", [detection(of: view)], bar: nodeBar),
    ].allSatisfy { $0 }
  }

  /// What a replica itself does at the tick at which it finds a node dead.
  private static func detection(of view: CellView) -> Duration {
    let sites = Dictionary(uniqueKeysWithValues: view.nodes.map { ($0.name, $0.site) })
    var now = BootInstant(nanoseconds: 0)
    var detector = TakeoverDetector(
      replica: ReplicaName("r-0")!,
      map: CellMap(
        nodes: sites, replicas: [ReplicaName("r-0")!: SiteName("site-0")!], members: [],
        addresses: Dictionary(uniqueKeysWithValues: view.addresses.map { ($0.name, $0.site) })),
      policy: OwnershipPolicy(), startedAt: now)
    let grants = Dictionary(
      uniqueKeysWithValues: view.addresses.compactMap { address in
        address.grant.map { (address.name, $0) }
      })
    let dead = view.nodes[7].name
    for number in UInt64(1)...200 {
      now = now.advanced(by: .milliseconds(25))
      detector.tick(at: now)
      for node in view.nodes where node.name != dead || number < 100 {
        let statement = WitnessStatement(node: dead, silence: number < 100 ? .zero : .seconds(1))
        detector.hear(node.name, beat: number, saying: [statement], at: now)
      }
    }
    detector.confirm(grants, readBegunAt: now, at: now)
    var steps: [TakeoverStep] = []
    let time = timed { steps = detector.takeovers(at: now) }
    print("    \(steps.count) addresses judged")
    return time
  }

  // MARK: - Figures

  /// Of this process' own CPU: a busy machine must not decide.
  private static func timed(_ body: () -> Void) -> Duration {
    let begun = processorTime()
    body()
    return .nanoseconds(processorTime() - begun)
  }

  private static func processorTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func report(_ what: String, _ time: Duration) {
    print(line(what, [time]))
  }

  private static func report(_ what: String, _ times: [Duration], bar: Duration) -> Bool {
    let isMet = (times.max() ?? .zero) <= bar
    print(line(what, times) + "   bar \(bar.text): \(isMet ? "met" : "MISSED")")
    return isMet
  }

  private static func line(_ what: String, _ times: [Duration]) -> String {
    let sorted = times.sorted()
    let name = what + String(repeating: " ", count: max(0, 42 - what.count))
    guard sorted.count > 1 else { return "\(name) \(sorted[0].text)" }
    return "\(name) median \(sorted[sorted.count / 2].text), worst \(sorted[sorted.count - 1].text)"
  }
}

extension Duration {
  /// Milliseconds with two decimals.
  var text: String {
    let hundredths = nanoseconds / 10_000
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10) ms"
  }
}
