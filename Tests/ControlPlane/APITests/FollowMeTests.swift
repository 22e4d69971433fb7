import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct FollowMeTests {
  private func path(_ bench: APIBench, _ what: String = "follow-me") -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/\(what)"
  }

  private func entry(_ bench: APIBench) async throws -> ExtensionEntry? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[0].id }
  }

  @Test func whereAUserIsLookedForReachesTheNodesAndIsTakenBack() async throws {
    try await APIBench.with { bench in
      let colleague = bench.mine.extensions[1].id
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"""
        {"steps":[{"targets":[{"kind":"own"}],"rings_for":15},
          {"targets":[{"kind":"outside","number":"07700900123"},
            {"kind":"extension","extension":"\#(colleague)"}],"confirms":false}]}
        """#)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      #expect(
        try await entry(bench)?.followMe
          == FollowMe(steps: [
            FollowMe.Step([.own], ringsFor: .seconds(15)),
            FollowMe.Step(
              [.outside("07700900123"), .colleague(colleague)], ringsFor: .seconds(20),
              confirms: false),
          ]))
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      #expect(try await entry(bench)?.followMe == nil)
    }
  }

  @Test func aColleagueWhoIsGoneIsNotLookedForAndTheStepStays() async throws {
    try await APIBench.with { bench in
      let colleague = bench.mine.extensions[1].id
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"steps":[{"targets":[{"kind":"extension","extension":"\#(colleague)"}]},"#
          + #"{"targets":[{"kind":"own"}]}]}"#)
      try await bench.store.extensions.remove(colleague, of: bench.mine.tenant.id, in: .platform)
      #expect(try await entry(bench)?.followMe?.steps.map(\.targets) == [[], [.own]])
    }
  }

  @Test func aRuleLooksForTheUserAndThePlanSaysWhatComesAfterwards() async throws {
    try await APIBench.with { bench in
      let rules = try await bench.send(
        .put, path(bench, "answering-rules"), as: bench.keys.tenant,
        #"{"items":[{"when":"always","then":"follow-me"},"#
          + #"{"when":"no-answer","then":"forward","to":"07700900123"}]}"#)
      #expect(rules.status == 200, "\(rules.body)")
      #expect(try await entry(bench)?.answering.first?.action == .followMe)
      let plan = try await bench.send(
        .get, path(bench, "answering-plan") + "?caller=%2B442079460999", as: bench.keys.tenant)
      #expect(
        plan.body.contains(#""arrival":{"line":0,"name":"","then":"follow-me"}"#), "\(plan.body)")
      #expect(plan.body.contains(#""afterwards":{"line":1"#), "\(plan.body)")
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      let (me, other) = (bench.mine.extensions[0].id, bench.mine.extensions[1].id)
      let stranger = ExtensionID(UUIDv7(high: 1, low: 1))
      for (body, field) in [
        (#"{"steps":[]}"#, "steps"),
        (#"{"steps":[{"targets":[]}]}"#, "steps.0.targets"),
        (#"{"steps":[{"targets":[{"kind":"moon"}]}]}"#, "steps.0.targets.0.kind"),
        (#"{"steps":[{"targets":[{"kind":"outside"}]}]}"#, "steps.0.targets.0.number"),
        (
          #"{"steps":[{"targets":[{"kind":"outside","number":"home"}]}]}"#,
          "steps.0.targets.0.number"
        ),
        (
          #"{"steps":[{"targets":[{"kind":"own","number":"07700900123"}]}]}"#,
          "steps.0.targets.0.number"
        ),
        (
          #"{"steps":[{"targets":[{"kind":"extension","extension":"\#(me)"}]}]}"#,
          "steps.0.targets.0.extension"
        ),
        (
          #"{"steps":[{"targets":[{"kind":"extension","extension":"\#(stranger)"}]}]}"#,
          "steps.0.targets"
        ),
        (
          #"{"steps":[{"targets":[{"kind":"extension","extension":"\#(other)"},"#
            + #"{"kind":"extension","extension":"\#(other)"}]}]}"#, "steps.0.targets"
        ),
        (#"{"steps":[{"targets":[{"kind":"own"}],"rings_for":0}]}"#, "steps.0.rings_for"),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422, "\(body): \(answer.body)")
        #expect(answer.body.contains(field), "\(answer.body)")
      }
    }
  }
}
