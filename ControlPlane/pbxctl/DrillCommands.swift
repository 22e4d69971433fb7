import ArgumentParser
import Foundation

/// `pbxctl drill …`: faults that are made on purpose in an installation that serves.
struct DrillCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Faults that are made on purpose while calls are up, and what came of them.",
    subcommands: [List.self, Plan.self, Run.self, Abort.self, Report.self])

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists drills, the newest first.")
    static let columns = [
      Output.Column("Drill", "id"), Output.Column("Fault", "fault"),
      Output.Column("Target", "target"), Output.Column("Ordered", "ordered_at"),
      Output.Column("Phase", "phase"), Output.Column("Verdict", "verdict"),
      Output.Column("Adoption ms", "report.adoption_milliseconds"),
    ]
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/drills" }
  }

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what a drill would do now and what forbids it. Changes nothing.",
      discussion: "The status is 1 where a guard rail forbids it.")
    @OptionGroup var fault: FaultOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var mayRun = false
      try await global.run { api in
        let plan = try await api.post("/v1/drills/plan", fault.members)
        mayRun = plan["may_run"] == .bool(true)
        return Output(plan, text: DrillText.plan(plan))
      }
      if !mayRun { throw ExitCode(1) }
    }
  }

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a fault, and waits until whoever was struck is back.",
      discussion: """
        The status is 0 when all was as promised, 1 when a guard rail forbids it, 75 otherwise; the report says \
        why. Ctrl-C leaves the drill as it is: “pbxctl drill abort” stops it.
        """)
    @OptionGroup var fault: FaultOptions
    @Flag(help: "Say what it would do, and do nothing.") var dryRun = false
    @Flag(help: "Return at once; “pbxctl drill report” says what came of it.") var detach = false
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      guard !dryRun else {
        var plan = Plan()
        (plan.fault, plan.global) = (fault, global)
        return try await plan.run()
      }
      var isKept = true
      try await global.run { api in
        let begun = try await api.post("/v1/drills", fault.members)
        guard !detach else { return Output(begun, text: DrillText.report(begun)) }
        let drill = try await api.ended(begun) { if !global.json { report($0) } }
        isKept = drill["verdict"]?.string == "kept"
        return Output(drill, text: DrillText.report(drill))
      }
      if !isKept { throw ExitCode(75) }
    }

    private func report(_ phase: String) {
      FileHandle.standardError.write(Data("==> \(phase)\n".utf8))
    }
  }

  struct Abort: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stops a drill: nothing more is struck, and whoever was comes back by itself.")
    @Argument(help: "The drill's id, drl_….") var drill: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { api in
        let drill = try await api.ended(api.post("/v1/drills/\(drill)/abort", [:])) { _ in }
        return Output(drill, text: DrillText.report(drill))
      }
    }
  }

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says what came of a drill.")
    @Argument(help: "The drill's id, drl_….") var drill: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { api in
        let drill = try await api.get("/v1/drills/\(drill)")
        return Output(drill, text: DrillText.report(drill))
      }
    }
  }
}

/// What is struck, and its limits.
struct FaultOptions: ParsableArguments {
  @Argument(
    help: """
      process, machine, pause, isolate, mute or deaf (with --node), site (with --site), etcd-leader, \
      control-planes. Others are made in the laboratory only, and the answer says where.
      """)
  var fault: String
  @Option(help: "The node that is struck.") var node: String?
  @Option(help: "The site that is struck.") var site: String?
  @Option(help: "After so many seconds whoever is struck comes back by itself; 1 to 60.")
  var seconds: Int?
  @Option(name: .customLong("tenant"), help: "Nobody else's calls may be touched; several times.")
  var tenants: [String] = []

  var members: [String: JSON?] {
    [
      "fault": .string(fault), "node": .optional(node), "site": .optional(site),
      "seconds": seconds.map { .number(Decimal($0)) },
      "tenants": tenants.isEmpty ? nil : .array(tenants.map(JSON.string)),
    ]
  }
}

extension APIClient {
  /// Waits until the drill has ended. A control plane that is struck does not answer for a while.
  fileprivate func ended(_ drill: JSON, onPhase told: (String) -> Void) async throws -> JSON {
    guard let id = drill["id"]?.string else { return drill }
    var (latest, phase) = (drill, "")
    let patience = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < patience {
      if let now = latest["phase"]?.string, now != phase {
        phase = now
        told(phase)
      }
      if phase == "ended" { return latest }
      try await Task.sleep(for: .milliseconds(250))
      do {
        latest = try await get("/v1/drills/\(id)")
      } catch is ConnectionFailure {
        continue
      } catch let problem as APIProblem where problem.status == 503 {
        continue
      }
    }
    return latest
  }
}
