import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite("Call flows", .needsPostgres) struct FlowRouteTests {
  private struct Draft: Decodable {
    struct Finding: Decodable {
      let kind: String
      let isError: Bool
      let step: String?
    }
    let findings: [Finding]
  }

  private struct Walk: Decodable {
    struct Step: Decodable, Equatable {
      let step: String
      let holds: Bool?
      let text: String
    }
    let localTime: String
    let items: [Step]
  }

  private struct Versions: Decodable {
    struct Version: Decodable, Equatable {
      let version: Int
      let inForce: Bool
      let note: String
    }
    let items: [Version]
  }

  /// 102 has the flow, 101 is rung.
  private func path(_ bench: APIBench, _ what: String = "") -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[1].id)/flow\(what)"
  }

  private func entry(_ bench: APIBench) async throws -> ExtensionEntry? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[1].id }
  }

  private func document(_ bench: APIBench, seconds: Int = 20) -> String {
    """
    {"start":"open_hours","steps":{
    "open_hours":{"do":"hours","hours":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00",\
    "to":"17:00"}],"holidays":"GB-ENG","except":[{"from":"2026-12-24"}],"then":"menu",\
    "otherwise":"desk"},
    "menu":{"do":"menu","choices":{"1":"desk","2":"mobile"},"otherwise":"desk"},
    "desk":{"do":"ring","extension":"\(bench.mine.extensions[0].id)","seconds":\(seconds),\
    "otherwise":"mobile"},
    "mobile":{"do":"outside","number":"07700900123","otherwise":"end"},
    "end":{"do":"hang-up","cause":"busy"}}}
    """
  }

  private func put(_ bench: APIBench, _ document: String) async throws -> Answer {
    try await bench.send(.put, path(bench, "/draft"), as: bench.keys.tenant, document)
  }

  private func get(_ bench: APIBench, _ what: String = "") async throws -> Answer {
    try await bench.send(.get, path(bench, what), as: bench.keys.tenant)
  }

  private func publish(_ bench: APIBench, _ note: String = "") async throws -> Answer {
    try await bench.send(
      .post, path(bench, "/versions"), as: bench.keys.tenant, #"{"note":"\#(note)"}"#)
  }

  private func revision(_ bench: APIBench) async throws -> Int64 {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.revision ?? 0
  }

  @Test("A draft is nothing to nodes; what is published is what they get, and is given back")
  func published() async throws {
    try await APIBench.with { bench in
      let before = try await revision(bench)
      let saved = try await put(bench, document(bench))
      #expect(saved.status == 200, "\(saved.body)")
      #expect(try saved.json(Draft.self).findings.isEmpty, "\(saved.body)")
      #expect(try await get(bench, "/draft").body == saved.body)
      #expect(try await entry(bench)?.flow == nil)
      #expect(try await revision(bench) == before)
      #expect(try await get(bench).status == 404)

      let version = try await publish(bench, "first")
      #expect(version.status == 201, "\(version.body)")
      #expect(version.location?.hasSuffix("/flow/versions/1") == true)
      let flow = try #require(try await entry(bench)?.flow)
      #expect(flow.start == "open_hours" && flow.steps.count == 5)
      #expect(
        flow.steps["desk"]
          == CallFlow.Step(
            .ring(bench.mine.extensions[0].id, for: .seconds(20)), otherwise: "mobile"))
      #expect(try await revision(bench) > before)
      #expect(try await get(bench).body == version.body)
      #expect(version.body.contains(#""open_hours":{"do":"hours""#), "\(version.body)")
      #expect(try await get(bench, "/draft").status == 404)
      let list = try await bench.send(
        .get, bench.tenantPath + "/flows", as: bench.keys.tenant)
      #expect(
        list.body.contains("\(bench.mine.extensions[1].id)")
          && list.body.contains(#""version":1"#) && list.body.contains(#""has_draft":false"#))
    }
  }

  @Test("Versions are compared, rolled back, and withdrawn")
  func rolledBack() async throws {
    try await APIBench.with { bench in
      _ = try await put(bench, document(bench))
      _ = try await publish(bench, "first")
      _ = try await put(bench, document(bench, seconds: 5))
      #expect(
        try await get(bench, "/difference").body
          == #"{"added":[],"changed":["desk"],"removed":[],"start":null}"#)
      #expect(try await publish(bench, "shorter").status == 201)
      #expect(
        try await get(bench, "/versions").json(Versions.self).items == [
          .init(version: 2, inForce: true, note: "shorter"),
          .init(version: 1, inForce: false, note: "first"),
        ])
      let back = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"version":1}"#)
      #expect(back.status == 200, "\(back.body)")
      guard case .ring(_, for: .seconds(20))? = try await entry(bench)?.flow?.steps["desk"]?.action
      else {
        Issue.record("the first version is not in force")
        return
      }
      #expect(
        try await bench.send(.put, path(bench), as: bench.keys.tenant, #"{"version":7}"#).status
          == 404)
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await entry(bench)?.flow == nil)
      #expect(try await get(bench, "/versions").json(Versions.self).items.count == 2)
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 404)
    }
  }

  @Test("What was found is told with the draft, and keeps it from being published")
  func refused() async throws {
    try await APIBench.with { bench in
      let draft = try await put(
        bench,
        """
        {"start":"desk","steps":{"desk":{"do":"ring","extension":"\(bench.mine.extensions[0].id)",
        "otherwise":"box"},"box":{"do":"mailbox","extension":"\(bench.mine.extensions[0].id)"},
        "attic":{"do":"hang-up"}}}
        """)
      #expect(draft.status == 200, "\(draft.body)")
      let findings = try draft.json(Draft.self).findings
      #expect(findings.map(\.kind) == ["unreachable", "unknown-target"])
      #expect(findings.map(\.step) == ["attic", "box"] && findings.allSatisfy(\.isError))
      let refused = try await publish(bench)
      #expect(refused.status == 422)
      #expect(
        refused.body.contains("steps.attic") && refused.body.contains("has no mailbox"),
        "\(refused.body)")
      #expect(try await entry(bench)?.flow == nil)
    }
  }

  @Test("What is no flow is refused with each mistake in its place")
  func malformed() async throws {
    try await APIBench.with { bench in
      let answer = try await put(
        bench,
        #"{"start":"a","steps":{"a":{"do":"ring","seconds":900},"b":{"do":"dance"},"#
          + #""c":{"do":"announcement","sound":"snd_0190a0b0c0d070008000000000000001"}}}"#)
      #expect(answer.status == 422, "\(answer.body)")
      #expect(answer.body.contains("steps.c.sound"), "\(answer.body)")
      let others = try await put(
        bench, #"{"start":"a","steps":{"a":{"do":"ring","seconds":900},"b":{"do":"dance"}}}"#)
      #expect(others.status == 422)
      #expect(others.body.contains("steps.a.extension") && others.body.contains("steps.b.do"))
      let misspelt = try await put(
        bench, #"{"start":"a","steps":{"a":{"do":"hang-up","otherwhise":"b"}}}"#)
      #expect(misspelt.status == 422)
      #expect(misspelt.body.contains("steps.a.otherwhise must be one of"), "\(misspelt.body)")
    }
  }

  @Test("Who rings when somebody calls on Christmas Day is told step by step")
  func explained() async throws {
    try await APIBench.with { bench in
      _ = try await put(bench, document(bench))
      let walk = try await get(
        bench, "/walk?version=draft&caller=%2B442079460999&at=2026-12-25T18:05:00Z"
      ).json(Walk.self)
      #expect(walk.localTime == "2026-12-25 18:05")
      #expect(walk.items.map(\.step) == ["open_hours", "desk", "mobile", "end"])
      #expect(walk.items.map(\.holds) == [false, nil, nil, nil])
      #expect(walk.items[1].text == "101 rings for 20 seconds.")
      let open = try await get(bench, "/walk?version=draft&at=2026-12-23T10:00:00Z&keys=2")
        .json(Walk.self)
      #expect(open.items.map(\.step) == ["open_hours", "menu", "mobile", "end"])
    }
  }

  @Test("Callers are received in one way, and who is named stays")
  func references() async throws {
    try await APIBench.with { bench in
      _ = try await put(bench, document(bench))
      _ = try await publish(bench)
      let menu = try await bench.send(
        .put, "\(bench.tenantPath)/extensions/\(bench.mine.extensions[1].id)/menu",
        as: bench.keys.tenant, #"{"choices":{"1":{"then":"hang-up"}}}"#)
      #expect(menu.status == 422, "\(menu.body)")
      // The number's own destination aside, the flow names it.
      _ = try await bench.send(
        .delete, "\(bench.tenantPath)/numbers/\(bench.mine.number.id)", as: bench.keys.operator)
      let removed = try await bench.send(
        .delete, "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)",
        as: bench.keys.operator)
      #expect(removed.status == 409, "\(removed.body)")
    }
  }

  @Test("Night is switched by the API, too")
  func night() async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(
        .patch,
        "\(bench.tenantPath)/extensions/\(bench.mine.extensions[1].id)/answering-switches",
        as: bench.keys.tenant, #"{"night":true}"#)
      #expect(answer.status == 200 && answer.body.contains(#""night":true"#), "\(answer.body)")
      #expect(try await entry(bench)?.switches.isNight == true)
    }
  }
}
