import DatabaseSupport
import Hummingbird
import NodeContract
import Rating
import Testing

@Suite(.needsPostgres) struct PriceListTests {
  @Test func aCarriersFileBecomesThePriceList() async throws {
    try await APIBench.with { bench in
      let path = "/v1/price-lists/\(bench.mine.priceList.id)/rates"
      let file = """
        prefix,description,per_minute,connection,initial,increment\r
        44,"United Kingdom, ""fixed""\",0.012,0,1,1\r
        4474,Mobile,0.5,0.01,60,30\r
        """
      let answer = try await bench.send(
        .post, path, as: bench.keys.reseller, file, type: "text/csv; charset=utf-8")
      #expect(answer.status == 200)
      #expect(answer.body == #"{"imported":2}"#)

      let rates = try await bench.send(.get, path, as: bench.keys.reseller).json(Rates.self)
      #expect(
        rates.items == [
          Rates.Row(
            prefix: "44", description: #"United Kingdom, "fixed""#, perMinute: "0.012",
            connection: "0", initial: 1, increment: 1),
          Rates.Row(
            prefix: "4474", description: "Mobile", perMinute: "0.5", connection: "0.01",
            initial: 60, increment: 30),
        ])
    }
  }

  @Test func rowsAlsoComeAsJSONWithDecimalStrings() async throws {
    try await APIBench.with { bench in
      let path = "/v1/price-lists/\(bench.mine.priceList.id)/rates"
      let answer = try await bench.send(
        .post, path, as: bench.keys.reseller,
        #"{"rates":[{"prefix":"1","per_minute":"0.000000001"}]}"#)
      #expect(answer.status == 200)
      let rates = try await bench.send(.get, path, as: bench.keys.reseller).json(Rates.self)
      #expect(rates.items.map(\.perMinute) == ["0.000000001"])
      let binary = try await bench.send(
        .post, path, as: bench.keys.reseller, #"{"rates":[{"prefix":"1","per_minute":0.1}]}"#)
      #expect(binary.status == 422)
    }
  }

  @Test(arguments: [
    ("prefix,description\n44,x\n", "a column per_minute"),
    ("prefix,description,per_minute\n44,x,0.1\n44,y,0.2\n", "rates.2.prefix is already in use."),
    ("prefix,description,per_minute\n+44,x,0.1\n", "rates.1.prefix must be 1 to 15 digits."),
    ("prefix,description,per_minute\n44,x,0,1\n", "rates.1 must be 3 columns."),
    ("prefix,description,per_minute\n44,x,-1\n", "rates.1.per_minute must be a price"),
    ("prefix,description,per_minute\n44,x,1e3\n", "rates.1.per_minute must be a decimal number"),
    ("prefix,description,per_minute\n44,x,0.0000000001\n", "at most 9 decimals"),
    ("prefix,description,per_minute,increment\n44,x,1,0\n", "increment 1 to 3600"),
    ("prefix,description,per_minute\n44,\"x,0.1\n", "quotes closed"),
    ("", "csv must not be empty."),
  ])
  func aFileWithAMistakeChangesNothingAndIsToldWhere(file: String, detail: String) async throws {
    try await APIBench.with { bench in
      let path = "/v1/price-lists/\(bench.mine.priceList.id)/rates"
      let before = try await bench.send(.get, path, as: bench.keys.reseller).body
      let answer = try await bench.send(
        .post, path, as: bench.keys.reseller, file, type: "text/csv")
      #expect([409, 422].contains(answer.status), "\(answer)")
      #expect(answer.body.contains(detail), "\(answer.body)")
      #expect(try await bench.send(.get, path, as: bench.keys.reseller).body == before)
    }
  }
}

private struct Rates: Decodable {
  struct Row: Decodable, Equatable {
    var prefix: String
    var description: String
    var perMinute: String
    var connection: String
    var initial: Int
    var increment: Int
  }

  var items: [Row]
}
