import HTTP
import Hummingbird
import NodeContract
import Operations
import Persistence

/// Calls about which facts are kept that do not count; operators look at them and let them count.
struct QuarantineRoutes: Sendable {
  let keys: Authorization
  let quarantine: QuarantineOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/quarantine", list)
    routes.post("/quarantine/{call}/release", release)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    let page = try await quarantine.list(request.page(), in: scope)
    return .json(PageView(page, QuarantinedCallView.init))
  }

  private func release(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let call: CallID = try request.id("call")
    return .json(
      QuarantineReleaseView(call, try await quarantine.release(call, in: scope)))
  }
}

private struct QuarantinedCallView: Encodable {
  var call: String
  var tenant: String
  var reason: String
  var facts: Int
  var since: Timestamp

  init(_ call: QuarantinedCall) {
    self.call = call.call.description
    tenant = call.tenant.description
    reason = call.reason
    facts = call.facts
    since = Timestamp(call.since)
  }
}

private struct QuarantineReleaseView: Encodable {
  var call: String
  /// Facts that count now.
  var released: Int
  /// Facts that still do not, and why.
  var kept: Int
  @Nullable var reason: String?

  init(_ call: CallID, _ release: QuarantineRelease) {
    self.call = call.description
    released = release.released
    kept = release.kept
    reason = release.reason
  }
}
