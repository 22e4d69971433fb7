import NodeContract

/// The calls that a flow's tests tell apart: one of each kind.
struct FlowCaseKinds {
  /// Who calls, as tests see it.
  struct Caller: Hashable {
    var number: String?
    var isInternal: Bool
    var contact: ContactEntry?

    func with(
      called: String, at time: LocalTime, nights: Set<ExtensionID>, _ owner: ExtensionID
    ) -> FlowCircumstances {
      FlowCircumstances(
        IncomingCall(
          caller: number, isInternal: isInternal, contact: contact, called: called,
          time: WallTime(milliseconds: 0)), at: time, to: owner, nights: nights)
    }
  }

  /// Switches whose positions are all combined, at most.
  private static let mostSwitches = 6

  let callers: [Caller]
  let times: [LocalTime]
  let called: [String]
  let nights: [Set<ExtensionID>]
  /// Not every position of the switches is there.
  let isCut: Bool

  var count: Int { callers.count * times.count * called.count * nights.count }

  init(_ flow: CallFlow, of owner: ExtensionID, in tenant: TenantSnapshot, from today: CivilDate) {
    let tests = flow.steps.sorted { $0.key < $1.key }.map(\.value.action).filter(\.isTest)
    let noon = LocalTime(today, minute: 720)
    let nobody = Caller(number: nil, isInternal: false)
    called = Self.oneOfEach(Self.numbers(of: owner, in: tenant)) { number in
      tests.map { $0.asksWhatWasCalled && $0.holds(nobody, number, noon, owner) }
    }
    let number = called.first ?? ""
    callers = Self.oneOfEach(Self.callers(of: tests, in: tenant)) { caller in
      tests.map { $0.asksWhoCalls && $0.holds(caller, number, noon, owner) }
    }
    times = Self.oneOfEach(Self.times(of: tests, from: today)) { time in
      tests.map { $0.asksWhen && $0.holds(nobody, number, time, owner) }
    }
    let switches = Set(tests.compactMap { $0.switch(of: owner) }).sorted()
    nights = Self.subsets(of: switches.prefix(Self.mostSwitches))
    isCut = switches.count > Self.mostSwitches
  }

  /// The first of those that the tests find alike.
  private static func oneOfEach<Element>(
    _ elements: [Element], _ signature: (Element) -> [Bool]
  ) -> [Element] {
    var known: Set<[Bool]> = []
    return elements.filter { known.insert(signature($0)).inserted }
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
  ) -> [Caller] {
    let contacts = ContactIndex(tenant.contacts)
    let colleagues = Set(tenant.extensions.map(\.number))
    let named = tests.flatMap(\.callerPatterns).map { pattern in
      pattern.hasSuffix("*") ? example(beginning: String(pattern.dropLast())) : pattern
    }
    let strangers = (1...9).map { "+\($0)0000000001" }
    let outside = (strangers + named + tenant.contacts.flatMap(\.numbers)).filter {
      !colleagues.contains($0)
    }
    return outside.map { Caller(number: $0, isInternal: false, contact: contacts[$0]) }
      + [Caller(number: nil, isInternal: false)]
      + tenant.extensions.map { Caller(number: $0.number, isInternal: true) }
  }

  /// A number of the usual length that begins so.
  private static func example(beginning digits: String) -> String {
    digits + String(repeating: "0", count: max(0, 11 - digits.utf8.count)) + "1"
  }

  /// The begins of all that hours could mean by the week, by holidays and by days of their own, for a year.
  private static func times(of tests: [CallFlow.Action], from today: CivilDate) -> [LocalTime] {
    var minutes: Set<Int> = [0, 720]
    // A week, and a day more for what goes on over midnight.
    var days = Set((0..<8).map { today.advanced(by: $0) })
    for test in tests {
      guard case .hours(let hours) = test else { continue }
      for span in hours.weekly.spans {
        minutes.formUnion([span.from, span.to].map { Int($0) % 1_440 })
      }
      let calendar = hours.weekly.holidays.flatMap { HolidayCalendar($0) }
      let free = calendar?.days(from: today, through: today.advanced(by: 366)) ?? []
      let edges =
        free
        + hours.exceptions.flatMap { [CivilDate($0.first), CivilDate($0.last)] }
      days.formUnion(edges.flatMap { [$0.advanced(by: -1), $0, $0.advanced(by: 1)] })
    }
    let ordered = minutes.sorted()
    return days.sorted().flatMap { day in ordered.map { LocalTime(day, minute: $0) } }
  }
}

extension CallFlow.Action {
  fileprivate func holds(
    _ caller: FlowCaseKinds.Caller, _ called: String, _ time: LocalTime, _ owner: ExtensionID
  ) -> Bool {
    holds(in: caller.with(called: called, at: time, nights: [], owner)) ?? false
  }

  fileprivate var asksWhoCalls: Bool { if case .caller = self { true } else { false } }
  fileprivate var asksWhatWasCalled: Bool { if case .called = self { true } else { false } }
  fileprivate var asksWhen: Bool { if case .hours = self { true } else { false } }

  fileprivate var callerPatterns: [String] {
    if case .caller(.numbers(let patterns)) = self { patterns } else { [] }
  }

  /// Nil: it asks for none.
  fileprivate func `switch`(of owner: ExtensionID) -> ExtensionID? {
    if case .night(let id) = self { id ?? owner } else { nil }
  }
}
