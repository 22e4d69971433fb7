import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Callers from outside who are not wanted, or always are.
@Suite(.needsPostgres) struct ScreeningTests {
  private func add(_ body: String, to bench: APIBench) async throws -> Answer {
    try await bench.send(.post, "\(bench.tenantPath)/screening", as: bench.keys.tenant, body)
  }

  private func known(to bench: APIBench) async throws -> [ScreeningEntry] {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.screening ?? []
  }

  @Test func aLineReachesTheNodesAndIsTakenAway() async throws {
    try await APIBench.with { bench in
      let owner = bench.mine.extensions[0].id
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let made = try await add(
        #"{"from":"020 7946 0199","verdict":"block","note":"sells"}"#, to: bench)
      #expect(made.status == 201, "\(made.body)")
      #expect(made.body.contains(#""extension":null"#) && made.body.contains(#""note":"sells""#))
      let allowed = try await add(
        #"{"from":"+4420*","verdict":"allow","extension":"\#(owner)"}"#, to: bench)
      #expect(allowed.status == 201, "\(allowed.body)")
      let path = try #require(made.location)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).body == made.body)
      let lines = try await known(to: bench)
      #expect(lines.map(\.callers) == [.number("+442079460199"), .range("+4420")])
      #expect(lines.map(\.extension) == [nil, owner])
      #expect(lines.map(\.verdict) == [.block, .allow])
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      #expect(try await bench.send(.delete, path, as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).status == 404)
      #expect(try await known(to: bench).map(\.callers) == [.range("+4420")])
    }
  }

  @Test func whoAsksWhatBecomesOfACallIsToldThatItIsBlocked() async throws {
    try await APIBench.with { bench in
      #expect(try await add(#"{"from":"+4477*","verdict":"block"}"#, to: bench).status == 201)
      let plan = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/answering-plan"
      let blocked = try await bench.send(
        .get, plan + "?caller=%2B447700900123", as: bench.keys.tenant)
      #expect(
        blocked.body.contains(#""from":"+4477*""#) && blocked.body.contains(#""verdict":"block""#),
        "\(blocked.body)")
      for caller in ["%2B442079460199", bench.mine.extensions[1].number.digits] {
        let other = try await bench.send(
          .get, plan + "?caller=\(caller)", as: bench.keys.tenant)
        #expect(other.body.contains(#""screening":null"#), "\(other.body)")
      }
    }
  }

  @Test func oneLineIsForTheSameCallersOnly() async throws {
    try await APIBench.with { bench in
      let first = try await add(#"{"from":"withheld","verdict":"block"}"#, to: bench)
      let second = try await add(#"{"from":"withheld","verdict":"allow"}"#, to: bench)
      #expect(second.status == 409 && second.location == first.location, "\(second.body)")
      let owner = bench.mine.extensions[0].id
      let users = try await add(
        #"{"from":"withheld","verdict":"allow","extension":"\#(owner)"}"#, to: bench)
      #expect(users.status == 201, "\(users.body)")
    }
  }

  @Test func linesAreFoundByNumberNoteAndUser() async throws {
    try await APIBench.with { bench in
      let owner = bench.mine.extensions[0].id
      for body in [
        #"{"from":"+447700900123","verdict":"block","note":"Sells cars"}"#,
        #"{"from":"+447700900124","verdict":"block","extension":"\#(owner)"}"#,
        #"{"from":"disproven","verdict":"block"}"#,
      ] { #expect(try await add(body, to: bench).status == 201) }
      for (query, count) in [
        ("", 3), ("?search=90012", 2), ("?search=cars", 1), ("?search=%25", 0),
        ("?extension=\(owner)", 1),
      ] {
        struct List: Decodable {
          struct Item: Decodable {}
          var items: [Item]
        }
        let list: List = try await bench.send(
          .get, "\(bench.tenantPath)/screening\(query)", as: bench.keys.tenant
        ).json()
        #expect(list.items.count == count, "\(query)")
      }
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      let strangers = bench.theirs.extensions[0].id
      for (body, field) in [
        (#"{"from":"help","verdict":"block"}"#, "from"),
        (#"{"from":"+44*0","verdict":"block"}"#, "from"),
        (#"{"from":"withheld","verdict":"perhaps"}"#, "verdict"),
        (#"{"from":"withheld","verdict":"block","extension":"\#(strangers)"}"#, "extension"),
      ] {
        let answer = try await add(body, to: bench)
        #expect(answer.status == 422 && answer.body.contains("\"\(field)\""), "\(answer.body)")
      }
    }
  }

  @Test func aNumberSaysWhatPhonesShow() async throws {
    try await APIBench.with { bench in
      let path = "\(bench.tenantPath)/numbers/\(bench.mine.number.id)"
      func display() async throws -> String? {
        try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.numbers
          .first { $0.id == bench.mine.number.id }?.display?.text
      }
      let set = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"display":"Acme: {caller}"}"#)
      #expect(set.status == 200 && set.body.contains(#""display":"Acme: {caller}""#), "\(set.body)")
      #expect(try await display() == "Acme: {caller}")
      let kept = try await bench.send(
        .patch, path, as: bench.keys.tenant,
        #"{"extension":"\#(bench.mine.extensions[1].id)"}"#)
      #expect(kept.body.contains(#""display":"Acme: {caller}""#), "\(kept.body)")
      let wrong = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"display":"Acme: {who}"}"#)
      #expect(wrong.status == 422 && wrong.body.contains(#""display""#), "\(wrong.body)")
      let taken = try await bench.send(.patch, path, as: bench.keys.tenant, #"{"display":null}"#)
      #expect(taken.body.contains(#""display":null"#), "\(taken.body)")
      #expect(try await display() == nil)
    }
  }
}
