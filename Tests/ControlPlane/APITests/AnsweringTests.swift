import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct AnsweringTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)"
  }

  private static let rules = #"""
    {"items":[
      {"name":"boss","when":"always","from":"numbers","numbers":["+4416329600*"],"then":"ring"},
      {"name":"night","when":"always","from":"outside",
       "hours":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","to":"18:00"}],
       "outside_hours":true,"then":"forward","to":"07700900123"},
      {"when":"no-answer","after":12,"then":"forward","to":"102"}]}
    """#

  @Test func rulesAreReplacedTogetherAndReachTheNodes() async throws {
    try await APIBench.with { bench in
      let rules = path(bench) + "/answering-rules"
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(.put, rules, as: bench.keys.tenant, Self.rules)
      #expect(set.status == 200, "\(set.body)")
      let shown = try await bench.send(.get, rules, as: bench.keys.tenant)
      #expect(shown.body == set.body)
      let snapshot = try #require(
        await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform))
      #expect(snapshot.revision > before?.revision ?? 0)
      let entry = snapshot.extensions.first { $0.id == bench.mine.extensions[0].id }
      #expect(entry?.answering.map(\.name) == ["boss", "night", ""])
      #expect(entry?.answering.last?.occasion == .noAnswer(after: .seconds(12)))
      #expect(entry?.answering[1].hours?.spans == [.init(days: 0b001_1111, from: 540, to: 1_080)])
      _ = try await bench.send(.put, rules, as: bench.keys.tenant, #"{"items":[]}"#)
      #expect(
        try await bench.send(.get, rules, as: bench.keys.tenant).body.contains(#""items":[]"#))
    }
  }

  @Test func whoAsksIsToldWhatWouldHappenByTheTenantsClocks() async throws {
    try await APIBench.with { bench in
      _ = try await bench.send(
        .patch, bench.tenantPath, as: bench.keys.reseller, #"{"time_zone":"Europe/Berlin"}"#)
      _ = try await bench.send(
        .put, path(bench) + "/answering-rules", as: bench.keys.tenant, Self.rules)
      // Monday, 16:30 UTC: half past five in winter, half past six in summer.
      for (time, local, then) in [
        ("2026-12-07T16:30:00Z", "mon 17:30", "null"),
        ("2026-07-06T16:30:00Z", "mon 18:30", #""forward""#),
      ] {
        let plan = try await bench.send(
          .get, path(bench) + "/answering-plan?caller=%2B441632000000&at=\(time)",
          as: bench.keys.tenant)
        #expect(plan.status == 200, "\(plan.body)")
        #expect(plan.body.contains(#""local_time":"\#(local)""#), "\(plan.body)")
        #expect(plan.body.contains(#""arrival":null"#) == (then == "null"), "\(plan.body)")
      }
      let boss = try await bench.send(
        .get, path(bench) + "/answering-plan?caller=%2B441632960001", as: bench.keys.tenant)
      #expect(boss.body.contains(#""name":"boss""#), "\(boss.body)")
    }
  }

  @Test(arguments: [
    (#"{"items":[{"when":"busy","then":"forward"}]}"#, "items.0.to"),
    (#"{"items":[{"when":"busy","then":"ring"},{"when":"now","then":"ring"}]}"#, "items.1.when"),
    (#"{"items":[{"then":"ring"}]}"#, "items.0.when"), (#"{}"#, "items"),
  ])
  func whatIsWrongIsNamed(body: String, field: String) async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(
        .put, path(bench) + "/answering-rules", as: bench.keys.tenant, body)
      #expect(answer.status == 422)
      #expect(answer.body.contains(field), "\(answer.body)")
    }
  }

  @Test func onAHolidayTheOfficeIsClosed() async throws {
    try await APIBench.with { bench in
      func rules(_ holidays: String) -> String {
        #"""
        {"items":[{"when":"always","hours":[{"days":["fri"],"from":"09:00","to":"18:00"}],
        "holidays":"\#(holidays)","then":"decline"}]}
        """#
      }
      let path = path(bench)
      let refused = try await bench.send(
        .put, path + "/answering-rules", as: bench.keys.tenant, rules("DE-XX"))
      #expect(refused.status == 422 && refused.body.contains("items.0.holidays"))
      let set = try await bench.send(
        .put, path + "/answering-rules", as: bench.keys.tenant, rules("DE"))
      #expect(set.status == 200 && set.body.contains(#""holidays":"DE""#), "\(set.body)")
      // Two Fridays, the first of them the first of May.
      for (day, isClosed) in [("2026-05-01", true), ("2026-05-08", false)] {
        let plan = try await bench.send(
          .get, path + "/answering-plan?caller=102&at=\(day)T10:00:00Z", as: bench.keys.tenant)
        #expect(plan.body.contains(#""arrival":null"#) == isClosed, "\(plan.body)")
      }
    }
  }

  @Test func aZoneThatNobodyKnowsIsRefused() async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(
        .patch, bench.tenantPath, as: bench.keys.reseller, #"{"time_zone":"Europe/Atlantis"}"#)
      #expect(answer.status == 422 && answer.body.contains("time_zone"), "\(answer.body)")
    }
  }

  @Test func whatPeopleDialForHelpReachesTheNodes() async throws {
    try await APIBench.with { bench in
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      _ = try await bench.send(
        .patch, bench.tenantPath, as: bench.keys.reseller, #"{"emergency_numbers":["110"]}"#)
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.dialling.emergencyNumbers == ["110"])
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
    }
  }
}
