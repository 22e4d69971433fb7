import DatabaseSupport
import FoundationEssentials
import HTTP
import Hummingbird
import HummingbirdTesting
import Logging
import NodeContract
import Persistence
import Postgres
import Testing

@Suite(.needsPostgres) struct CallTests {
  /// 61 seconds to 4474 at 0.0123 a minute and 0.01 to be connected are 0.022505.
  @Test func aCallIsShownWithItsLegsAndWhatTheyCost() async throws {
    try await APIBench.with { bench in
      let made = try await AnsweredCall.commit(of: bench.mine, to: bench.store)
      let answer = try await bench.send(
        .get, bench.tenantPath + "/calls/\(made.call)", as: bench.keys.tenant)
      let call = try answer.json(CallView.self)
      #expect(call.direction == "outgoing")
      #expect(call.startedAt == "2026-06-01T12:00:00.000Z")
      #expect(call.outcome == "answered")
      let phone = try #require(call.legs?.first { $0.id == made.caller.description })
      #expect(phone.charge == nil)
      #expect(phone.party == CallView.Party(kind: "extension", number: "101"))
      let carrier = try #require(call.legs?.first { $0.id == made.callee.description })
      #expect(carrier.billedSeconds == 61)
      #expect(carrier.party == CallView.Party(kind: "trunk", number: nil))
      #expect(
        carrier.charge
          == CallView.Charge(
            amount: "0.022505", currency: "GBP", prefix: "4474", perMinute: "0.0123"))
      #expect(
        carrier.media
          == CallView.Media(
            packets: 3_040, packetsLost: 10, jitterMilliseconds: 1.25, roundTripMilliseconds: 24,
            opinionScore: 4.36))
    }
  }

  @Test func theListsAndTheBalanceAgreeWithTheCall() async throws {
    try await APIBench.with { bench in
      let made = try await AnsweredCall.commit(of: bench.mine, to: bench.store)
      struct Page<Item: Decodable>: Decodable { var items: [Item] }
      let calls = try await bench.send(.get, bench.tenantPath + "/calls", as: bench.keys.tenant)
      #expect(try calls.json(Page<CallView>.self).items.map(\.id) == [made.call.description])
      let cdrs = try await bench.send(.get, bench.tenantPath + "/cdrs", as: bench.keys.tenant)
      let legs = try cdrs.json(Page<CallView.Leg>.self).items.map(\.id)
      #expect(Set(legs) == [made.caller.description, made.callee.description])
      let balance = try await bench.send(
        .get, bench.tenantPath + "/balance", as: bench.keys.tenant)
      #expect(balance.body == #"{"owed":[{"amount":"0.022505","currency":"GBP"}]}"#)
    }
  }

  /// A member that has no value is there all the same, so that a reader can rely on it.
  @Test func aLegThatCostsNothingSaysSo() async throws {
    try await APIBench.with { bench in
      let made = try await AnsweredCall.commit(of: bench.mine, to: bench.store)
      let answer = try await bench.send(
        .get, bench.tenantPath + "/cdrs/\(made.caller)", as: bench.keys.tenant)
      #expect(answer.body.contains(#""charge":null"#))
      #expect(answer.body.contains(#""rung_at":null"#))
      #expect(answer.body.contains(#""media":null"#))
    }
  }
}

@Suite struct WithoutADatabaseTests {
  @Test func whileTheDatabaseIsAwayTheAPIAsksToTryLater() async throws {
    let nowhere = PostgresConfiguration(
      host: "127.0.0.1", port: 1, database: "none", user: "none")
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let database = Database(nowhere, logger: logger)
    try await APIBench.server(over: Store(database)).application().test(.router) { client in
      let answer = try await client.execute(
        uri: "/v1/tenants", method: .get,
        headers: [.authorization: "Bearer tdm_" + String(repeating: "A", count: 43)])
      #expect(answer.status == .serviceUnavailable)
      #expect(answer.headers[.retryAfter] == "2")
    }
    database.close()
  }
}

private struct CallView: Decodable {
  struct Party: Decodable, Equatable {
    var kind: String
    var number: String?
  }

  struct Media: Decodable, Equatable {
    var packets: Int
    var packetsLost: Int
    var jitterMilliseconds: Double
    var roundTripMilliseconds: Double?
    var opinionScore: Double?
  }

  struct Charge: Decodable, Equatable {
    var amount: String
    var currency: String
    var prefix: String
    var perMinute: String
  }

  struct Leg: Decodable {
    var id: String
    var party: Party
    var billedSeconds: Int
    var charge: Charge?
    var media: Media?
  }

  var id: String
  var direction: String
  var startedAt: String
  var outcome: String?
  var legs: [Leg]?
}
