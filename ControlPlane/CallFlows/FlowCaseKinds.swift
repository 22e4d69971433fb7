import NodeContract

/// One of those that a flow's tests find alike, with the tests that hold for it.
struct FlowCaseKind<Value> {
  let value: Value
  let holding: Set<CallFlow.StepName>
}

/// Who calls, as tests see it.
struct FlowCaseCaller: Hashable {
  var number: String?
  var isInternal: Bool
  var contact: ContactEntry?
}

/// A call that shows what all those do that tests find like it.
struct FlowCase {
  let caller: FlowCaseKind<FlowCaseCaller>
  let called: FlowCaseKind<String>
  let time: FlowCaseKind<LocalTime>
  let nights: Set<ExtensionID>

  /// Nil: it is no test.
  func holds(
    _ step: CallFlow.StepName, _ action: CallFlow.Action, for owner: ExtensionID
  ) -> Bool? {
    switch action {
    case .hours: time.holding.contains(step)
    case .night(let id): nights.contains(id ?? owner)
    case .caller: caller.holding.contains(step)
    case .called: called.holding.contains(step)
    case .ring, .outside, .menu, .queue, .announcement, .mailbox, .extension, .hangUp: nil
    }
  }
}

/// The calls that a flow's tests tell apart: one of each kind.
struct FlowCaseKinds {
  /// Switches whose positions are all combined, and minutes of the year that are looked at, at most.
  private static let (mostSwitches, mostTimes) = (6, 50_000)

  let callers: [FlowCaseKind<FlowCaseCaller>]
  let times: [FlowCaseKind<LocalTime>]
  let called: [FlowCaseKind<String>]
  let nights: [Set<ExtensionID>]
  /// Not every position of the switches is there, or not every time.
  let isCut: Bool

  var count: Int { callers.count * times.count * called.count * nights.count }

  init(_ flow: CallFlow, of owner: ExtensionID, in tenant: TenantSnapshot, from today: CivilDate) {
    let tests = flow.steps.filter { $0.value.action.isTest }.mapValues(\.action)
    func steps(_ holds: (CallFlow.Action) -> Bool) -> Set<CallFlow.StepName> {
      Set(tests.filter { holds($0.value) }.keys)
    }
    called = Self.oneOfEach(Self.numbers(of: owner, in: tenant)) { number in
      steps { if case .called(let numbers) = $0 { numbers.contains(number) } else { false } }
    }
    callers = Self.oneOfEach(Self.callers(of: Array(tests.values), in: tenant)) { caller in
      let call = IncomingCall(
        caller: caller.number, isInternal: caller.isInternal, contact: caller.contact, called: "",
        time: WallTime(milliseconds: 0))
      return steps { if case .caller(let callers) = $0 { callers.include(call) } else { false } }
    }
    let hours = tests.values.compactMap { if case .hours(let hours) = $0 { hours } else { nil } }
    let free = Self.holidays(of: hours, from: today)
    let candidates = Self.times(of: hours, from: today, free)
    times = Self.oneOfEach(candidates.prefix(Self.mostTimes)) { time in
      steps { test in
        guard case .hours(let hours) = test else { return false }
        let calendar = hours.weekly.holidays.flatMap { free[$0] }
        return hours.contains(time) { calendar?.contains($0) ?? false }
      }
    }
    let switches = flow.nightSwitches(of: owner).sorted()
    nights = Self.subsets(of: switches.prefix(Self.mostSwitches))
    isCut = switches.count > Self.mostSwitches || candidates.count > Self.mostTimes
  }

  /// The first of those that the tests find alike.
  private static func oneOfEach<Element>(
    _ elements: some Sequence<Element>, _ holding: (Element) -> Set<CallFlow.StepName>
  ) -> [FlowCaseKind<Element>] {
    var known: Set<Set<CallFlow.StepName>> = []
    return elements.compactMap { element in
      let holding = holding(element)
      guard known.insert(holding).inserted else { return nil }
      return FlowCaseKind(value: element, holding: holding)
    }
  }

  private static func subsets(of switches: some Collection<ExtensionID>) -> [Set<ExtensionID>] {
    switches.reduce([[]]) { sets, id in sets + sets.map { $0.union([id]) } }
  }

  // MARK: - Candidates

  private static func numbers(of owner: ExtensionID, in tenant: TenantSnapshot) -> [String] {
    let own = tenant.numbers.filter { $0.destination == .extension(owner) }.map(\.number)
    return own + tenant.extensions.filter { $0.id == owner }.map(\.number)
  }

  /// Strangers first, then whoever the tests or the tenant know.
  private static func callers(
    of tests: [CallFlow.Action], in tenant: TenantSnapshot
  ) -> [FlowCaseCaller] {
    let contacts = ContactIndex(tenant.contacts)
    let colleagues = Set(tenant.extensions.map(\.number))
    let named = tests.flatMap(\.callerPatterns).map { pattern in
      pattern.hasSuffix("*") ? example(beginning: String(pattern.dropLast())) : pattern
    }
    let strangers = (1...9).map { "+\($0)0000000001" }
    let outside = (strangers + named + tenant.contacts.flatMap(\.numbers)).filter {
      !colleagues.contains($0)
    }
    return outside.map { FlowCaseCaller(number: $0, isInternal: false, contact: contacts[$0]) }
      + [FlowCaseCaller(number: nil, isInternal: false)]
      + tenant.extensions.map { FlowCaseCaller(number: $0.number, isInternal: true) }
  }

  /// A number of the usual length that begins so.
  private static func example(beginning digits: String) -> String {
    digits + String(repeating: "0", count: max(0, 11 - digits.utf8.count)) + "1"
  }

  /// By calendar, for a year and the days beside it.
  private static func holidays(
    of hours: [FlowHours], from today: CivilDate
  ) -> [String: Set<CivilDate>] {
    var holidays: [String: Set<CivilDate>] = [:]
    for hours in hours {
      guard let code = hours.weekly.holidays, holidays[code] == nil else { continue }
      holidays[code] = Set(
        HolidayCalendar(code)?.days(
          from: today.advanced(by: -2), through: today.advanced(by: 368)) ?? [])
    }
    return holidays
  }

  /// The begins of all that hours could mean by the week, by holidays and by days of their own, for a year.
  private static func times(
    of hours: [FlowHours], from today: CivilDate, _ holidays: [String: Set<CivilDate>]
  ) -> [LocalTime] {
    var minutes: Set<Int> = [0, 720]
    // A week, and a day more for what goes on over midnight.
    var edges = Set((0..<8).map { today.advanced(by: $0) })
    for hours in hours {
      for span in hours.weekly.spans {
        minutes.formUnion([span.from, span.to].map { Int($0) % 1_440 })
      }
      for exception in hours.exceptions {
        edges.formUnion([CivilDate(exception.first), CivilDate(exception.last)])
      }
    }
    for free in holidays.values { edges.formUnion(free) }
    let days = Set(edges.flatMap { [$0.advanced(by: -1), $0, $0.advanced(by: 1)] })
    let year = today...today.advanced(by: 366)
    let ordered = minutes.sorted()
    return days.filter(year.contains).sorted().flatMap { day in
      ordered.map { LocalTime(day, minute: $0) }
    }
  }
}

extension CallFlow.Action {
  fileprivate var callerPatterns: [String] {
    if case .caller(.numbers(let patterns)) = self { patterns } else { [] }
  }
}
