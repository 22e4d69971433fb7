import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Faults that operators make on purpose", .installationRestored)
  struct OperatorDrillTests {
    @Test(
      "A drill kills a node's process under a call: the call goes on, and the report says how long it was silent",
      .timeLimit(.minutes(3)))
    func process() async throws {
      let bench = try await Bench("drill-process")
      try await bench.installation.startSecondNode()
      try await bench.heirIsThere()
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let before = try #require(try bench.installation.nodePid(of: "node-a1"))

      // A dry run changes nothing.
      let plan = try await bench.drill("plan", "process", "--node", "node-a1")
      #expect(plan["may_run"] as? Bool == true)
      let foretold = plan["plan"] as? [String: Any]
      #expect(foretold?["calls"] as? Int == 1)
      #expect(foretold?["strikes"] as? [String] == ["node-a1"])
      #expect(try bench.installation.nodePid(of: "node-a1") == before)

      let drill = try await bench.drill("run", "process", "--node", "node-a1", isJudged: false)
      #expect(try bench.installation.nodePid(of: "node-a1") != before)
      try await alice.hears(seconds: try alice.secondsHeard + 2)
      try await bob.hears(seconds: try bob.secondsHeard + 2)
      let report = try #require(drill["report"] as? [String: Any])
      print("    the drill's report: \(report)")
      #expect(drill["phase"] as? String == "ended")
      #expect(report["calls_before"] as? Int == 1)
      #expect(report["calls_missing"] as? Int == 0)
      #expect(report["lost_legs"] as? Int == 0)
      #expect(report["ledger_differences"] as? Int == 0)
      #expect((report["adoption_milliseconds"] as? Int ?? .max) < 5_000)
      let silences = try #require(report["silences"] as? [[String: Any]])
      #expect(silences.map { $0["streams"] as? Int } == [2])
      #expect(silences.map { $0["unheard"] as? Int } == [0])
      #expect(silences.allSatisfy { (1..<5_000).contains($0["maximum_milliseconds"] as? Int ?? 0) })
      let legs = try await bench.hangUp(alice, bob)
      #expect(legs.map(\.evidence) == ["signalled", "signalled"])

      let kept = try await bench.drill("report", drill["id"] as? String ?? "")
      #expect(kept["verdict"] as? String == drill["verdict"] as? String)
      await alice.quit()
      await bob.quit()
      try await bench.asItWas()
    }

    @Test(
      "A drill takes a node's machine away: the heir carries the call on, and the machine comes back by itself",
      .timeLimit(.minutes(3)))
    func machine() async throws {
      let bench = try await Bench("drill-machine")
      try await bench.installation.startSecondNode()
      try await bench.heirIsThere()
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let drill = try await bench.drill(
        "run", "machine", "--node", "node-a1", "--seconds", "4", isJudged: false)
      let report = try #require(drill["report"] as? [String: Any])
      print("    the drill's report: \(report)")
      #expect(report["decision_milliseconds"] as? Int != nil)
      #expect(report["calls_missing"] as? Int == 0)
      #expect((report["return_milliseconds"] as? Int ?? 0) >= 4_000)
      let silences = try #require(report["silences"] as? [[String: Any]])
      #expect(silences.map { $0["streams"] as? Int } == [2])
      try await alice.hears(seconds: try alice.secondsHeard + 2)
      // The machine that is back holds the legs for lost, until who has the call saw its end.
      bob.hangUp()
      try await alice.closed()
      try await eventually("both legs ended by a BYE", within: .seconds(15)) {
        try await bench.newRecords(2).map(\.evidence) == ["signalled", "signalled"]
      }
      #expect(try await bench.newRecords(2).map(\.outcome) == ["answered", "answered"])
      await alice.quit()
      await bob.quit()
      // A planned move, after which no forced one counts: other tests make some.
      _ = try await bench.api.pbxctl("node", "drain", "node-a2", "--deadline", "20")
      _ = try await bench.api.pbxctl("node", "undrain", "node-a2")
      try await bench.asItWas()
    }

    @Test(
      "Under a call for help no drill is run", .timeLimit(.minutes(3)))
    func guardRails() async throws {
      let bench = try await Bench("drill-guard-rails")
      try await bench.installation.startSecondNode()
      try await bench.heirIsThere()
      let alice = try await bench.alice()
      let carrier = try await bench.carrier(of: "112")
      let before = try #require(try bench.installation.nodePid(of: "node-a1"))
      try await connect(alice, dialling: "112", to: carrier)
      try await eventually("the call for help is known", within: .seconds(10)) {
        let plan = try await bench.drill("plan", "process", "--node", "node-a1", isJudged: false)
        let obstacles = (plan["plan"] as? [String: Any])?["obstacles"] as? [[String: Any]]
        return obstacles?.contains { $0["rule"] as? String == "emergency" } == true
      }
      await #expect(throws: ControlAPI.CommandFailed.self) {
        _ = try await bench.drill("run", "process", "--node", "node-a1")
      }
      #expect(try bench.installation.nodePid(of: "node-a1") == before)
      alice.hangUp()
      try await carrier.closed()
      await alice.quit()
      await carrier.quit()
      try await bench.asItWas()
    }

    @Test(
      "A drill that is stopped leaves nobody behind: who was struck wakes by itself",
      .timeLimit(.minutes(3)))
    func abort() async throws {
      let bench = try await Bench("drill-abort")
      try await bench.installation.startSecondNode()
      try await bench.heirIsThere()
      let node = try #require(try bench.installation.nodePid(of: "node-a2"))
      let begun = try await bench.drill(
        "run", "pause", "--node", "node-a2", "--seconds", "4", "--detach")
      let id = try #require(begun["id"] as? String)
      try await eventually("it stands still", within: .seconds(5)) { bench.isStopped(node) }
      let ended = try await bench.drill("abort", id)
      #expect(ended["phase"] as? String == "ended")
      #expect(ended["verdict"] as? String == "aborted")
      #expect(ended["aborted"] as? Bool == true)
      #expect(!bench.isStopped(node))
      #expect(try bench.installation.nodePid(of: "node-a2") == node)
      try await bench.asItWas()
    }

    @Test(
      "Every control plane is gone for a while under a call: nobody hears it, and all of it is on record",
      .timeLimit(.minutes(3)))
    func controlPlanes() async throws {
      let bench = try await Bench("drill-control-planes")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let process = try bench.installation.pid(of: "control-plane")
      let drill = try await bench.drill("run", "control-planes", "--seconds", "3", isJudged: false)
      #expect(drill["verdict"] as? String == "kept", "\(drill)")
      let report = try #require(drill["report"] as? [String: Any])
      #expect((report["return_milliseconds"] as? Int ?? 0) >= 3_000)
      // The same process, for whoever looks after it.
      #expect(try bench.installation.pid(of: "control-plane") == process)
      #expect(!Installation.isGone(process))
      try await alice.hears(seconds: try alice.secondsHeard + 1)
      _ = try await bench.hangUp(alice, bob)
      await alice.quit()
      await bob.quit()
    }
  }
}

extension Bench {
  /// `pbxctl drill …`, as JSON. Where it is not judged, any status is taken.
  fileprivate func drill(_ words: String..., isJudged: Bool = true) async throws -> [String: Any] {
    let finished = try await ChildProcess.run(
      installation.binaries.appending(path: "pbxctl").path,
      ["drill"] + words + ["--key-file", demo.keyFile, "--json"],
      environment: ["TANDEM_API": demo.api], within: .seconds(150))
    guard finished.status == 0 || !isJudged else {
      throw ControlAPI.CommandFailed(command: words, output: finished.output)
    }
    let json = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(json as? [String: Any], "\(finished.output)")
  }

  fileprivate func isStopped(_ process: pid_t) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    return status?.contains("\nState:\tT") ?? false
  }

  fileprivate func carrier(of number: String) async throws -> Baresip {
    try await Baresip(demo.carrier(number: number, tone: 900), work: work)
  }

  /// And whatever was taken over before is a minute old.
  fileprivate func heirIsThere() async throws {
    try await eventually("node-a2 is the heir in site a", within: .seconds(15)) {
      let addresses = try await api.addresses()
      return ["phones-a", "trunks-a"].allSatisfy { addresses[$0]?.heir == "node-a2" }
    }
    try await eventually("nothing forbids a drill", within: .seconds(75), every: .seconds(1)) {
      let plan = try await drill("plan", "process", "--node", "node-a1", isJudged: false)
      return plan["may_run"] as? Bool == true
    }
  }

  /// The keeper of node-a1 holds the sockets again.
  fileprivate func asItWas() async throws {
    try await installation.stop("node-a2")
    try await installation.stop("node-a1")
    try await installation.startAgain()
  }
}
