import DatabaseSupport
import Drills
import Hummingbird
import NodeContract
import Operations
import Persistence
import Placement
import Synchronization
@_spi(Authorization) import Tenancy
import Testing

/// Whatever is asked for may be run, strikes one node and never ends; of node `node-a9` nothing may.
final class IdleDrills: DrillDesk {
  private let current = Mutex<Drill?>(nil)

  func plan(_ request: DrillRequest) async throws -> DrillPlan {
    var plan = planDrill(
      request, in: DrillView(cell: .init(generation: 1, nodes: [], addresses: [])))
    plan.obstacles =
      request.node?.text == "node-a9"
      ? [DrillObstacle(.emergency, "A call for help at node-a9. Wait until it is over.")] : []
    return plan
  }

  func begin(_ drill: Drill) async throws -> DrillID? {
    current.withLock { current in
      guard current == nil else { return current?.id }
      current = drill
      return nil
    }
  }

  func running() async throws -> Drill? { current.withLock { $0 } }

  func abort(_ id: DrillID) async throws -> Bool {
    current.withLock { current in
      guard current?.id == id else { return false }
      current?.abort()
      return true
    }
  }
}

@Suite(.needsPostgres) struct DrillRouteTests {
  private struct Problem: Decodable {
    struct Field: Decodable {
      let name: String
      let detail: String
    }

    let type: String
    let detail: String
    let existing: String?
    let errors: [Field]?
  }

  @Test("A plan says what would happen and changes nothing")
  func planning() async throws {
    try await APIBench.with { bench in
      let plan = try await bench.send(
        .post, "/v1/drills/plan", as: bench.keys.operator,
        #"{"fault":"machine","node":"node-a1","seconds":5}"#)
      #expect(plan.status == 200)
      #expect(plan.body.contains(#""may_run":true"#))
      #expect(plan.body.contains(#""promised_milliseconds":800"#))
      let list = try await bench.send(.get, "/v1/drills", as: bench.keys.operator)
      #expect(list.body == #"{"items":[],"next":null}"#)
    }
  }

  @Test("A drill is kept with who ordered it, and while it runs there is no other")
  func running() async throws {
    try await APIBench.with { bench in
      let body = #"{"fault":"process","node":"node-a1"}"#
      let begun = try await bench.send(.post, "/v1/drills", as: bench.keys.operator, body)
      #expect(begun.status == 201, "\(begun)")
      let id = try begun.text("id")
      #expect(begun.location == "/v1/drills/\(id)")
      #expect(try begun.text("phase") == "planned")
      #expect(try begun.text("ordered_by").hasPrefix("key_"))

      let second = try await bench.send(.post, "/v1/drills", as: bench.keys.operator, body)
      #expect(second.status == 409)
      #expect(try second.json(Problem.self).existing == id)

      let aborted = try await bench.send(
        .post, "/v1/drills/\(id)/abort", as: bench.keys.operator)
      #expect(aborted.status == 200)
      #expect(aborted.body.contains(#""aborted":true"#))
      let list = try await bench.send(.get, "/v1/drills", as: bench.keys.operator)
      #expect(list.body.contains(id))
    }
  }

  @Test("A guard rail is named, and no drill is kept")
  func forbidden() async throws {
    try await APIBench.with { bench in
      let refused = try await bench.send(
        .post, "/v1/drills", as: bench.keys.operator, #"{"fault":"process","node":"node-a9"}"#)
      #expect(refused.status == 409)
      let problem = try refused.json(Problem.self)
      #expect(problem.type == "urn:tandem:problem:drill-forbidden")
      #expect(problem.errors?.map(\.name) == ["emergency"])
      let list = try await bench.send(.get, "/v1/drills", as: bench.keys.operator)
      #expect(list.body == #"{"items":[],"next":null}"#)
    }
  }

  @Test(
    "What cannot be a drill is refused with the field that is wrong",
    arguments: [
      (#"{"fault":"earthquake"}"#, "fault"), (#"{"fault":"process"}"#, "node"),
      (#"{"fault":"site"}"#, "site"),
      (#"{"fault":"process","node":"node-a1","seconds":61}"#, "seconds"),
      (#"{"fault":"process","node":"node-a1","tenants":["ten_1"]}"#, "tenants"),
    ])
  func malformed(body: String, field: String) async throws {
    try await APIBench.with { bench in
      let refused = try await bench.send(.post, "/v1/drills", as: bench.keys.operator, body)
      #expect(refused.status == 422)
      #expect(try refused.json(Problem.self).errors?.map(\.name) == [field])
    }
  }

  @Test("What ended is kept as it ended, and records and ledger are looked up by call")
  func records() async throws {
    try await APIBench.with { bench in
      let call = try await AnsweredCall.commit(of: bench.mine, to: bench.store)
      let books = try await bench.store.drills.books(of: [call.call], in: .platform)
      #expect(books.recordedCalls == [call.call])
      #expect(books.legs.map(\.evidence) == ["signalled"])
      #expect(books.legs.map(\.count) == [2])
      #expect(books.ledgerDifferences == 0)
      let others = try await bench.store.drills.others(
        than: [bench.mine.tenant.id], in: .platform)
      // Its neighbour and the other reseller's are at home there; the trunks are its reseller's.
      #expect(others.contains { $0.key.text == "phones-a" && $0.value >= 2 })
    }
  }
}
