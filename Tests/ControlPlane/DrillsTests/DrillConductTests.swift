import NodeContract
import Placement
import SeededRandom
import Testing

@testable import Drills

/// A drill and what is around it, on virtual time.
struct DrillStage {
  var sight = DrillSight()
  var conduct: DrillConduct
  var now = Moment(boot: BootInstant(nanoseconds: 0), wall: WallTime(milliseconds: 1_000_000))
  /// All that was done.
  var actions: [DrillAction] = []

  static let calls: Set<CallID> = [DrillFixture.id(11), DrillFixture.id(12)]

  init(_ request: DrillRequest) {
    let drill = DrillFixture.drill(request)
    for (number, node) in DrillFixture.nodes.enumerated() {
      sight.nodes[node] = .init(
        isHeard: true, isLinked: true, process: UUIDv7(high: UInt64(number), low: 1))
    }
    for address in DrillFixture.view.cell.addresses {
      guard let grant = address.grant else { continue }
      sight.addresses[address.name] = .init(holder: grant.holding.holder, isAdopted: true)
    }
    sight.calls = [DrillFixture.node("a1"): Self.calls]
    conduct = DrillConduct(of: drill, by: "one", at: now.boot)
  }

  var drill: Drill { conduct.drill }

  /// Steps every 10 ms for so long, or until something is done.
  @discardableResult
  mutating func step(_ duration: Duration = .zero) -> [DrillAction] {
    let end = now.boot.advanced(by: duration)
    while true {
      let done = conduct.step(sight, at: now)
      actions += done
      if !done.isEmpty || now.boot >= end { return done }
      now = now.advanced(by: .milliseconds(10))
    }
  }

  mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

  mutating func answer(_ node: String, _ verdict: DrillAnswer.Verdict = .begins) {
    sight.answers[DrillFixture.node(node)] = .init(verdict, at: now.boot)
  }

  mutating func lose(_ node: String) {
    sight.nodes[DrillFixture.node(node)]?.isHeard = false
    sight.nodes[DrillFixture.node(node)]?.isLinked = false
  }

  mutating func restart(_ node: String) {
    sight.nodes[DrillFixture.node(node)] = .init(
      isHeard: true, isLinked: true, process: UUIDv7(high: 99, low: 1))
  }

  mutating func give(_ address: String, to node: String, isAdopted: Bool) {
    sight.addresses[DrillFixture.address(address)] = .init(
      holder: DrillFixture.node(node), isAdopted: isAdopted)
  }

  mutating func hear(_ node: String, _ silences: [Int?]) {
    sight.sounds[DrillFixture.node(node)] = silences.map {
      StreamSilence(
        transport: .udp, party: .moves, silence: $0.map { .milliseconds($0) })
    }
  }
}

@Suite("A drill from its order to its report")
struct DrillConductTests {
  private let a1 = DrillFixture.node("a1")
  private let a2 = DrillFixture.node("a2")

  private func order(_ fault: DrillOrder.Fault, _ seconds: UInt32 = 10) -> DrillOrder {
    DrillOrder(drill: DrillFixture.id(1), fault: fault, seconds: seconds)
  }

  @Test("A process is killed, comes back, and the report says what was heard")
  func process() {
    var stage = DrillStage(DrillRequest(.process, node: a1))
    #expect(stage.step() == [.keep, .order(a1, order(.process))])
    #expect(stage.drill.phase == .striking)
    stage.pass(.milliseconds(5))
    stage.answer("a1")
    #expect(stage.step() == [.keep])
    #expect(stage.drill.phase == .struck)
    #expect(stage.drill.struckAt == WallTime(milliseconds: 1_000_025))
    stage.pass(.milliseconds(100))
    stage.restart("a1")
    let inquiry = stage.step(.seconds(3))
    #expect(
      inquiry == [.inquire(a1, DrillInquiry(drill: DrillFixture.id(1), age: .milliseconds(2_080)))])
    stage.hear("a1", [90, 110, nil, 100])
    #expect(stage.step() == [.keep])
    #expect(stage.drill.phase == .returning)
    #expect(stage.step(.seconds(5)) == [.keep, .file])

    let report = stage.drill.report
    #expect(report.detectionMilliseconds == nil)
    #expect(report.decisionMilliseconds == nil)
    #expect(report.adoptionMilliseconds == 80)
    #expect(report.returnMilliseconds == 80)
    #expect(report.callsBefore == 2)
    #expect(
      report.silences == [
        .init(
          transport: "udp", party: .moves, streams: 4, unheard: 1, p50Milliseconds: 100,
          p99Milliseconds: 110, maximumMilliseconds: 110)
      ])
    #expect(stage.drill.verdict == .broken)
    #expect(stage.drill.remarks == ["1 of 4 streams by udp were not heard again."])
  }

  @Test("A machine dies: who noticed, who decided and who carried on are three figures")
  func machine() {
    var stage = DrillStage(DrillRequest(.machine, node: a1, seconds: 5))
    stage.step()
    stage.answer("a1")
    stage.step()
    stage.pass(.milliseconds(420))
    stage.lose("a1")
    stage.step()
    stage.pass(.milliseconds(20))
    for address in ["phones-a", "trunks-a"] { stage.give(address, to: "a2", isAdopted: false) }
    stage.step()
    stage.pass(.milliseconds(30))
    for address in ["phones-a", "trunks-a"] { stage.give(address, to: "a2", isAdopted: true) }
    stage.sight.calls = [a2: DrillStage.calls]
    #expect(
      stage.step(.seconds(3)).first.map { if case .inquire(a2, _) = $0 { true } else { false } }
        == true)
    stage.hear("a2", [480, 500])
    stage.step()
    #expect(stage.step(.seconds(1)) == [])
    stage.restart("a1")
    #expect(stage.step(.seconds(9)) == [.keep, .file])
    let report = stage.drill.report
    #expect(report.detectionMilliseconds == 400)
    #expect(report.decisionMilliseconds == 420)
    #expect(report.adoptionMilliseconds == 450)
    // Not before its time is over, however early somebody seems to be there.
    #expect(report.returnMilliseconds == 5_000)
    #expect(stage.drill.verdict == .kept)
  }

  @Test("A guard rail that was not there when the drill was ordered still counts when it begins")
  func lateGuardRail() {
    var stage = DrillStage(DrillRequest(.process, node: a1))
    stage.sight.obstacles = [DrillObstacle(.emergency, "A call for help at a1.")]
    #expect(stage.step() == [.keep, .file])
    #expect(stage.drill.verdict == .refused)
    #expect(stage.drill.remarks == ["A call for help at a1."])
  }

  @Test("A node under a call for help refuses, and nothing was done")
  func refusal() {
    var stage = DrillStage(DrillRequest(.process, node: a1))
    stage.step()
    stage.answer("a1", .refused(.emergencyCall))
    #expect(stage.step() == [.keep, .file])
    #expect(stage.drill.verdict == .refused)
    #expect(stage.drill.struckAt == nil)
  }

  @Test("Stopped before anything was done, nothing is done")
  func abortInTime() {
    var stage = DrillStage(DrillRequest(.process, node: a1))
    stage.conduct.abort()
    #expect(stage.step() == [.keep, .file])
    #expect(stage.drill.verdict == .aborted)
  }

  @Test(
    "Stopped afterwards, whoever was struck is waited for, and the verdict says that it was stopped"
  )
  func abortAfterwards() {
    var stage = DrillStage(DrillRequest(.pause, node: a1, seconds: 4))
    stage.step()
    stage.answer("a1")
    stage.step()
    stage.lose("a1")
    stage.pass(.milliseconds(500))
    stage.conduct.abort()
    #expect(stage.step() == [.keep])
    #expect(stage.drill.phase == .returning)
    #expect(stage.step(.seconds(1)) == [])
    stage.restart("a1")
    #expect(stage.step(.seconds(10)) == [.keep, .file])
    #expect(stage.drill.verdict == .aborted)
  }

  @Test(
    "Another replica that comes to lead strikes nobody: it waits for who was struck, and says so")
  func lostConductor() {
    var stage = DrillStage(DrillRequest(.machine, node: a1, seconds: 5))
    stage.step()
    stage.answer("a1")
    stage.step()
    stage.conduct = DrillConduct(of: stage.drill, by: "two", at: stage.now.boot)
    stage.lose("a1")
    stage.actions = []
    #expect(stage.step() == [.keep])
    #expect(stage.drill.conductor == "two")
    #expect(stage.step(.seconds(1)) == [])
    stage.restart("a1")
    for address in ["phones-a", "trunks-a"] { stage.give(address, to: "a2", isAdopted: true) }
    #expect(stage.step(.seconds(10)) == [.keep, .file])
    #expect(stage.drill.verdict == .aborted)
    #expect(!stage.actions.contains { if case .order = $0 { true } else { false } })
  }

  @Test("A node that does not come back is named, and the drill ends all the same")
  func neverBack() {
    var stage = DrillStage(DrillRequest(.machine, node: a1, seconds: 5))
    stage.step()
    stage.answer("a1")
    stage.step()
    stage.lose("a1")
    for address in ["phones-a", "trunks-a"] { stage.give(address, to: "a2", isAdopted: true) }
    while stage.drill.phase != .ended {
      if stage.step(.seconds(100)).isEmpty { break }
    }
    #expect(stage.drill.verdict == .failed)
    #expect(stage.drill.remarks.contains("a1 is not back: look after its machine."))
  }

  @Test("Calls that are up nowhere and on no record are missed; those that ended are looked up")
  func missingCalls() {
    var stage = DrillStage(DrillRequest(.process, node: a1))
    stage.step()
    stage.answer("a1")
    stage.step()
    stage.restart("a1")
    stage.sight.calls = [:]
    _ = stage.step(.seconds(3))
    stage.hear("a1", [])
    stage.step()
    #expect(stage.step(.seconds(5)) == [.audit(DrillStage.calls.sorted())])
    stage.sight.books = DrillBooks(
      legs: [.init(outcome: "answered", evidence: "signalled", count: 2)],
      recordedCalls: [DrillFixture.id(11)])
    stage.pass(.seconds(60))
    #expect(stage.step() == [.keep, .file])
    #expect(stage.drill.report.callsMissing == 1)
    #expect(stage.drill.report.books.legs.map(\.count) == [2])
    #expect(stage.drill.verdict == .broken)
  }

  @Test("All control planes leave, and whichever leads next carries on without calling it lost")
  func controlPlanes() {
    var stage = DrillStage(DrillRequest(.controlPlanes, seconds: 5))
    #expect(stage.step() == [.keep, .leave(seconds: 5)])
    stage.pass(.seconds(7))
    stage.conduct = DrillConduct(of: stage.drill, by: "two", at: stage.now.boot)
    stage.step()
    while stage.drill.phase != .ended, !stage.step(.seconds(100)).isEmpty {}
    #expect(stage.drill.verdict == .kept)
    #expect((stage.drill.report.adoptionMilliseconds ?? 0) >= 7_000)
  }

  @Test("The leader of etcd hands over, once")
  func etcdLeader() {
    var stage = DrillStage(DrillRequest(.etcdLeader))
    #expect(stage.step() == [.keep, .moveLeader])
    while stage.drill.phase != .ended, !stage.step(.seconds(100)).isEmpty {}
    #expect(stage.drill.verdict == .kept)
    #expect(stage.actions.count { $0 == .moveLeader } == 1)
  }

  /// Whatever nodes say and whoever dies, is stopped or comes to lead: a drill ends, nobody is ordered
  /// twice, nothing is done before it is kept, and what has ended stays as it is.
  @Test(arguments: UInt64(1)...300)
  func everyDrillEnds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let faults = DrillFault.allCases.filter { $0.laboratoryOnly == nil }
    let request = DrillRequest(
      faults.randomElement(using: &random)!, node: a1, site: DrillFixture.site("a"),
      seconds: Int.random(in: 1...20, using: &random))
    var stage = DrillStage(request)
    let end = stage.now.boot.advanced(by: .seconds(600))
    while stage.drill.phase != .ended, stage.now.boot < end {
      stage.disturb(by: &random)
      let before = stage.drill
      let actions = stage.step()
      if stage.drill.phase != before.phase {
        #expect(actions.first == .keep, "seed \(seed)")
      }
      stage.pass(.milliseconds(Int.random(in: 1...2_000, using: &random)))
    }
    #expect(stage.drill.phase == .ended, "seed \(seed)")
    #expect(stage.drill.verdict != nil, "seed \(seed)")
    let ordered = stage.actions.compactMap {
      if case .order(let node, _) = $0 { node } else { nil }
    }
    #expect(ordered.count == Set(ordered).count, "seed \(seed)")
    let ended = stage.drill
    stage.conduct.abort()
    #expect(stage.step() == [.file], "seed \(seed)")
    #expect(stage.drill.verdict == ended.verdict, "seed \(seed)")
    #expect(stage.drill.report == ended.report, "seed \(seed)")
  }
}

extension DrillStage {
  fileprivate mutating func disturb(by random: inout SeededGenerator) {
    let node = ["a1", "a2", "b1"].randomElement(using: &random)!
    switch Int.random(in: 0..<10, using: &random) {
    case 0: answer(node)
    case 1: answer(node, .refused(.emergencyCall))
    case 2: lose(node)
    case 3, 4: restart(node)
    case 5: give("phones-a", to: node, isAdopted: .random(using: &random))
    case 6: hear(node, [Int.random(in: 0...2_000, using: &random), nil])
    case 7 where Int.random(in: 0..<20, using: &random) == 0: conduct.abort()
    case 8 where Int.random(in: 0..<20, using: &random) == 0:
      conduct = DrillConduct(
        of: drill, by: "\(UInt32.random(in: .min ... .max, using: &random))", at: now.boot)
    case 9: sight.isQuorumFresh = .random(using: &random)
    default: break
    }
  }
}
