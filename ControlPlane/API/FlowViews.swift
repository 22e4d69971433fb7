import CallFlows
import HTTP
import NodeContract
import Operations
import Tenancy

/// A flow as people write it: `{"start": "hours", "steps": {"hours": {"do": "hours", …}}}`.
struct FlowView: Codable {
  var start: String
  var steps: [String: FlowStepView]

  init(_ flow: CallFlow) {
    let given = NewCallFlow(flow)
    start = given.start
    steps = given.steps.mapValues(FlowStepView.init)
  }

  /// What no step has is refused, so that nobody believes in what nothing heeds.
  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    start = try body.decode(String.self, forKey: .start)
    steps = try body.decode([String: FlowStepView].self, forKey: .steps)
    let members = try body.decode([String: MemberNames].self, forKey: .steps)
    for (step, members) in members.sorted(by: { $0.key < $1.key }) {
      for member in members.names where FlowStepView.CodingKeys(stringValue: member) == nil {
        let known = FlowStepView.CodingKeys.allCases.map(\.stringValue).joined(separator: ", ")
        throw InvalidField("steps.\(step).\(member)", .malformed(expected: "one of \(known)"))
      }
    }
  }

  func flow() throws -> NewCallFlow {
    var given: [String: NewCallFlow.Step] = [:]
    for (name, step) in steps { given[name] = try step.step(named: name) }
    return NewCallFlow(start: start, steps: given)
  }
}

/// Which members an object has.
private struct MemberNames: Decodable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let names: [String]

  init(from decoder: any Decoder) throws {
    names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue).sorted()
  }
}

/// Members that do not matter for what a step does are absent.
struct FlowStepView: Codable {
  struct Exception: Codable {
    /// `2026-12-24`
    var from: String
    /// Absent: the one day.
    var through: String?
    /// Absent: closed.
    var open: Bool?
  }

  struct Hours: Codable {
    var days: [String]
    var from: String
    var to: String
  }

  /// `do`
  var action: String
  var then: String?
  var otherwise: String?
  var hours: [Hours]?
  var holidays: String?
  var except: [Exception]?
  var from: String?
  var numbers: [String]?
  var group: String?
  /// An extension's id, ext_….
  var `extension`: String?
  var number: String?
  var seconds: Int?
  /// A sound of the tenant's, snd_….
  var sound: String?
  var language: String?
  var choices: [String: String]?
  var patience: Int?
  var repeats: Int?
  var cause: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case action = "do"
    case then, otherwise, hours, holidays, except, from, numbers, group, `extension`, number
    case seconds, sound, language, choices, patience, repeats, cause
  }

  init(_ step: NewCallFlow.Step) {
    action = step.action
    then = step.then
    otherwise = step.otherwise
    hours =
      step.hours.isEmpty
      ? nil : step.hours.map { Hours(days: $0.days, from: $0.from, to: $0.to) }
    holidays = step.holidays
    except =
      step.exceptions.isEmpty
      ? nil
      : step.exceptions.map { Exception(from: $0.first, through: $0.last, open: $0.isOpen) }
    from = step.callers
    numbers = step.numbers.isEmpty ? nil : step.numbers
    group = step.group
    self.extension = step.extension?.description
    number = step.number
    seconds = step.seconds
    sound = step.sound?.description
    language = step.language
    choices = step.choices.isEmpty ? nil : step.choices
    patience = step.patience
    repeats = step.repeats
    cause = step.cause
  }

  func step(named name: String) throws(InvalidField) -> NewCallFlow.Step {
    var step = NewCallFlow.Step(action, then: then, otherwise: otherwise)
    step.hours = (hours ?? []).map {
      NewAnsweringRule.Hours(days: $0.days, from: $0.from, to: $0.to)
    }
    step.holidays = holidays
    step.exceptions = (except ?? []).map {
      NewCallFlow.Step.Exception(first: $0.from, last: $0.through, isOpen: $0.open ?? false)
    }
    step.callers = from
    step.numbers = numbers ?? []
    step.group = group
    if let id = self.extension {
      step.extension = try reference(id, field: "steps.\(name).extension")
    }
    step.number = number
    step.seconds = seconds
    if let sound { step.sound = try reference(sound, field: "steps.\(name).sound") }
    step.language = language
    step.choices = choices ?? [:]
    step.patience = patience
    step.repeats = repeats
    step.cause = cause
    return step
  }
}

struct FlowOverviewView: Encodable {
  var `extension`: String
  /// The version in force; null: none.
  @Nullable var version: Int?
  var hasDraft: Bool

  init(_ overview: FlowOverview) {
    self.extension = overview.extension.description
    version = overview.version
    hasDraft = overview.hasDraft
  }
}

struct FlowVersionSummaryView: Encodable {
  var version: Int
  var note: String
  var publishedAt: Timestamp
  var inForce: Bool

  init(_ version: FlowVersion) {
    self.version = version.number
    note = version.note
    publishedAt = Timestamp(version.publishedAt)
    inForce = version.isInForce
  }
}

struct FlowVersionsView: Encodable {
  var items: [FlowVersionSummaryView]
}

struct FlowVersionView: Encodable {
  var version: Int
  var note: String
  var publishedAt: Timestamp
  var inForce: Bool
  var flow: FlowView

  init(_ version: FlowVersion) {
    self.version = version.number
    note = version.note
    publishedAt = Timestamp(version.publishedAt)
    inForce = version.isInForce
    flow = FlowView(version.flow)
  }
}

struct FlowDraftView: Encodable {
  struct Finding: Encodable {
    struct Example: Encodable {
      /// Null: somebody who hides the number.
      @Nullable var caller: String?
      var called: String
      /// What the clocks show: `2026-12-25 18:05`.
      var localTime: String
      /// Extensions whose switch is at night, ext_….
      var nights: [String]
    }

    var kind: String
    /// While there is such a finding the flow cannot be published.
    var isError: Bool
    @Nullable var step: String?
    var text: String
    var remedy: String
    @Nullable var example: Example?

    init(_ finding: FlowFinding) {
      kind = finding.kind.rawValue
      isError = finding.kind.isError
      step = finding.step
      text = finding.text
      remedy = finding.remedy
      example = finding.example.map { example in
        Example(
          caller: example.caller, called: example.called,
          localTime: "\(example.time.date.text) \(FlowExample.clock(example.time.minute))",
          nights: example.nights.map(\.description))
      }
    }
  }

  var savedAt: Timestamp
  var flow: FlowView
  var findings: [Finding]

  init(_ checked: CheckedDraft) {
    savedAt = Timestamp(checked.draft.savedAt)
    flow = FlowView(checked.draft.flow)
    findings = checked.findings.map(Finding.init)
  }
}

struct FlowDifferenceView: Encodable {
  struct Start: Encodable {
    var from: String
    var to: String
  }

  /// Null: calls begin in the same step.
  @Nullable var start: Start?
  var added: [String]
  var removed: [String]
  var changed: [String]

  init(_ difference: FlowDifference) {
    start = difference.start.map { Start(from: $0.from, to: $0.to) }
    added = difference.added
    removed = difference.removed
    changed = difference.changed
  }
}

/// What becomes of a call if nobody answers it: who rings, in which order, and why.
struct FlowWalkView: Encodable {
  struct Step: Encodable {
    var step: String
    /// What it does.
    var `do`: String
    /// Of a test: whether it holds; null: it is none.
    @Nullable var holds: Bool?
    /// One sentence for people.
    var text: String
  }

  /// What the clocks show where the tenant is: `2026-12-25 18:05`.
  var localTime: String
  var timeZone: String
  var items: [Step]

  init(_ explained: ExplainedFlow) {
    localTime = "\(explained.time.date.text) \(FlowExample.clock(explained.time.minute))"
    timeZone = explained.zone
    let words = FlowWords(explained)
    items = explained.account.entries.compactMap { entry in
      guard let action = explained.flow.steps[entry.step]?.action else { return nil }
      var holds: Bool?
      if case .tested(let result) = entry.event { holds = result }
      return Step(
        step: entry.step, do: action.word, holds: holds, text: words.text(of: entry, action))
    }
  }
}

/// What happens at each step, in words.
private struct FlowWords {
  private let numbers: [ExtensionID: String]
  private let usualSeconds: Int64

  init(_ explained: ExplainedFlow) {
    numbers = Dictionary(explained.extensions.map { ($0.id, $0.number) }) { first, _ in first }
    usualSeconds = explained.ringTimeout.components.seconds
  }

  func text(of entry: FlowAccount.Entry, _ action: CallFlow.Action) -> String {
    switch (action, entry.event) {
    case (.hours, .tested(let holds)):
      holds ? "It is one of the hours." : "It is none of the hours."
    case (.night, .tested(let holds)): holds ? "It is switched to night." : "It is switched to day."
    case (.caller, .tested(let holds)):
      holds ? "The caller is one of those." : "The caller is none of those."
    case (.called, .tested(let holds)):
      holds ? "That number was called." : "Another number was called."
    case (.ring(let id, let time), _): "\(name(id)) rings for \(seconds(time)) seconds."
    case (.outside(let number, let time), _):
      "\(number) is called for \(time.map { "\($0.components.seconds)" } ?? "as many as carriers take") seconds."
    case (.menu, .left(.key(let key))): "The caller hears the menu and presses \(key)."
    case (.menu, _): "The caller hears the menu and chooses nothing."
    case (.queue(let id), _): "The caller waits in the queue of \(name(id)), and nobody takes it."
    case (.announcement, _): "The caller hears the announcement."
    case (.mailbox(let id, _), _): "The caller may leave \(name(id)) a message."
    case (.extension(let id), _): "The call is \(name(id))'s from here on."
    case (.hangUp(let outcome), _): "The call ends: \(outcome.rawValue)."
    case (.hours, _), (.night, _), (.caller, _), (.called, _): ""
    }
  }

  private func name(_ id: ExtensionID) -> String { numbers[id] ?? id.description }

  private func seconds(_ time: Duration?) -> Int64 { time?.components.seconds ?? usualSeconds }
}
