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
    routes.put(Self.recording + "/hold", hold)
    routes.delete(Self.recording + "/hold", release)
    routes.get(Self.recording + "/history", history)
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
    let principal = try await keys.principal(of: request, toDo: .manageRecordings)
    try await recordings.delete(
      request.id("recording"), of: request.id("tenant"), by: principal)
    return .noContent
  }

  // MARK: - Holds

  private func hold(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageRecordings)
    let body: HoldBody = try await request.json()
    return .json(
      RecordingView(
        try await recordings.hold(
          request.id("recording"), of: request.id("tenant"), because: body.reason,
          by: principal)))
  }

  private func release(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .manageRecordings)
    try await recordings.release(
      request.id("recording"), of: request.id("tenant"), by: principal)
    return .noContent
  }

  /// What people did to it, also when it is gone.
  private func history(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    return .json(
      HistoryView(
        try await recordings.history(
          of: request.id("recording"), of: request.id("tenant"), in: scope)))
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
  /// Which rule had the call recorded, rul_…; null: somebody did.
  @Nullable var rule: String?
  /// Null: as all of the tenant's recordings.
  @Nullable var retentionDays: Int?
  /// Null: it goes when its time is over.
  @Nullable var hold: HoldView?

  init(_ recording: KeptRecording) {
    rule = recording.rule?.description
    retentionDays = recording.retention
    hold = recording.hold.map { HoldView(since: Timestamp($0.since), reason: $0.reason) }
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

private struct HoldBody: Decodable {
  var reason: String
}

private struct HoldView: Encodable {
  var since: Timestamp
  var reason: String
}

private struct HistoryView: Encodable {
  struct Event: Encodable {
    /// `held`, `released` or `deleted`.
    var event: String
    var at: Timestamp
    /// Whose key it was done with, key_….
    var key: String
    var reason: String
  }

  var items: [Event]

  init(_ events: [RecordingEvent]) {
    items = events.map {
      Event(
        event: $0.kind.rawValue, at: Timestamp($0.at), key: $0.key.description, reason: $0.reason)
    }
  }
}

private struct RetentionBody: Decodable {
  /// Null: recordings stay until somebody deletes them.
  var days: Int?
}

private struct RetentionView: Encodable {
  @Nullable var days: Int?
}
