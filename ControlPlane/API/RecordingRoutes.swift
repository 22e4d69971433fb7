import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Recorded calls, and for how long they are kept.
struct RecordingRoutes: Sendable {
  private static let recording = "/tenants/{tenant}/recordings/{recording}"
  private static let retention = "/tenants/{tenant}/recording-retention"

  let keys: Authorization
  let recordings: RecordingOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/recordings", list)
    routes.get(Self.recording, show)
    routes.get(Self.recording + "/sound", sound)
    routes.delete(Self.recording, delete)
    routes.get(Self.retention, showRetention)
    routes.put(Self.retention, setRetention)
  }

  /// `?call=call_…` lists those of one call.
  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    let page = try await recordings.list(
      request.page(), of: request.query("call") { CallID($0) }, of: request.id("tenant"),
      in: scope)
    return .json(PageView(page, RecordingView.init))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    return .json(
      RecordingView(
        try await recordings.find(
          request.id("recording"), of: request.id("tenant"), in: scope)))
  }

  private func sound(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    let contents = try await recordings.sound(
      of: request.id("recording"), of: request.id("tenant"), in: scope)
    return try .sound(contents, type: .mp3, for: request)
  }

  private func delete(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageRecordings)
    try await recordings.delete(request.id("recording"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  // MARK: - Retention

  private func showRetention(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    return .json(
      RetentionView(days: try await recordings.retention(of: request.id("tenant"), in: scope)))
  }

  private func setRetention(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageRecordings)
    let body: RetentionBody = try await request.json()
    return .json(
      RetentionView(
        days: try await recordings.setRetention(
          body.days, of: request.id("tenant"), in: scope)))
  }
}

private struct RecordingView: Encodable {
  var id: String
  var call: String
  /// Null: nothing is known of the call yet.
  @Nullable var from: String?
  @Nullable var to: String?
  /// `both`, the caller left and whom it called right; `caller`; or `called`.
  var parties: String
  var begunAt: Timestamp
  /// Of what is there.
  var seconds: Double
  var bytes: Int64
  /// How often seconds may be missing, as what recorded it was lost.
  var interruptions: Int
  /// `running`, `stopped`, `call-ended`, or `cut`: nobody saw its end.
  var state: String

  init(_ recording: KeptRecording) {
    id = recording.id.description
    call = recording.call.description
    from = recording.from
    to = recording.to
    parties = recording.parties.rawValue
    begunAt = Timestamp(recording.begunAt)
    seconds = Double(recording.milliseconds) / 1_000
    bytes = recording.bytes
    interruptions = recording.interruptions
    state = recording.state.rawValue
  }
}

private struct RetentionBody: Decodable {
  /// Null: recordings stay until somebody deletes them.
  var days: Int?
}

private struct RetentionView: Encodable {
  @Nullable var days: Int?
}
