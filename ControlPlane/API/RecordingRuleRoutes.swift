import CallFlows
import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Which calls are recorded, and which rule says so.
struct RecordingRuleRoutes: Sendable {
  let keys: Authorization
  let rules: RecordingRuleOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/recording-rules", list)
    routes.put("/tenants/{tenant}/recording-rules", replace)
    routes.get("/tenants/{tenant}/recording-rules/explanation", explain)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    return .json(RuleLines(try await rules.rules(of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageRecordings)
    let body: RuleLines = try await request.json()
    let lines = try body.items.enumerated().map { try $0.element.rule(at: $0.offset) }
    return .json(
      RuleLines(try await rules.replace(lines, of: request.id("tenant"), in: scope)))
  }

  /// `?direction=from-outside&extensions=ext_…,ext_…&number=02079460123&call=call_…`
  private func explain(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readRecordings)
    let call = RecordableCall(
      call: try request.query("call") { CallID($0) },
      direction: try request.query("direction") { RecordingRule.Direction(rawValue: $0) }
        ?? .inside,
      extensions: try request.query("extensions") { text in
        let ids = text.split(separator: ",").map { ExtensionID(String($0)) }
        return ids.contains(nil) ? nil : Set(ids.compactMap(\.self))
      } ?? [])
    return .json(
      ExplanationView(
        try await rules.explain(
          call, number: request.query("number") { $0 }, of: request.id("tenant"), in: scope)))
  }
}

private struct RuleLines: Codable {
  var items: [RuleLine]

  init(_ lines: [RecordingRuleLine]) { items = lines.map(RuleLine.init) }
}

/// Members that do not matter for a rule are absent.
private struct RuleLine: Codable {
  /// rul_…; absent: a new one.
  var id: String?
  var name: String?
  /// ext_…: whose calls; absent, and no number: all.
  var `extension`: String?
  /// Which was called.
  var number: String?
  /// `from-outside`, `to-outside` or `inside`; absent: all.
  var direction: String?
  /// Of a hundred calls; absent: all.
  var share: Int?
  /// `record` or `spare`.
  var then: String
  /// `none`, `caller`, `called` or `both`.
  var announcement: String?
  /// `nobody`, `administrators` or `users`.
  var pausedBy: String?
  /// Absent: as all of the tenant's recordings.
  var retentionDays: Int?

  init(_ line: RecordingRuleLine) {
    let rule = line.rule
    id = rule.id.description
    name = line.name.isEmpty ? nil : line.name
    switch rule.calls {
    case .all: break
    case .of(let id): self.extension = id.description
    case .to(let number): self.number = number
    }
    direction = rule.direction?.rawValue
    share = rule.share
    then = rule.records ? "record" : "spare"
    announcement = rule.notice.rawValue
    pausedBy = rule.pausers.rawValue
    retentionDays = line.retention
  }

  func rule(at place: Int) throws(InvalidField) -> NewRecordingRule {
    var rule = NewRecordingRule(
      name: name ?? "", number: number, direction: direction, share: share ?? 100, action: then,
      announcement: announcement ?? "none", pausedBy: pausedBy ?? "users",
      retention: retentionDays)
    if let id { rule.id = try reference(id, field: "items.\(place).id") }
    if let owner = self.extension {
      rule.extension = try reference(owner, field: "items.\(place).extension")
    }
    return rule
  }
}

/// What each rule is to a call.
private struct ExplanationView: Encodable {
  struct Line: Encodable {
    var id: String
    var name: String
    /// `decides`, `not-asked`, `other-calls`, `other-direction` or `not-in-share`.
    var fit: String
  }

  var isRecorded: Bool
  /// rul_…: which decides; null: none does.
  @Nullable var rule: String?
  var items: [Line]

  init(_ explained: ExplainedRecording) {
    isRecorded = explained.decision?.rule.records ?? false
    rule = explained.decision?.rule.id.description
    items = zip(explained.lines, explained.fits).map { line, fit in
      Line(id: line.rule.id.description, name: line.name, fit: fit.rawValue)
    }
  }
}
