import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct RingGroupTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/ring-group"
  }

  private func entry(_ bench: APIBench) async throws -> ExtensionEntry? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[0].id }
  }

  @Test func whomAnExtensionRingsReachesTheNodesAndIsTakenBack() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"strategy":"in-turn","members":["\#(member)"],"rings_for":12,"skips_busy":false,"confirms":true}"#
      )
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      #expect(
        try await entry(bench)?.group
          == RingGroup(
            strategy: .inTurn, members: [member], ringsFor: .seconds(12), skipsBusy: false,
            confirms: true))
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      #expect(try await entry(bench)?.group == nil)
    }
  }

  @Test func membersMayRingLaterForATimeOfTheirOwnAndOutside() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        """
        {"strategy":"together","rings_for":30,"members":[
          {"outside":"07700900123","after":10},
          {"extension":"\(member)","after":5,"rings_for":8}]}
        """)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      #expect(
        try await entry(bench)?.group?.members == [
          .init(.outside("07700900123"), after: .seconds(10), confirms: true),
          .init(.colleague(member), after: .seconds(5), ringsFor: .seconds(8)),
        ])
    }
  }

  @Test func whoIsGoneIsNoMemberAnyMore() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"strategy":"together","members":["\#(member)"]}"#)
      try await bench.store.extensions.remove(member, of: bench.mine.tenant.id, in: .platform)
      #expect(try await entry(bench)?.group?.members.isEmpty == true)
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      let (me, other) = (bench.mine.extensions[0].id, bench.mine.extensions[1].id)
      let stranger = ExtensionID(UUIDv7(high: 1, low: 1))
      for (body, field) in [
        (#"{"strategy":"loud","members":["\#(other)"]}"#, "strategy"),
        (#"{"strategy":"together","members":[]}"#, "members"),
        (#"{"strategy":"together","members":["\#(me)"]}"#, "members"),
        (#"{"strategy":"together","members":["\#(other)","\#(other)"]}"#, "members"),
        (#"{"strategy":"together","members":["\#(stranger)"]}"#, "members"),
        (#"{"strategy":"together","members":["\#(other)"],"rings_for":0}"#, "rings_for"),
        (#"{"strategy":"together","members":[{"outside":"x"}]}"#, "members.0.outside"),
        (#"{"strategy":"together","members":[{"after":5}]}"#, "members.0"),
        (
          #"{"strategy":"together","members":[{"extension":"\#(other)","after":20}]}"#,
          "members.0.after"
        ),
        (
          #"{"strategy":"in-turn","members":[{"extension":"\#(other)","after":1}]}"#,
          "members.0.after"
        ),
        (
          #"{"strategy":"in-turn","members":[{"extension":"\#(other)","rings_for":0}]}"#,
          "members.0.rings_for"
        ),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422, "\(body): \(answer.body)")
        #expect(answer.body.contains(field), "\(answer.body)")
      }
    }
  }
}
