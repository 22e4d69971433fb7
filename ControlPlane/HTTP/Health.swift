import Hummingbird
import Logging

/// Something that must work before this process is given requests.
public struct HealthCheck: Sendable {
  public let name: String
  /// Throws what is wrong.
  let check: @Sendable () async throws -> Void

  public init(_ name: String, _ check: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.check = check
  }
}

/// `/healthz`, the process lives; `/readyz`, all it depends on works; `/metrics`.
struct OperationalRoutes: Sendable {
  /// A check that takes longer has failed.
  static let checkTimeout = Duration.seconds(2)

  let checks: [HealthCheck]
  let metrics: MetricsRegistry

  func register(on routes: inout RouteGroup) {
    routes.get("/healthz") { _ in Response.json(["status": "ok"]) }
    routes.get("/readyz", ready)
    routes.get("/metrics", scrape)
  }

  private func scrape(_ request: IncomingRequest) async -> Response {
    .text(
      PrometheusText.write(await metrics.families()), contentType: PrometheusText.contentType)
  }

  private func ready(_ request: IncomingRequest) async -> Response {
    var failures: [String: String] = [:]
    await withTaskGroup(of: (String, String?).self) { group in
      for check in checks { group.addTask { (check.name, await failure(of: check)) } }
      for await case (let name, let failure?) in group { failures[name] = failure }
    }
    for (name, failure) in failures {
      request.log.warning("not ready", metadata: ["check": "\(name)", "error": "\(failure)"])
    }
    let view = ReadinessView(
      status: failures.isEmpty ? "ready" : "not-ready",
      checks: Dictionary(
        uniqueKeysWithValues: checks.map { ($0.name, failures[$0.name] == nil ? "ok" : "failed") }))
    return .json(view, status: failures.isEmpty ? .ok : .serviceUnavailable)
  }

  /// What is wrong, for the log: the page is open to everybody and names only the check.
  private func failure(of check: HealthCheck) async -> String? {
    do {
      try await withTimeout(OperationalRoutes.checkTimeout) { try await check.check() }
      return nil
    } catch {
      return String(describing: error)
    }
  }
}

private struct ReadinessView: Encodable {
  var status: String
  var checks: [String: String]
}

/// It took too long.
struct TimedOut: Error, CustomStringConvertible {
  let limit: Duration
  var description: String { "no answer within \(limit)" }
}

/// Cancels `work` when it takes longer than `limit`.
func withTimeout(
  _ limit: Duration, _ work: @escaping @Sendable () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await work() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw TimedOut(limit: limit)
    }
    defer { group.cancelAll() }
    try await group.next()
  }
}
