import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Whom a tenant knows outside.
@Suite(.needsPostgres) struct ContactTests {
  private func add(_ body: String, to bench: APIBench) async throws -> Answer {
    try await bench.send(.post, "\(bench.tenantPath)/contacts", as: bench.keys.tenant, body)
  }

  private func take(_ file: String, to bench: APIBench) async throws -> Answer {
    try await bench.send(
      .post, "\(bench.tenantPath)/contact-file", as: bench.keys.tenant, file: Array(file.utf8),
      type: "text/plain")
  }

  private func names(_ query: String, of bench: APIBench) async throws -> [String] {
    struct List: Decodable {
      struct Item: Decodable { var name: String }
      var items: [Item]
    }
    let list: List = try await bench.send(
      .get, "\(bench.tenantPath)/contacts\(query)", as: bench.keys.tenant
    ).json()
    return list.items.map(\.name).sorted()
  }

  private func known(to bench: APIBench) async throws -> [ContactEntry] {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.contacts ?? []
  }

  @Test func whoIsAddedReachesTheNodesIsChangedAndForgotten() async throws {
    try await APIBench.with { bench in
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let made = try await add(
        #"{"name":"Ann","numbers":["020 7946 0123","+447700900123"],"groups":["board"],"vip":true}"#,
        to: bench)
      #expect(made.status == 201, "\(made.body)")
      let path = try #require(made.location)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).body == made.body)
      #expect(
        try await known(to: bench) == [
          ContactEntry(
            name: "Ann", numbers: ["+442079460123", "+447700900123"], groups: ["board"],
            isVIP: true)
        ])
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      let changed = try await bench.send(
        .put, path, as: bench.keys.tenant, #"{"name":"Anna","numbers":["+447700900123"]}"#)
      #expect(changed.status == 200, "\(changed.body)")
      #expect(
        try await known(to: bench)
          == [ContactEntry(name: "Anna", numbers: ["+447700900123"])])
      #expect(try await bench.send(.delete, path, as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).status == 404)
      #expect(try await known(to: bench).isEmpty)
    }
  }

  @Test func aNumberIsOnePersons() async throws {
    try await APIBench.with { bench in
      let first = try await add(#"{"name":"Ann","numbers":["+447700900123"]}"#, to: bench)
      let second = try await add(#"{"name":"Bob","numbers":["07700 900123"]}"#, to: bench)
      #expect(second.status == 409 && second.location == first.location, "\(second.body)")
    }
  }

  @Test func peopleAreFoundByNameNumberAndGroup() async throws {
    try await APIBench.with { bench in
      let file = """
        name,numbers,groups
        Ann,+447700900123,board|friends
        Bob,+447700900124,friends
        Cleo,+493012345,
        """
      let taken = try await take(file, to: bench)
      #expect(taken.status == 200, "\(taken.body)")
      #expect(try await names("?search=bO", of: bench) == ["Bob"])
      #expect(try await names("?search=90012", of: bench) == ["Ann", "Bob"])
      #expect(try await names("?group=board", of: bench) == ["Ann"])
      #expect(try await names("?group=friends&search=%2B447700900124", of: bench) == ["Bob"])
      #expect(try await names("?search=%25", of: bench).isEmpty)
    }
  }

  @Test func aFileReplacesWhomItKnowsAndIsWrittenAsItIsRead() async throws {
    try await APIBench.with { bench in
      let first = try await take("name,number\nAnn,+447700900123\nBob,+447700900124\n", to: bench)
      #expect(first.body == #"{"added":2,"replaced":0}"#)
      let second = try await take(
        "name,number,group\nAnna,07700 900123,board\nCleo,+493012345,\n", to: bench)
      #expect(second.body == #"{"added":1,"replaced":1}"#)
      let written = try await bench.send(
        .get, "\(bench.tenantPath)/contact-file", as: bench.keys.tenant)
      #expect(
        written.body
          == "name,numbers,groups,vip\r\nAnna,+447700900123,board,no\r\nBob,+447700900124,,no\r\n"
          + "Cleo,+493012345,,no\r\n")
      #expect(try await take(written.body, to: bench).body == #"{"added":0,"replaced":3}"#)
    }
  }

  @Test func aWrongLineIsNamedAndNobodyIsAdded() async throws {
    try await APIBench.with { bench in
      let file = """
        name,number
        Ann,+447700900123
        Bob,nobody
        ,+447700900125
        Dan,+447700900123
        """
      let answer = try await take(file, to: bench)
      #expect(answer.status == 422, "\(answer.body)")
      for place in ["line 3 numbers", "line 4 name", "line 5 numbers"] {
        #expect(answer.body.contains(place), "\(answer.body)")
      }
      #expect(try await known(to: bench).isEmpty)
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await APIBench.with { bench in
      for (body, field) in [
        (#"{"name":"","numbers":["+447700900123"]}"#, "name"),
        (#"{"name":"Ann","numbers":[]}"#, "numbers"),
        (#"{"name":"Ann","numbers":["help"]}"#, "numbers"),
        (#"{"name":"Ann","numbers":["+447700900123"],"groups":["a,b"]}"#, "groups"),
        (#"{"name":"Ann","numbers":["+447700900123"],"groups":[""]}"#, "groups"),
      ] {
        let answer = try await add(body, to: bench)
        #expect(answer.status == 422 && answer.body.contains("\"\(field)\""), "\(answer.body)")
      }
    }
  }

  @Test func rulesMayAskForGroupsOfContacts() async throws {
    try await APIBench.with { bench in
      let path = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/answering-rules"
      let rules =
        #"{"items":[{"when":"always","from":"group","group":"board","then":"ring"},"#
        + #"{"when":"always","from":"strangers","then":"decline"},"#
        + #"{"when":"busy","from":"vip","then":"ring"},{"when":"busy","from":"contacts","then":"busy"}]}"#
      let set = try await bench.send(.put, path, as: bench.keys.tenant, rules)
      #expect(set.status == 200, "\(set.body)")
      let entry = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?
        .extensions.first { $0.id == bench.mine.extensions[0].id }
      #expect(entry?.answering.map(\.callers) == [.group("board"), .strangers, .vip, .contacts])
      _ = try await add(
        #"{"name":"Ann","numbers":["+447700900123"],"groups":["board"]}"#, to: bench)
      let plan = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/answering-plan"
      let ann = try await bench.send(
        .get, plan + "?caller=%2B447700900123", as: bench.keys.tenant)
      #expect(ann.body.contains(#""then":"ring""#), "\(ann.body)")
      let other = try await bench.send(
        .get, plan + "?caller=%2B447700900124", as: bench.keys.tenant)
      #expect(other.body.contains(#""then":"decline""#), "\(other.body)")
      for wrong in [
        #"{"when":"always","from":"group","then":"ring"}"#,
        #"{"when":"always","from":"vip","group":"board","then":"ring"}"#,
      ] {
        let answer = try await bench.send(
          .put, path, as: bench.keys.tenant, #"{"items":[\#(wrong)]}"#)
        #expect(answer.status == 422 && answer.body.contains("items.0.group"), "\(answer.body)")
      }
    }
  }
}
