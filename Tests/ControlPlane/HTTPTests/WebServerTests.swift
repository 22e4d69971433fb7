import FoundationEssentials
import HTTP
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@Suite struct WebServerTests {
  @Test func aLivingProcessSaysSo() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(uri: "/healthz", method: .get)
      #expect(reply.status == .ok)
    }
  }

  @Test func aServerWhoseChecksPassIsReady() async throws {
    try await server(checks: [HealthCheck("postgres") {}]).application().test(.router) { client in
      let reply = try await client.execute(uri: "/readyz", method: .get)
      #expect(reply.status == .ok)
      #expect(String(buffer: reply.body) == #"{"checks":{"postgres":"ok"},"status":"ready"}"#)
    }
  }

  @Test func aServerThatIsNotReadyNamesTheFailedCheckAndKeepsTheReasonToItself() async throws {
    let checks = [
      HealthCheck("postgres") {}, HealthCheck("etcd") { throw Boom(secret: "password=hunter2") },
    ]
    try await server(checks: checks).application().test(.router) { client in
      let reply = try await client.execute(uri: "/readyz", method: .get)
      #expect(reply.status == .serviceUnavailable)
      #expect(
        String(buffer: reply.body)
          == #"{"checks":{"etcd":"failed","postgres":"ok"},"status":"not-ready"}"#)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func aCheckThatNeverAnswersFails() async throws {
    let stuck = HealthCheck("etcd") { try await Task.sleep(for: .seconds(3_600)) }
    try await server(checks: [stuck]).application().test(.router) { client in
      let reply = try await client.execute(uri: "/readyz", method: .get)
      #expect(reply.status == .serviceUnavailable)
    }
  }

  @Test func requestsAreCountedByRouteAndNotByPath() async throws {
    try await server().application().test(.router) { client in
      for name in ["anna", "bert"] {
        _ = try await client.execute(uri: "/greetings/\(name)", method: .get)
      }
      _ = try await client.execute(uri: "/nowhere", method: .get)
      let text = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
      let lines = text.split(separator: "\n")
      #expect(
        lines.contains(
          #"tandem_http_requests_total{method="GET",route="/greetings/{name}",status="200"} 2"#))
      #expect(
        lines.contains(#"tandem_http_requests_total{method="GET",route="none",status="404"} 1"#))
      #expect(
        lines.contains(
          #"tandem_http_request_seconds_count{method="GET",route="/greetings/{name}"} 2"#))
      #expect(lines.contains("# TYPE tandem_http_requests_total counter"))
    }
  }

  @Test func collectorsAreAskedAtEachScrapeAndLabelsAreEscaped() async throws {
    let metrics = MetricsRegistry()
    metrics.collect {
      [
        MetricFamily(
          "tandem_node_calls", help: "Calls.", kind: .gauge,
          samples: [MetricSample(2.5, labels: [MetricLabel("node", "a\"b\\c\nd")])])
      ]
    }
    try await server(metrics: metrics).application().test(.router) { client in
      let text = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
      #expect(text.contains(#"tandem_node_calls{node="a\"b\\c\nd"} 2.5"# + "\n"))
    }
  }

  @Test func anUnknownPathIsAProblemThatNamesTheRequest() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(
        uri: "/nowhere", method: .get, headers: [requestID: "my-request-7"])
      #expect(reply.status == .notFound)
      #expect(reply.headers[.contentType] == "application/problem+json")
      #expect(reply.headers[requestID] == "my-request-7")
      let problem = try JSONDecoder().decode(
        ProblemView.self, from: Data(reply.body.readableBytesView))
      #expect(problem.type == "urn:tandem:problem:not-found")
      #expect(problem.status == 404)
      #expect(problem.instance == "urn:tandem:request:my-request-7")
    }
  }

  @Test func aRequestIdThatCouldForgeALogLineIsReplaced() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(
        uri: "/healthz", method: .get, headers: [requestID: "a b\"c"])
      let given = try #require(reply.headers[requestID])
      #expect(!given.contains(" "))
    }
  }

  @Test func aMethodThatThePathLacksIsToldWhichItHas() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(uri: "/greetings/anna", method: .delete)
      #expect(reply.status == .methodNotAllowed)
      #expect(reply.headers[.allow] == "GET")
    }
  }

  @Test func aPartOfThePathThatIsNoSuchValueNamesNothing() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(uri: "/squares/seven", method: .get)
      #expect(reply.status == .notFound)
    }
  }

  @Test func aQueryThatCannotBeReadIsABadRequestThatNamesTheField() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(uri: "/squares/7?times=often", method: .get)
      #expect(reply.status == .badRequest)
      #expect(String(buffer: reply.body).contains(#""name":"times""#))
    }
  }

  @Test(arguments: [
    (#"{"count":3}"#, "name is missing."), (#"{"name":null,"count":3}"#, "name must not be null."),
    (#"{"name":"x","count":"3"}"#, "count must be a number."),
    (#"{"name":"x","count":3,"inner":[{"flag":1}]}"#, "inner.0.flag must be true or false."),
  ])
  func aBodyOfTheWrongShapeIsToldWhichMember(body: String, detail: String) async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(
        uri: "/orders", method: .post, body: ByteBuffer(string: body))
      #expect(reply.status == .unprocessableContent)
      #expect(String(buffer: reply.body).contains(detail))
    }
  }

  @Test func aBodyThatIsNoJSONIsABadRequest() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(
        uri: "/orders", method: .post, body: ByteBuffer(string: "{\"name\":"))
      #expect(reply.status == .badRequest)
    }
  }

  @Test func aBodyOverTheLimitIsRefusedAndTheServerGoesOn() async throws {
    try await server().application().test(.live) { client in
      let reply = try await client.execute(
        uri: "/small", method: .post, body: ByteBuffer(repeating: 65, count: 11))
      #expect(reply.status == .contentTooLarge)
    }
    try await server().application().test(.live) { client in
      let reply = try await client.execute(
        uri: "/small", method: .post, body: ByteBuffer(repeating: 65, count: 10))
      #expect(reply.status == .ok)
    }
  }

  @Test func anErrorOfOursTellsTheClientNothingOfItsCause() async throws {
    try await server().application().test(.router) { client in
      let reply = try await client.execute(uri: "/boom", method: .get)
      #expect(reply.status == .internalServerError)
      #expect(!String(buffer: reply.body).contains("hunter2"))
    }
  }

  @Test(arguments: ["", "ext_1", "a/b+c=d", "ü\u{0}\n"])
  func aCursorComesBackAsItWasGiven(position: String) throws {
    let cursor = Cursor(position: position)
    #expect(cursor.opaque.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") })
    #expect(Cursor(opaque: cursor.opaque) == cursor)
  }

  @Test(arguments: ["%", "a", "_w"]) func aForgedCursorIsRefused(text: String) {
    #expect(Cursor(opaque: text) == nil)
  }
}

private struct ProblemView: Decodable {
  var type: String
  var status: Int
  var instance: String
}

private struct Boom: Error {
  let secret: String
}

private struct Order: Codable {
  struct Inner: Codable { var flag: Bool }
  var name: String
  var count: Int
  var inner: [Inner]?
}

private let requestID = HTTPFields.Element.Name("X-Request-ID")!

private func server(
  checks: [HealthCheck] = [], metrics: MetricsRegistry = MetricsRegistry()
) -> WebServer {
  var routes = RouteGroup()
  routes.get("/greetings/{name}") { request in
    .json(["hello": try request.parameter("name") { $0 }])
  }
  routes.get("/squares/{number}") { request in
    let times = try request.query("times") { Int($0) } ?? 1
    return .json(["times": times, "number": try request.parameter("number") { Int($0) }])
  }
  routes.post("/orders") { request in .json(try await request.json(Order.self)) }
  routes.post("/small", bodyLimit: 10) { request in .json(["bytes": try await request.body().count])
  }
  routes.get("/boom") { _ in throw Boom(secret: "hunter2") }
  var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  log.logLevel = .critical
  return WebServer(
    host: "127.0.0.1", port: 0, routes: routes.routes, checks: checks, metrics: metrics, log: log)
}
