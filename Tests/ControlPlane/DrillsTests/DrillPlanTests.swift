import NodeContract
import Placement
import SeededRandom
import Testing

@testable import Drills

@Suite("What a drill would do, and what forbids it")
struct DrillPlanTests {
  private let a1 = DrillFixture.node("a1")
  private let a2 = DrillFixture.node("a2")
  private let b1 = DrillFixture.node("b1")

  private func plan(_ request: DrillRequest, _ view: DrillView = DrillFixture.view) -> DrillPlan {
    planDrill(request, in: view)
  }

  @Test("A process: its next one carries on, and no address moves")
  func process() {
    let plan = plan(DrillRequest(.process, node: a1))
    #expect(plan.strikes == [a1])
    #expect(plan.effects.map(\.way) == [.restart, .restart])
    #expect(plan.effects.map(\.next) == [a1, a1])
    #expect(plan.calls == 30)
    #expect(plan.promisedMilliseconds == 300)
    #expect(plan.callsAtRisk == 0)
    #expect(plan.mayRun)
  }

  @Test("A machine: the heir in the site takes what it has")
  func machine() {
    let plan = plan(DrillRequest(.machine, node: a1))
    #expect(plan.effects.map(\.way) == [.heir, .heir])
    #expect(plan.successors == [a2])
    #expect(plan.promisedMilliseconds == 800)
    #expect(plan.mayRun)
  }

  @Test("A site: another takes it, and parties that cannot follow are at risk")
  func site() {
    let plan = plan(DrillRequest(.site, site: DrillFixture.site("a")))
    #expect(plan.strikes == [a1, a2])
    #expect(plan.effects.map(\.way) == [.standby, .standby])
    #expect(plan.successors == [b1])
    #expect([plan.movingParties, plan.returningParties, plan.fixedParties] == [40, 15, 5])
    #expect(plan.callsAtRisk == 5)
    #expect(plan.mayRun)
  }

  @Test("A site that nobody may take over is not drilled, and its calls are at risk")
  func siteWithoutStandby() {
    var view = DrillFixture.view
    view.movesAcross = false
    let plan = plan(DrillRequest(.site, site: DrillFixture.site("a")), view)
    #expect(plan.effects.map(\.way) == [.lost, .lost])
    #expect(plan.callsAtRisk == 30)
    #expect(plan.rules == [.capacity, .capacity])
  }

  @Test("Nothing is struck under a call for help")
  func emergencyCall() {
    var view = DrillFixture.view
    view.loads[a1]?.emergencyCalls = 1
    #expect(plan(DrillRequest(.process, node: a1), view).rules == [.emergency])
    #expect(plan(DrillRequest(.site, site: DrillFixture.site("a")), view).rules == [.emergency])
    #expect(plan(DrillRequest(.process, node: b1), view).mayRun)
    // No call is concerned.
    #expect(plan(DrillRequest(.controlPlanes), view).mayRun)
  }

  @Test("Of a node that has not said what it has, nobody knows that no call for help is up")
  func unknownLoad() {
    var view = DrillFixture.view
    view.loads[a1] = nil
    #expect(plan(DrillRequest(.process, node: a1), view).rules == [.emergency])
  }

  @Test("Without etcd's quorum nothing would be taken over")
  func noQuorum() {
    var view = DrillFixture.view
    view.isQuorumFresh = false
    #expect(plan(DrillRequest(.machine, node: a1), view).rules == [.quorum])
    view.isQuorumFresh = true
    view.answeringMembers = 1
    #expect(plan(DrillRequest(.site, site: DrillFixture.site("a")), view).rules == [.quorum])
    #expect(plan(DrillRequest(.etcdLeader), view).rules == [.quorum])
  }

  @Test("Where nobody has room for what would be lost, nothing is lost on purpose")
  func noRoom() {
    var view = DrillFixture.view
    view.cell.nodes[1].capacity = 25
    let plan = plan(DrillRequest(.machine, node: a1), view)
    #expect(plan.rules == [.capacity])
    #expect(
      plan.obstacles.first?.detail
        == "a2 would have 30 calls and carries 25. Drill when fewer are up.")
  }

  @Test("One drill at a time")
  func oneAtATime() {
    var view = DrillFixture.view
    view.running = DrillFixture.id(9)
    #expect(plan(DrillRequest(.process, node: a1), view).rules == [.alone])
  }

  @Test("What was just taken over is left alone for a minute")
  func calm() {
    var view = DrillFixture.view
    view.recentlyTaken = [DrillFixture.address("trunks-a")]
    #expect(plan(DrillRequest(.machine, node: a1), view).rules == [.calm])
    #expect(plan(DrillRequest(.machine, node: b1), view).rules == [])
  }

  @Test("Nobody is struck while a node is emptied, nor one that is not well")
  func health() {
    var view = DrillFixture.view
    view.cell.nodes[2].condition = .draining
    #expect(plan(DrillRequest(.process, node: a1), view).rules == [.health])
    view = DrillFixture.view
    view.linked.remove(a1)
    #expect(plan(DrillRequest(.process, node: a1), view).rules == [.health])
  }

  @Test("A drill that is limited to tenants touches nobody else's calls")
  func tenants() {
    var view = DrillFixture.view
    view.others = [DrillFixture.address("trunks-a"): 3, DrillFixture.address("phones-b"): 7]
    let limited = DrillRequest(.process, node: a1, tenants: [DrillFixture.id(5)])
    #expect(plan(limited, view).rules == [.limits])
    view.others[DrillFixture.address("trunks-a")] = nil
    #expect(plan(limited, view).mayRun)
    #expect(
      plan(DrillRequest(.controlPlanes, tenants: [DrillFixture.id(5)]), view).rules == [.limits])
  }

  @Test("A drill has an end that is near", arguments: [0, -1, 61])
  func unbounded(seconds: Int) {
    #expect(plan(DrillRequest(.pause, node: a1, seconds: seconds)).rules == [.limits])
  }

  @Test("What only a laboratory can take back is refused, and the answer says where it is made")
  func laboratory() {
    for fault in DrillFault.allCases where fault.laboratoryOnly != nil {
      let plan = plan(DrillRequest(fault, node: a1))
      #expect(plan.rules == [.laboratory], "\(fault)")
      #expect(
        plan.obstacles.allSatisfy {
          $0.detail.contains("laboratory") || $0.detail.contains("Infra/lab")
        })
    }
  }

  @Test("A node that nobody knows is not struck")
  func unknownNode() {
    #expect(plan(DrillRequest(.process, node: DrillFixture.node("c9"))).rules == [.target])
    #expect(plan(DrillRequest(.site, site: DrillFixture.site("c"))).rules == [.target])
  }

  /// Whatever an installation looks like: what is forbidden stays so when more is wrong, and what may run
  /// strikes nobody under a call for help and loses no address.
  @Test(arguments: UInt64(1)...200)
  func whatMayRunLosesNothing(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var view = DrillFixture.view
      for index in view.cell.nodes.indices {
        view.cell.nodes[index].capacity = Int64.random(in: 1...60, using: &random)
        view.cell.nodes[index].condition =
          [.well(for: .seconds(60)), .well(for: .seconds(60)), .draining, .quiet, .silent]
          .randomElement(using: &random)!
      }
      for node in DrillFixture.nodes {
        view.loads[node]?.emergencyCalls = Bool.random(using: &random) ? 0 : 1
      }
      view.movesAcross = .random(using: &random)
      let fault = DrillFault.allCases.randomElement(using: &random)!
      let request = DrillRequest(
        fault, node: DrillFixture.nodes.randomElement(using: &random),
        site: [DrillFixture.site("a"), DrillFixture.site("b")].randomElement(using: &random))
      let plan = planDrill(request, in: view)
      #expect(plan == planDrill(request, in: view))
      guard plan.mayRun else { continue }
      #expect(!plan.effects.contains { $0.way == .lost })
      #expect(plan.strikes.allSatisfy { view.loads[$0]?.emergencyCalls == 0 })
      #expect(plan.successors.isDisjoint(with: plan.strikes) || !request.fault.movesAddresses)
    }
  }
}
