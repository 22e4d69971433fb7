import DatabaseSupport
import Hummingbird
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct ClickTests {
  private struct Problem: Decodable {
    struct Field: Decodable { let name: String }

    let type: String
    let errors: [Field]?
  }

  private func click(
    _ body: String, key: String? = nil, as apiKey: String? = nil, by entry: ExtensionID? = nil,
    at bench: APIBench
  ) async throws -> Answer {
    try await bench.send(
      .post, "\(bench.tenantPath)/extensions/\(entry ?? bench.mine.extensions[0].id)/calls",
      as: apiKey ?? bench.keys.tenant, body, idempotencyKey: key)
  }

  @Test("A call has its id at once, and is found where the answer says")
  func made() async throws {
    try await APIBench.with { bench in
      let answer = try await click(
        #"{"to":"07700900123","shown":"+442079460101","answers_by_itself":true}"#, at: bench)
      #expect(answer.status == 201)
      let id = try answer.text("id")
      #expect(id.hasPrefix("call_") && answer.location == "\(bench.tenantPath)/calls/\(id)")
      let operators = try await click(
        #"{"to":"102"}"#, as: bench.keys.operator, at: bench)
      #expect(operators.status == 201)
      let resellers = try await click(#"{"to":"102"}"#, as: bench.keys.reseller, at: bench)
      #expect(resellers.status == 403, "calls are the customer's affair, and cost it money")
    }
  }

  @Test("The same request by the same key is the same call, and another request is refused")
  func again() async throws {
    try await APIBench.with { bench in
      let asked = #"{"to":"07700900123"}"#
      let first = try await click(asked, key: "one", at: bench)
      let second = try await click(asked, key: "one", at: bench)
      #expect(first.status == 201 && second.status == 201)
      #expect(try first.text("id") == second.text("id"))
      #expect(try await click(asked, key: "two", at: bench).text("id") != first.text("id"))
      #expect(try await click(asked, at: bench).text("id") != first.text("id"))
      let other = try await click(#"{"to":"102"}"#, key: "one", at: bench)
      #expect(other.status == 422)
      #expect(try other.json(Problem.self).type == "urn:tandem:problem:other-request")
      let colleague = try await click(
        asked, key: "one", by: bench.mine.extensions[1].id, at: bench)
      #expect(colleague.status == 422)
      #expect(try await click(asked, key: "", at: bench).status == 400)
      #expect(
        try await click(asked, key: String(repeating: "k", count: 256), at: bench).status == 400)

      try await bench.store.idempotencyKeys.expire(in: .platform)
      #expect(try await click(asked, key: "one", at: bench).text("id") == first.text("id"))
    }
  }

  @Test("A key that made nothing may be used again, for nobody's telephone rang")
  func refusedAndAgain() async throws {
    try await APIBench.with { bench in
      let answers = [
        try await click(#"{"to":"0001"}"#, key: "k", at: bench),
        try await click(#"{"to":"0001"}"#, key: "k", at: bench),
      ]
      #expect(answers.map(\.status) == [409, 409])
    }
  }

  @Test(
    "Each refusal says what is wrong",
    arguments: [
      ("0001", 409, "offline"), ("0002", 422, "invalid"), ("0003", 422, "invalid"),
      ("0004", 503, "unavailable"), ("0005", 503, "unavailable"), ("0006", 503, "unavailable"),
      ("", 422, "invalid"), ("sip:102@x", 422, "invalid"), ("+", 422, "invalid"),
      (String(repeating: "1", count: 65), 422, "invalid"),
    ])
  func refused(number: String, status: Int, kind: String) async throws {
    try await APIBench.with { bench in
      let answer = try await click(#"{"to":"\#(number)"}"#, at: bench)
      #expect(answer.status == status)
      let problem = try answer.json(Problem.self)
      #expect(problem.type == "urn:tandem:problem:\(kind)")
      if kind == "invalid" { #expect(problem.errors?.map(\.name) == ["to"]) }
      if status == 503 { #expect(answer.retryAfter != nil) }
    }
  }

  @Test("A number that is shown must be one, and the tenant's")
  func shown() async throws {
    try await APIBench.with { bench in
      for shown in ["020 7946", "+442079469999"] {
        let answer = try await click(#"{"to":"102","shown":"\#(shown)"}"#, at: bench)
        #expect(answer.status == 422)
        #expect(try answer.json(Problem.self).errors?.map(\.name) == ["shown"])
      }
    }
  }

  @Test("A call is called off once")
  func calledOff() async throws {
    try await APIBench.with { bench in
      let call = try await click(#"{"to":"102"}"#, at: bench).text("id")
      let path = "\(bench.tenantPath)/calls/"
      #expect(
        try await bench.send(.delete, path + call, as: bench.keys.tenant).status == 204)
      #expect(
        try await bench.send(
          .delete, path + "\(WillingNode.nobodys)", as: bench.keys.tenant
        ).status == 404)
    }
  }
}
