public import NodeContract

/// Every caller at every time, as far as a flow's tests tell them apart: each case is walked, with every key
/// that could be pressed.
struct FlowCases {
  /// More than any flow of people has; what is beyond is not tried, and that is said.
  private static let mostCases = 20_000

  private let flow: CallFlow
  private let owner: ExtensionID
  private(set) var findings: [FlowFinding] = []
  /// Steps to which some call comes.
  private var reached: Set<CallFlow.StepName> = []
  private var held: Set<CallFlow.StepName> = []
  private var failed: Set<CallFlow.StepName> = []
  /// Where calls end that found nobody, with the first of them.
  private var lost: [CallFlow.StepName: FlowExample] = [:]

  init(_ flow: CallFlow, of owner: ExtensionID, in tenant: TenantSnapshot, from today: CivilDate) {
    self.flow = flow
    self.owner = owner
    var left = Self.mostCases
    let kinds = FlowCaseKinds(flow, of: owner, in: tenant, from: today)
    for night in kinds.nights {
      for called in kinds.called {
        for caller in kinds.callers {
          for time in kinds.times where left > 0 {
            left -= 1
            visit(FlowCase(caller: caller, called: called, time: time, nights: night))
          }
        }
      }
    }
    if kinds.count > Self.mostCases || kinds.isCut { tellOfCut(kinds.count) }
    tellOfSteps()
    for (step, example) in lost.sorted(by: { $0.key < $1.key }) { tellOfLost(step, example) }
  }

  // MARK: - One case

  private mutating func visit(_ trial: FlowCase) {
    var (open, known): ([CallFlow.StepName], Set<CallFlow.StepName>) = ([flow.start], [])
    var ends: [CallFlow.StepName] = []
    var findsSomebody = false
    while let step = open.popLast() {
      let way = flow.way(from: step) { trial.holds($0, $1, for: owner) }
      for test in way.tests {
        reached.insert(test.step)
        if test.holds { held.insert(test.step) } else { failed.insert(test.step) }
      }
      guard let stop = way.stop, let action = flow.steps[stop]?.action,
        known.insert(stop).inserted
      else { continue }
      reached.insert(stop)
      switch action {
      case .ring, .outside, .queue, .mailbox, .extension: findsSomebody = true
      case .hangUp: ends.append(stop)
      case .menu, .announcement, .hours, .night, .caller, .called: break
      }
      open += flow.steps[stop]?.ways.compactMap(\.to) ?? []
    }
    guard !findsSomebody else { return }
    for end in ends where lost[end] == nil { lost[end] = FlowExample(trial) }
  }

  // MARK: - What is told

  private mutating func tellOfSteps() {
    for (name, step) in flow.steps.sorted(by: { $0.key < $1.key }) {
      guard reached.contains(name) else {
        findings.append(
          FlowFinding(
            .unreachable, at: name, "No caller comes to “\(name)” at any time.",
            remedy: "Lead a way there, or leave the step out."))
        continue
      }
      guard step.action.isTest, held.contains(name) != failed.contains(name) else { continue }
      findings.append(
        FlowFinding(
          .pointlessTest, at: name,
          held.contains(name)
            ? "“\(name)” holds for every call that comes to it."
            : "“\(name)” holds for no call that comes to it.",
          remedy: "Leave the step out, or check what it was to ask."))
    }
  }

  private mutating func tellOfLost(_ step: CallFlow.StepName, _ example: FlowExample) {
    let who = example.caller ?? "somebody without a number"
    let day = CivilDate.dayNames[example.time.weekday]
    findings.append(
      FlowFinding(
        .reachesNobody, at: step,
        "Some callers reach nobody and end at “\(step)”: \(who), calling \(example.called) on \(day) "
          + "\(example.time.date.text) at \(FlowExample.clock(example.time.minute)).",
        remedy: "Lead them to a mailbox, unless that is meant.", example: example))
  }

  private mutating func tellOfCut(_ count: Int) {
    findings.append(
      FlowFinding(
        .tooManyCases, at: nil,
        "Of \(count) kinds of calls that the tests tell apart \(Self.mostCases) were tried.",
        remedy: "Ask less in one flow, and hand calls over to another."))
  }
}

extension FlowExample {
  init(_ trial: FlowCase) {
    self.init(
      caller: trial.caller.value.number, called: trial.called.value, time: trial.time.value,
      nights: trial.nights.sorted())
  }
}

extension CivilDate {
  /// Monday first.
  static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// `2026-12-25`
  public var text: String { day.description }

  public var day: CalendarDay {
    let year = year
    let month = (1...12).last { CivilDate(year, $0, 1) <= self } ?? 1
    return CalendarDay(year, month, days - CivilDate(year, month, 1).days + 1)
  }
}
