import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct MenuTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/menu"
  }

  private func entry(_ bench: APIBench) async throws -> ExtensionEntry? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[0].id }
  }

  @Test func whatCallersHearAndWhereTheirKeysLeadReachesTheNodesAndIsTakenBack() async throws {
    try await APIBench.with { bench in
      let other = bench.mine.extensions[1].id
      let sound = try await AudibleSound.commit(
        named: "prompt", of: bench.mine.tenant.id, to: bench.store)
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"""
        {"prompt":"\#(sound)","language":"de","takes_extensions":true,"patience":7,"repeats":1,
        "choices":{"1":{"then":"extension","to":"\#(other)"},"2":{"then":"mailbox","to":"\#(other)"},
        "3":{"then":"outside","to":"+447700900123"},"*":{"then":"room","to":"77"},
        "#":{"then":"hang-up"}},"finally":{"then":"extension","to":"\#(other)"}}
        """#)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      let menu = try #require(try await entry(bench)?.menu)
      #expect(menu.prompt?.id == sound)
      #expect(
        menu
          == VoiceMenu(
            prompt: menu.prompt, language: "de",
            choices: [
              "1": .extension(other), "2": .mailbox(other), "3": .outside("+447700900123"),
              "*": .room("77"), "#": .hangUp,
            ], takesExtensions: true, patience: .seconds(7), repeats: 1, last: .extension(other)))
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      let used = try await bench.send(
        .delete, "\(bench.tenantPath)/sounds/\(sound)", as: bench.keys.tenant)
      #expect(used.status == 409, "a menu plays it")
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      #expect(try await entry(bench)?.menu == nil)
      let unused = try await bench.send(
        .delete, "\(bench.tenantPath)/sounds/\(sound)", as: bench.keys.tenant)
      #expect(unused.status == 204)
    }
  }

  @Test func whoIsGoneIsNoChoiceAnyMore() async throws {
    try await APIBench.with { bench in
      let member = bench.mine.extensions[1].id
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"choices":{"1":{"then":"extension","to":"\#(member)"},"2":{"then":"hang-up"}}}"#)
      try await bench.store.extensions.remove(member, of: bench.mine.tenant.id, in: .platform)
      #expect(try await entry(bench)?.menu?.choices == ["2": .hangUp])
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      let stranger = ExtensionID(UUIDv7(high: 1, low: 1))
      let theirs = bench.theirs.extensions[0].id
      let sound = try await AudibleSound.commit(
        named: "theirs", of: bench.theirs.tenant.id, to: bench.store)
      let hangsUp = #""choices":{"1":{"then":"hang-up"}}"#
      for (body, field) in [
        (#"{}"#, "choices"), (#"{"choices":{"12":{"then":"hang-up"}}}"#, "choices"),
        (#"{"choices":{"1":{"then":"sing"}}}"#, "choices.1"),
        (#"{"choices":{"1":{"then":"sing","to":"x"}}}"#, "choices.1.then"),
        (#"{"choices":{"1":{"then":"hang-up","to":"x"}}}"#, "choices.1.to"),
        (#"{"choices":{"1":{"then":"extension"}}}"#, "choices.1.to"),
        (#"{"choices":{"1":{"then":"extension","to":"101"}}}"#, "choices.1.to"),
        (#"{"choices":{"1":{"then":"extension","to":"\#(stranger)"}}}"#, "to"),
        (#"{"choices":{"1":{"then":"mailbox","to":"\#(theirs)"}}}"#, "to"),
        (#"{"choices":{"1":{"then":"outside","to":"999"}}}"#, "choices.1.to"),
        (#"{"choices":{"1":{"then":"outside","to":"call me"}}}"#, "choices.1.to"),
        (#"{"choices":{"1":{"then":"room","to":"*7"}}}"#, "choices.1.to"),
        (#"{\#(hangsUp),"finally":{"then":"room","to":"seven"}}"#, "finally.to"),
        (#"{\#(hangsUp),"prompt":"\#(sound)"}"#, "prompt"),
        (#"{\#(hangsUp),"language":"xx"}"#, "language"),
        (#"{\#(hangsUp),"patience":0}"#, "patience"),
        (#"{\#(hangsUp),"repeats":10}"#, "repeats"),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422, "\(body): \(answer.body)")
        #expect(answer.body.contains(field), "\(body): \(answer.body)")
      }
    }
  }

  @Test func anExtensionRingsAGroupOrHasAMenu() async throws {
    try await APIBench.with { bench in
      let entry = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)"
      let member = bench.mine.extensions[1].id
      let ring = #"{"strategy":"together","members":["\#(member)"]}"#
      let menu = #"{"choices":{"1":{"then":"hang-up"}}}"#
      func put(_ what: String, _ body: String) async throws -> Int {
        try await bench.send(.put, "\(entry)/\(what)", as: bench.keys.tenant, body).status
      }
      #expect(try await put("ring-group", ring) == 200)
      #expect(try await put("menu", menu) == 422)
      let gone = try await bench.send(.delete, "\(entry)/ring-group", as: bench.keys.tenant)
      #expect(gone.status == 204)
      #expect(try await put("menu", menu) == 200)
      #expect(try await put("ring-group", ring) == 422)
    }
  }
}
