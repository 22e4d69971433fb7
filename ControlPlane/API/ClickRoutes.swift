import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Calls that users have made: their own telephones ring first, and then whom they call.
struct ClickRoutes: Sendable {
  let keys: Authorization
  let clicks: ClickOperations

  func register(on routes: inout RouteGroup) {
    routes.post("/tenants/{tenant}/extensions/{extension}/calls", make)
    routes.delete("/tenants/{tenant}/calls/{call}", callOff)
    routes.post("/tenants/{tenant}/calls/{call}/recording", record)
  }

  /// The answer comes when the telephones ring. With an `Idempotency-Key` the same request again is the same
  /// call.
  private func make(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .makeCalls)
    let (tenant, user): (TenantID, ExtensionID) = (
      try request.id("tenant"), try request.id("extension")
    )
    let key = try request.idempotencyKey()
    let body: ClickBody = try await request.json()
    let call = try await clicks.make(
      NewClick(
        to: body.to, shown: body.shown, answersByItself: body.answersByItself ?? false, key: key),
      by: user, of: tenant, in: scope)
    return .created(
      ClickView(id: call.description, extension: user.description, to: body.to),
      at: "/v1/tenants/\(tenant)/calls/\(call)")
  }

  /// Of calls that were made so. 404: there is none by that id, or it has ended.
  private func callOff(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .makeCalls)
    try await clicks.callOff(request.id("call"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  /// Of any call. What is wanted already is done.
  private func record(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageRecordings)
    let body: RecordingBody = try await request.json()
    guard let wish = RecordingWish(rawValue: body.wish) else {
      throw InvalidField("wish", .malformed(expected: "begin, pause, resume or end"))
    }
    try await clicks.record(
      wish, in: request.id("call"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

private struct RecordingBody: Decodable {
  /// `begin`, `pause`, `resume` or `end`.
  var wish: String
}

private struct ClickBody: Decodable {
  /// As the user would dial it.
  var to: String
  /// +442079460123; absent or null: the user's own number.
  var shown: String?
  /// The user's telephones are asked to answer by themselves.
  var answersByItself: Bool?
}

/// How it goes is shown by the call itself.
private struct ClickView: Encodable {
  /// call_…
  var id: String
  /// ext_…
  var `extension`: String
  var to: String
}
