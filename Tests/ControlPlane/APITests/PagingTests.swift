import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct PagingTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/paging-group"
  }

  private func group(_ bench: APIBench) async throws -> PagingGroup? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[0].id }?.paging
  }

  @Test func whereAnExtensionsCallersAreHeardReachesTheNodesAndIsTakenBack() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"members":["\#(member)"],"pagers":["\#(member)"],"talks_back":true,"longest":30}"#)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      #expect(
        try await group(bench)
          == PagingGroup(
            members: [member], pagers: [member], talksBack: true, longest: .seconds(30)))
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      let open = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"members":["\#(member)"]}"#)
      #expect(open.status == 200, "\(open.body)")
      #expect(try await group(bench) == PagingGroup(members: [member]))
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      #expect(try await group(bench) == nil)
    }
  }

  @Test func aGroupWhosePagersAreAllGoneIsOpenToNobody() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"members":["\#(member)"],"pagers":["\#(member)"]}"#)
      try await bench.store.extensions.remove(member, of: bench.mine.tenant.id, in: .platform)
      #expect(try await group(bench) == PagingGroup(members: [], pagers: []))
    }
  }

  @Test func anExtensionThatRingsAGroupPagesNobody() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      let ringGroup = path(bench).replacing("paging-group", with: "ring-group")
      let rings = try await bench.send(
        .put, ringGroup, as: bench.keys.tenant,
        #"{"strategy":"together","members":["\#(member)"]}"#)
      #expect(rings.status == 200)
      let both = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"members":["\#(member)"]}"#)
      #expect(both.status == 422 && both.body.contains("rings no group"), "\(both.body)")
      _ = try await bench.send(.delete, ringGroup, as: bench.keys.tenant)
      let pages = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"members":["\#(member)"]}"#)
      #expect(pages.status == 200)
      let ringsToo = try await bench.send(
        .put, ringGroup, as: bench.keys.tenant,
        #"{"strategy":"together","members":["\#(member)"]}"#)
      #expect(ringsToo.status == 422 && ringsToo.body.contains("pages nobody"), "\(ringsToo.body)")
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      let (me, other) = (bench.mine.extensions[0].id, bench.mine.extensions[1].id)
      let stranger = ExtensionID(UUIDv7(high: 1, low: 1))
      for (body, field) in [
        (#"{"members":[]}"#, "members"),
        (#"{"members":["\#(me)"]}"#, "members"),
        (#"{"members":["\#(other)","\#(other)"]}"#, "members"),
        (#"{"members":["\#(stranger)"]}"#, "members"),
        (#"{"members":["\#(other)"],"pagers":["\#(stranger)"]}"#, "pagers"),
        (#"{"members":["\#(other)"],"longest":1}"#, "longest"),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422, "\(body): \(answer.body)")
        #expect(answer.body.contains(field), "\(answer.body)")
      }
    }
  }
}
