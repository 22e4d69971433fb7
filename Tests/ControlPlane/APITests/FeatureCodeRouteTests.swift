import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Codes and what is switched by them, through the API and down to the nodes.
@Suite(.needsPostgres) struct FeatureCodeRouteTests {
  private func snapshot(_ bench: APIBench) async throws -> TenantSnapshot? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
  }

  @Test func aTenantsCodesReachTheNodesAndGoBackToTheUsualOnes() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath + "/feature-codes"
      let before = try await snapshot(bench)
      #expect(before?.features == .usual)
      let set = try await bench.send(
        .put, path, as: bench.keys.tenant,
        #"{"items":[{"feature":"park","code":"*55"},{"feature":"room","code":null}]}"#)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).body == set.body)
      let after = try await snapshot(bench)
      #expect(after?.features.codes[.park] == "*55" && after?.features.codes[.room] == nil)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      let back = try await bench.send(.put, path, as: bench.keys.tenant, #"{"items":[]}"#)
      #expect(back.status == 200)
      #expect(try await snapshot(bench)?.features == .usual)
    }
  }

  @Test func whatCouldMeanTwoThingsIsRefusedAndNamed() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath + "/feature-codes"
      let number = bench.mine.extensions[0].number.digits
      for code in ["*72", "*7", number, "999"] {
        let answer = try await bench.send(
          .put, path, as: bench.keys.tenant,
          #"{"items":[{"feature":"voicemail","code":"\#(code)"}]}"#)
        let isRefused = answer.status == 422
        #expect(isRefused == (code != "*7"), "\(code): \(answer.body)")
        if isRefused { #expect(answer.body.contains("items.0.code"), "\(answer.body)") }
      }
    }
  }

  @Test func noExtensionGetsANumberThatIsACode() async throws {
    try await APIBench.with { bench in
      _ = try await bench.send(
        .put, bench.tenantPath + "/feature-codes", as: bench.keys.tenant,
        #"{"items":[{"feature":"voicemail","code":"150"}]}"#)
      let taken = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"150","name":"n"}"#)
      #expect(taken.status == 409 || taken.status == 422, "\(taken.body)")
    }
  }

  @Test func whatIsSwitchedReachesTheNodes() async throws {
    try await APIBench.with { bench in
      let path = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/answering-switches"
      let set = try await bench.send(
        .patch, path, as: bench.keys.tenant,
        #"{"do_not_disturb":true,"forward_no_answer":"07700900123","no_answer_after":9}"#)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).body == set.body)
      let entry = try await snapshot(bench)?.extensions.first {
        $0.id == bench.mine.extensions[0].id
      }
      #expect(
        entry?.rules.map(\.action)
          == [.busy, .forward(to: "07700900123"), .forward(to: "07700900123")])
      _ = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"forward_no_answer":null}"#)
      let after = try await snapshot(bench)?.extensions.first {
        $0.id == bench.mine.extensions[0].id
      }
      #expect(after?.rules.map(\.action) == [.busy])
      let plan = try await bench.send(
        .get,
        "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/answering-plan?caller=102",
        as: bench.keys.tenant)
      #expect(plan.body.contains("do-not-disturb"), "\(plan.body)")
    }
  }
}
