/// What becomes of an extension's callers, step by step: some steps ask who calls and when, at others the
/// caller is rung for, hears something, chooses, or leaves.
public struct CallFlow: Hashable, Sendable {
  /// Names of steps are their author's.
  public typealias StepName = String

  public struct Step: Hashable, Sendable {
    public var action: Action
    /// Where a call goes for which a test holds, or that heard an announcement.
    public var then: StepName?
    /// Where it goes for which a test does not hold, or whom nobody took.
    public var otherwise: StepName?

    public init(_ action: Action, then: StepName? = nil, otherwise: StepName? = nil) {
      self.action = action
      self.then = then
      self.otherwise = otherwise
    }
  }

  public enum Action: Hashable, Sendable {
    // Tests: a call is here for no time at all.

    /// Whether it is one of these hours.
    case hours(FlowHours)
    /// Whether the day and night switch of that extension is at night; nil: that of the flow's own.
    case night(of: ExtensionID?)
    /// Whether one of these calls.
    case caller(AnsweringRule.Callers)
    /// Whether one of these numbers was called, E.164 with plus, or the extension.
    case called([String])

    // Stops: something happens to the caller.

    /// The devices of an extension ring, or the colleagues of its group, whatever else its rules say; nil:
    /// for as long as all calls of the tenant.
    case ring(ExtensionID, for: Duration?)
    /// A number outside is called, as one of the tenant's people might dial it, at the flow's cost.
    case outside(String, for: Duration?)
    /// The caller chooses by keys.
    case menu(Menu)
    /// The caller waits in the queue of that extension.
    case queue(ExtensionID)
    /// The caller hears it to its end.
    case announcement(SoundReference)
    /// The caller leaves a message there; nil: after the mailbox's own greeting.
    case mailbox(ExtensionID, greeting: SoundReference?)
    /// The call leaves the flow: it is that extension's from now on, as if it had been dialled.
    case `extension`(ExtensionID)
    /// The call ends, and its caller's phone is told this.
    case hangUp(CallOutcome)
  }

  /// As `VoiceMenu`, but its keys lead to steps.
  public struct Menu: Hashable, Sendable {
    /// What is played; nil: the keys are named.
    public var prompt: SoundReference?
    /// `en`, `de`; nil: as to all callers of the tenant's.
    public var language: String?
    /// By key.
    public var choices: [String: StepName]
    /// How long the first key may take after the prompt.
    public var patience: Duration
    /// How often the prompt is played again.
    public var repeats: UInt8

    public init(
      prompt: SoundReference? = nil, language: String? = nil, choices: [String: StepName],
      patience: Duration = .seconds(5), repeats: UInt8 = 2
    ) {
      self.prompt = prompt
      self.language = language
      self.choices = choices
      self.patience = patience
      self.repeats = repeats
    }
  }

  /// Where every call begins.
  public var start: StepName
  public var steps: [StepName: Step]

  public init(start: StepName, steps: [StepName: Step]) {
    self.start = start
    self.steps = steps
  }
}

extension CallFlow {
  /// Whom it names.
  public var extensions: Set<ExtensionID> {
    Set(
      steps.values.compactMap { step in
        switch step.action {
        case .ring(let id, _), .queue(let id), .mailbox(let id, _), .extension(let id): id
        case .night(let id): id
        case .hours, .caller, .called, .outside, .menu, .announcement, .hangUp: nil
        }
      })
  }

  /// Whose day and night it asks for, as the flow of that extension.
  public func nightSwitches(of owner: ExtensionID) -> Set<ExtensionID> {
    Set(
      steps.values.compactMap { step in
        if case .night(let id) = step.action { id ?? owner } else { nil }
      })
  }

  /// What it plays of the tenant's own.
  public var sounds: Set<SoundReference> {
    Set(
      steps.values.compactMap { step in
        switch step.action {
        case .menu(let menu): menu.prompt
        case .announcement(let sound): sound
        case .mailbox(_, let greeting): greeting
        case .hours, .night, .caller, .called, .ring, .outside, .queue, .extension, .hangUp: nil
        }
      })
  }
}

/// Hours of the week, and days on which everything is otherwise.
public struct FlowHours: Hashable, Sendable {
  /// Some days in a row; the first that has a day in it decides of it, whatever else is said.
  public struct Exception: Hashable, Sendable {
    public var first: CalendarDay
    public var last: CalendarDay
    /// The whole days are among the hours, or none of them is.
    public var isOpen: Bool

    public init(from first: CalendarDay, through last: CalendarDay, isOpen: Bool) {
      self.first = first
      self.last = last
      self.isOpen = isOpen
    }
  }

  public var weekly: WeeklyHours
  public var exceptions: [Exception]

  public init(_ weekly: WeeklyHours, except exceptions: [Exception] = []) {
    self.weekly = weekly
    self.exceptions = exceptions
  }
}

/// A day as it stands in calendars; whoever makes one knows that there is such a day.
public struct CalendarDay: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  public init(_ year: Int, _ month: Int, _ day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// `2026-12-25`, of the years 1 to 9999; nil: no such day.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    guard year > 0, (1...12).contains(month),
      (1...Self.days(ofMonth: month, in: year)).contains(day)
    else { return nil }
    self.init(year, month, day)
  }

  private static func days(ofMonth month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  public var description: String {
    let digits = String(10_000 + year).dropFirst()
    return "\(digits)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }

  public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

extension AnsweringSwitches {
  /// Whether callers of flows that ask for it find the night. It is day until somebody switches.
  public var isNight: Bool { self[.night]?.isOn ?? false }
}
