public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// The HTTP server: routes, health and metrics behind one door that numbers, times, logs and
/// counts every request. It knows nothing about telephony.
public struct WebServer: Sendable {
  public var host: String
  /// 0 lets the system choose.
  public var port: Int
  public var routes: [Route]
  public var checks: [HealthCheck]
  public var metrics: MetricsRegistry
  public var log: Logger

  public init(
    host: String, port: Int, routes: [Route], checks: [HealthCheck], metrics: MetricsRegistry,
    log: Logger
  ) {
    self.host = host
    self.port = port
    self.routes = routes
    self.checks = checks
    self.metrics = metrics
    self.log = log
  }

  /// The service; it stops gracefully: requests under way are answered.
  public func application(
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    Application(
      responder: FrontDoor(inner: responder(), routes: allRoutes, metrics: metrics),
      server: HTTPServerBuilder { responder in
        AttendedChannel(
          HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))))
      },
      configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
      onServerRunning: { await onListening($0.localAddress?.port ?? 0) }, logger: log)
  }

  private var allRoutes: [Route] {
    var operational = RouteGroup()
    OperationalRoutes(checks: checks, metrics: metrics).register(on: &operational)
    return operational.routes + routes
  }

  private func responder() -> RouterResponder<RequestScope> {
    let router = Router(context: RequestScope.self)
    for route in allRoutes {
      router.on(RouterPath(route.path), method: route.method) { request, scope in
        await route.answer(request, in: scope)
      }
    }
    return router.buildResponder()
  }
}

extension Route {
  /// Turns every error into a problem; those that are ours or the world's go to the log too.
  func answer(_ request: Request, in scope: RequestScope) async -> Response {
    let incoming = IncomingRequest(request, in: scope, bodyLimit: bodyLimit)
    do {
      return try await handler(incoming)
    } catch {
      let problem = (error as? any ProblemConvertible)?.asProblem ?? .internalError(cause: error)
      if problem.status.code >= 500 {
        scope.logger.error(
          "request failed",
          metadata: ["route": "\(self)", "error": "\(problem.cause ?? problem.detail)"])
      }
      return problem.response(to: scope.requestID)
    }
  }
}

/// What accompanies a request through Hummingbird.
struct RequestScope: RequestContext {
  var coreContext: CoreRequestContextStorage
  var requestID = ""

  init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
}

/// Every request passes here: it gets an id, and is timed, counted and logged.
struct FrontDoor: HTTPResponder {
  private let inner: RouterResponder<RequestScope>
  private let routes: [Route]
  private let count: Counter
  private let latency: Histogram

  init(inner: RouterResponder<RequestScope>, routes: [Route], metrics: MetricsRegistry) {
    self.inner = inner
    self.routes = routes
    count = metrics.counter(
      "tandem_http_requests_total", help: "Requests answered, by route and status.",
      labels: ["method", "route", "status"])
    latency = metrics.histogram(
      "tandem_http_request_seconds", help: "Time until the answer was ready.",
      labels: ["method", "route"])
  }

  func respond(to request: Request, context: RequestScope) async throws -> Response {
    var scope = context
    scope.requestID = RequestIdentity.of(request)
    scope.logger[metadataKey: "request"] = "\(scope.requestID)"
    scope.logger[metadataKey: "hb.request.id"] = nil
    let clock = ContinuousClock()
    let started = clock.now
    var response = try await answer(request, in: scope)
    response.headers[.requestID] = scope.requestID
    response.headers[.cacheControl] = "no-store"
    record(request, response, route: scope.endpointPath, took: clock.now - started, scope.logger)
    return response
  }

  private func answer(_ request: Request, in scope: RequestScope) async throws -> Response {
    let response = try await inner.respond(to: request, context: scope)
    guard scope.endpointPath == FrontDoor.nowhere else { return response }
    let methods = routes.filter { $0.matches(request.uri.path) }.map(\.method.rawValue)
    let problem: Problem =
      methods.isEmpty ? .notFound("There is no such path.") : .methodNotAllowed(methods)
    return problem.response(to: scope.requestID)
  }

  /// What Hummingbird's router calls the endpoint of a request that it has none for.
  private static let nowhere = "NotFound"

  private func record(
    _ request: Request, _ response: Response, route: String?, took: Duration, _ log: Logger
  ) {
    let method = routes.contains { $0.method == request.method } ? request.method.rawValue : "other"
    let route = route.map { $0 == FrontDoor.nowhere ? "none" : $0 } ?? "none"
    let status = String(response.status.code)
    count.add(1, method, route, status)
    latency.observe(took, method, route)
    log.debug(
      "answered",
      metadata: [
        "method": "\(method)", "path": "\(request.uri.path)", "status": "\(status)",
        "milliseconds": "\(took / .milliseconds(1))",
      ])
  }
}

/// A client may name its request, in 1 to 64 plain characters; otherwise it gets a name.
enum RequestIdentity {
  static func of(_ request: Request) -> String {
    guard let given = request.headers[.requestID], (1...64).contains(given.utf8.count),
      given.utf8.allSatisfy(isPlain)
    else { return String(UInt64.random(in: .min ... .max), radix: 36) }
    return given
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension HTTPFields.Element.Name {
  static let requestID = named("X-Request-ID")
  /// draft-ietf-httpapi-idempotency-key-header.
  static let idempotencyKey = named("Idempotency-Key")

  private static func named(_ text: String) -> HTTPFields.Element.Name {
    guard let name = HTTPFields.Element.Name(text) else {
      preconditionFailure("\(text) is a header name")
    }
    return name
  }
}
