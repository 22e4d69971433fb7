import NodeContract

/// Those whom a flow names: whether they are there and can do what is asked of them.
struct FlowTargets {
  private let owner: ExtensionID
  private let tenant: TenantSnapshot
  private let entries: [ExtensionID: ExtensionEntry]
  private(set) var findings: [FlowFinding] = []

  init(_ flow: CallFlow, of owner: ExtensionID, in tenant: TenantSnapshot) {
    self.owner = owner
    self.tenant = tenant
    entries = Dictionary(tenant.extensions.map { ($0.id, $0) }) { first, _ in first }
    for (name, step) in flow.steps.sorted(by: { $0.key < $1.key }) {
      check(step.action, at: name)
    }
  }

  private mutating func check(_ action: CallFlow.Action, at name: CallFlow.StepName) {
    switch action {
    case .hours(let hours): check(hours, at: name)
    case .night(let id): if let id { _ = entry(id, at: name) }
    case .caller(.group(let group)):
      guard !tenant.contacts.contains(where: { $0.groups.contains(group) }) else { return }
      note(
        .pointlessTest, name, "No contact is in the group “\(group)” that “\(name)” asks for.",
        "Put contacts into it, or ask for another.")
    case .ring(let id, _): checkRung(id, at: name)
    case .outside(let number, _): check(number, at: name)
    case .queue(let id):
      guard let entry = entry(id, at: name), entry.queue == nil else { return }
      note(
        .unknownTarget, name, "\(entry.number), which “\(name)” names, has no queue.",
        "Give it one, or name another extension.")
    case .mailbox(let id, _):
      guard let entry = entry(id, at: name), entry.mailbox == nil else { return }
      note(
        .unknownTarget, name, "\(entry.number), which “\(name)” names, has no mailbox.",
        "Give it one, or name another extension.")
    case .extension(let id): checkHandedOver(id, at: name)
    case .caller, .called, .menu, .announcement, .hangUp: break
    }
  }

  private mutating func note(
    _ kind: FlowFinding.Kind, _ name: CallFlow.StepName, _ text: String, _ remedy: String
  ) {
    findings.append(FlowFinding(kind, at: name, text, remedy: remedy))
  }

  // MARK: - Extensions

  private mutating func entry(_ id: ExtensionID, at name: CallFlow.StepName) -> ExtensionEntry? {
    if let entry = entries[id] { return entry }
    note(
      .unknownTarget, name, "The extension that “\(name)” names does not exist.",
      "Name one that does.")
    return nil
  }

  private mutating func checkRung(_ id: ExtensionID, at name: CallFlow.StepName) {
    guard let entry = entry(id, at: name) else { return }
    guard entry.paging == nil else { return notePaging(entry, at: name) }
    guard entry.menu == nil, entry.queue == nil, entry.flow == nil, id != owner else {
      return note(
        .unknownTarget, name,
        "\(entry.number), which “\(name)” rings, receives its callers by a menu, queue or flow.",
        "Use “queue” or “extension” there, or ring somebody who has devices.")
    }
  }

  private mutating func checkHandedOver(_ id: ExtensionID, at name: CallFlow.StepName) {
    guard let entry = entry(id, at: name) else { return }
    guard entry.paging == nil else { return notePaging(entry, at: name) }
    guard leadsBack(from: id) else { return }
    note(
      .loop, name, "“\(name)” hands calls over to \(entry.number), from where they come back here.",
      "Hand them over to somebody else.")
  }

  private mutating func notePaging(_ entry: ExtensionEntry, at name: CallFlow.StepName) {
    note(
      .unknownTarget, name,
      "\(entry.number), which “\(name)” names, is for colleagues who page others.",
      "Name another extension: no caller is led there.")
  }

  /// Whether calls that are handed over there come to this flow again without anybody's doing.
  private func leadsBack(from id: ExtensionID) -> Bool {
    var (open, known): ([ExtensionID], Set<ExtensionID>) = ([id], [])
    while let next = open.popLast() {
      if next == owner { return true }
      guard known.insert(next).inserted, let entry = entries[next] else { continue }
      open += entry.flow?.steps.values.compactMap(\.action.handsOver) ?? []
      open += [entry.menu?.last, entry.queue?.last].compactMap { last in
        if case .extension(let id) = last { id } else { nil }
      }
    }
    return false
  }

  // MARK: - Numbers and hours

  private mutating func check(_ number: String, at name: CallFlow.StepName) {
    if tenant.dialling.emergencyNumbers.contains(number) {
      return note(
        .unknownTarget, name, "“\(name)” calls \(number), a number for help.",
        "Name another number: no caller is sent there.")
    }
    let called = tenant.dialling.e164(number)
    let isColleague =
      tenant.extensions.contains { $0.number == number }
      || tenant.numbers.contains { $0.number == called }
    guard isColleague || called == nil else { return }
    note(
      .unknownTarget, name,
      isColleague
        ? "“\(name)” calls \(number) outside, and that is one of the tenant's own."
        : "“\(name)” calls \(number), which is no number that could be dialled.",
      isColleague
        ? "Use “ring” or “extension”." : "Write it as the tenant's people dial it, or with +.")
  }

  private mutating func check(_ hours: FlowHours, at name: CallFlow.StepName) {
    if let code = hours.weekly.holidays, HolidayCalendar(code) == nil {
      note(
        .unknownTarget, name, "There is no calendar of holidays “\(code)”, which “\(name)” names.",
        "Name a country, or a country and its part: GB-ENG.")
    }
    guard !hours.weekly.spans.isEmpty || hours.exceptions.contains(where: \.isOpen) else {
      return note(
        .emptyHours, name, "“\(name)” has no hours.", "Add some, or leave the step out.")
    }
    if let (first, second) = hours.weekly.overlap {
      note(
        .overlappingHours, name, "Two of the hours of “\(name)” overlap: \(first) and \(second).",
        "One of them would do; check what was meant.")
    }
  }
}

extension CallFlow.Action {
  /// To whom the call belongs from there on; nil: it stays the flow's.
  fileprivate var handsOver: ExtensionID? {
    if case .extension(let id) = self { id } else { nil }
  }
}

extension WeeklyHours {
  /// Minutes of the week, Monday 00:00 first.
  private static let week = 7 * 1_440

  /// Two spans that share a minute; nil: there are none.
  fileprivate var overlap: (String, String)? {
    for (place, span) in spans.enumerated() {
      for other in spans[(place + 1)...] where span.minutes.overlap(other.minutes) {
        return (span.text, other.text)
      }
    }
    return nil
  }

  /// Stretches of the week.
  fileprivate struct Minutes {
    var ranges: [Range<Int>] = []

    func overlap(_ other: Minutes) -> Bool {
      ranges.contains { range in other.ranges.contains { $0.overlaps(range) } }
    }
  }

  fileprivate static func minutes(from begin: Int, lasting length: Int) -> [Range<Int>] {
    let end = begin + length
    guard end > week else { return [begin..<end] }
    return [begin..<week, 0..<(end - week)]
  }
}

extension WeeklyHours.Span {
  fileprivate var minutes: WeeklyHours.Minutes {
    let length = from < to ? Int(to - from) : 1_440 - Int(from) + Int(to)
    var minutes = WeeklyHours.Minutes()
    for day in 0..<7 where days & 1 << UInt8(day) != 0 {
      minutes.ranges += WeeklyHours.minutes(from: day * 1_440 + Int(from), lasting: length)
    }
    return minutes
  }

  fileprivate var text: String { "\(Self.clock(from)) to \(Self.clock(to))" }

  private static func clock(_ minute: UInt16) -> String { FlowExample.clock(Int(minute)) }
}

extension FlowExample {
  /// `09:30`
  public static func clock(_ minute: Int) -> String {
    let (hour, minute) = minute.quotientAndRemainder(dividingBy: 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}
