public import NodeContract

/// Reads a flow as it would be published, before anybody calls: its ways, those whom it names, and every
/// kind of caller at every kind of time.
public struct FlowCheck: Sendable {
  /// Errors first, then by step.
  public let findings: [FlowFinding]

  /// - Parameters:
  ///   - owner: whose callers go through it.
  ///   - tenant: as it is; what the flow names must be there.
  ///   - today: from when on a year is looked at.
  public init(
    _ flow: CallFlow, of owner: ExtensionID, in tenant: TenantSnapshot, from today: CivilDate
  ) {
    let ways = FlowWays(flow)
    var findings = ways.findings + FlowTargets(flow, of: owner, in: tenant).findings
    // Where ways are missing there is no telling who comes where.
    if !ways.isBroken {
      findings += FlowCases(flow, of: owner, in: tenant, from: today).findings
    }
    self.findings = findings.sorted { left, right in
      (left.kind.isError ? 0 : 1, left.step ?? "", left.kind.rawValue, left.text)
        < (right.kind.isError ? 0 : 1, right.step ?? "", right.kind.rawValue, right.text)
    }
  }

  /// Whether the flow may be published.
  public var isPassed: Bool { !findings.contains { $0.kind.isError } }
}

/// The ways from step to step, whoever goes them.
struct FlowWays {
  private let flow: CallFlow
  private(set) var findings: [FlowFinding] = []

  init(_ flow: CallFlow) {
    self.flow = flow
    if flow.steps[flow.start] == nil { missing(flow.start, named: "The flow begins at", at: nil) }
    for (name, step) in flow.steps.sorted(by: { $0.key < $1.key }) { check(step, named: name) }
    findLoops()
  }

  /// Some calls would come to no end that the author knows of.
  var isBroken: Bool {
    findings.contains { finding in
      switch finding.kind {
      case .unknownStep, .deadEnd, .menuWithoutTimeout, .loop: true
      default: false
      }
    }
  }

  // MARK: - Step by step

  private mutating func check(_ step: CallFlow.Step, named name: CallFlow.StepName) {
    for (way, target) in step.ways {
      guard let target else {
        lacks(way, name, step)
        continue
      }
      if flow.steps[target] == nil {
        missing(target, named: "“\(way)” of “\(name)” leads to", at: name)
      }
    }
    if case .menu(let menu) = step.action, menu.choices.isEmpty {
      findings.append(
        FlowFinding(
          .menuWithoutKeys, at: name, "The menu “\(name)” has no keys.",
          remedy: "Add choices, or make it an announcement."))
    }
  }

  private mutating func lacks(
    _ way: String, _ name: CallFlow.StepName, _ step: CallFlow.Step
  ) {
    if case .menu = step.action {
      findings.append(
        FlowFinding(
          .menuWithoutTimeout, at: name,
          "Whoever presses no key in “\(name)” goes nowhere.",
          remedy: "Say in “otherwise” which step comes then."))
    } else {
      findings.append(
        FlowFinding(
          .deadEnd, at: name, "“\(name)” does not say where calls go by “\(way)”.",
          remedy: "Name a step there; “hang-up” ends a call."))
    }
  }

  private mutating func missing(
    _ target: CallFlow.StepName, named words: String, at step: CallFlow.StepName?
  ) {
    findings.append(
      FlowFinding(
        .unknownStep, at: step, "\(words) “\(target)”, and there is no such step.",
        remedy: "Add the step, or name another."))
  }

  // MARK: - Round and round

  /// Whoever presses keys may go back as often as they like; nobody is led round without.
  private mutating func findLoops() {
    var done: Set<CallFlow.StepName> = []
    for start in flow.steps.keys.sorted() where !done.contains(start) {
      var path: [CallFlow.StepName] = []
      follow(start, &path, &done)
    }
  }

  private mutating func follow(
    _ name: CallFlow.StepName, _ path: inout [CallFlow.StepName],
    _ done: inout Set<CallFlow.StepName>
  ) {
    if let begin = path.firstIndex(of: name) {
      let circle = path[begin...] + [name]
      findings.append(
        FlowFinding(
          .loop, at: circle.min(),
          "Calls go round for ever: \(circle.map { "“\($0)”" }.joined(separator: " → ")).",
          remedy: "Have one of these steps lead out, or let a menu ask."))
      return
    }
    guard !done.contains(name), let step = flow.steps[name] else { return }
    path.append(name)
    for next in [step.then, step.otherwise].compactMap(\.self) { follow(next, &path, &done) }
    path.removeLast()
    done.insert(name)
  }
}

extension CallFlow.Step {
  /// All that it leads by, with where to; nil: that is not said.
  var ways: [(way: String, to: CallFlow.StepName?)] {
    switch action {
    case .hours, .night, .caller, .called: [("then", then), ("otherwise", otherwise)]
    case .ring, .outside, .queue: [("otherwise", otherwise)]
    case .announcement: [("then", then)]
    case .menu(let menu):
      menu.choices.sorted { $0.key < $1.key }.map { ("key \($0.key)", $0.value) }
        + [("otherwise", otherwise)]
    case .mailbox, .extension, .hangUp: []
    }
  }
}
