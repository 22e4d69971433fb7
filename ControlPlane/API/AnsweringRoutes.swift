import CallFlows
import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// What users say of the calls to them, and what that comes to.
struct AnsweringRoutes: Sendable {
  let keys: Authorization
  let answering: AnsweringOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/answering-rules", list)
    routes.put("/tenants/{tenant}/extensions/{extension}/answering-rules", replace)
    routes.get("/tenants/{tenant}/extensions/{extension}/answering-plan", explain)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      RuleLines(
        try await answering.rules(
          of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: RuleLines = try await request.json()
    let rules = try await answering.replace(
      body.items.enumerated().map { try $0.element.line(at: $0.offset) },
      of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(RuleLines(rules))
  }

  private func explain(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let explained = try await answering.explain(
      request.id("extension"), of: request.id("tenant"),
      caller: request.query("caller") { $0 }, called: request.query("called") { $0 },
      at: request.query("at") { Timestamp($0).map { WallTime(milliseconds: $0.milliseconds) } },
      in: scope)
    return .json(PlanView(explained))
  }
}

private struct RuleLines: Codable {
  var items: [RuleLine]

  init(_ rules: [AnsweringRule]) { items = rules.map { RuleLine(NewAnsweringRule($0)) } }
}

/// Members that do not matter for a line are absent.
private struct RuleLine: Codable {
  var name: String?
  var when: String
  /// Seconds.
  var after: Int?
  var from: String?
  var numbers: [String]?
  var group: String?
  var hours: [HoursView]?
  var outsideHours: Bool?
  var holidays: String?
  var called: [String]?
  var then: String
  var to: String?
  /// A sound of the tenant's, snd_….
  var greeting: String?

  init(_ line: NewAnsweringRule) {
    name = line.name
    when = line.occasion
    after = line.after
    from = line.callers
    numbers = line.numbers.isEmpty ? nil : line.numbers
    group = line.group
    hours = line.hours.isEmpty ? nil : line.hours.map(HoursView.init)
    outsideHours = line.outsideHours ? true : nil
    holidays = line.holidays
    called = line.called.isEmpty ? nil : line.called
    then = line.action
    to = line.target
    greeting = line.greeting?.description
  }

  func line(at place: Int) throws(InvalidField) -> NewAnsweringRule {
    var line = NewAnsweringRule(
      name: name ?? "", occasion: when, after: after, callers: from ?? "anyone",
      numbers: numbers ?? [], group: group, hours: (hours ?? []).map(\.hours),
      outsideHours: outsideHours ?? false, holidays: holidays, called: called ?? [], action: then,
      target: to)
    if let greeting { line.greeting = try reference(greeting, field: "items.\(place).greeting") }
    return line
  }
}

private struct HoursView: Codable {
  var days: [String]
  var from: String
  var to: String

  init(_ hours: NewAnsweringRule.Hours) {
    (days, from, to) = (hours.days, hours.from, hours.to)
  }

  var hours: NewAnsweringRule.Hours { .init(days: days, from: from, to: to) }
}

/// Which line decides, on each occasion; null: none, and the call rings or ends as it would.
private struct PlanView: Encodable {
  struct Decision: Encodable {
    /// As in the list, 0 first; null: no rule of the list says so, but what is switched, by phone or else,
    /// or that there is a mailbox.
    @Nullable var line: Int?
    var name: String
    var then: String
    var to: String?
  }

  struct Screening: Encodable {
    var line: String
    var from: String
    var verdict: String

    init(_ entry: ScreeningEntry) {
      line = entry.id.description
      from = entry.callers.text
      verdict = entry.verdict.rawValue
    }
  }

  /// The line that says whether the call is wanted at all: where it is blocked, no rule is asked. Null:
  /// nobody said anything of it.
  @Nullable var screening: Screening?
  /// What the clocks show where the tenant is: `mon 18:05`.
  var localTime: String
  var timeZone: String
  @Nullable var arrival: Decision?
  @Nullable var offline: Decision?
  @Nullable var busy: Decision?
  @Nullable var noAnswer: Decision?
  /// When nobody took it where its user was looked for; null: it is not, or nothing comes after that.
  @Nullable var afterwards: Decision?
  /// Seconds until it counts as not answered; null: as long as all the tenant's calls.
  @Nullable var ringsFor: Int64?

  init(_ explained: ExplainedAnswering) {
    let time = explained.time
    let minute = "\(time.minute % 60 < 10 ? "0" : "")\(time.minute % 60)"
    let hour = "\(time.minute < 600 ? "0" : "")\(time.minute / 60)"
    screening = explained.screening.map(Screening.init)
    localTime = "\(WeeklyHours.dayNames[time.weekday]) \(hour):\(minute)"
    timeZone = explained.zone
    arrival = Self.decision(explained.plan.arrival, explained)
    offline = Self.decision(explained.plan.offline, explained)
    busy = Self.decision(explained.plan.busy, explained)
    noAnswer = Self.decision(explained.plan.noAnswer, explained)
    afterwards = Self.decision(explained.plan.afterwards, explained)
    ringsFor = explained.plan.patience?.components.seconds
  }

  private static func decision(
    _ decision: AnsweringPlan.Decision?, _ explained: ExplainedAnswering
  ) -> Decision? {
    decision.map { decision in
      guard let place = decision.line else {
        return Decision(line: nil, name: "", then: "voicemail", to: nil)
      }
      let line = NewAnsweringRule(explained.rules[place])
      return Decision(
        line: place < explained.switched ? nil : place - explained.switched, name: line.name,
        then: line.action, to: line.target)
    }
  }
}
