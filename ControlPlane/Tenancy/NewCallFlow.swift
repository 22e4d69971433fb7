public import NodeContract

/// A call flow as a person gave it: which members a step has depends on what it does.
public struct NewCallFlow: Hashable, Sendable {
  public struct Step: Hashable, Sendable {
    /// Days in a row on which all is otherwise: `2026-12-24` to `2026-12-26`.
    public struct Exception: Hashable, Sendable {
      public var first: String
      /// `nil`: the first day alone.
      public var last: String?
      public var isOpen: Bool

      public init(first: String, last: String? = nil, isOpen: Bool = false) {
        self.first = first
        self.last = last
        self.isOpen = isOpen
      }
    }

    /// A word of `CallFlow.Action.words`.
    public var action: String
    public var then: String?
    public var otherwise: String?
    /// With `hours`.
    public var hours: [NewAnsweringRule.Hours] = []
    /// With `hours`: a calendar of public holidays, `GB-ENG`, on which no hours begin.
    public var holidays: String?
    /// With `hours`.
    public var exceptions: [Exception] = []
    /// With `caller`: as in answering rules.
    public var callers: String?
    /// With `caller` from `numbers`, and with `called`.
    public var numbers: [String] = []
    /// With `caller` from `group`.
    public var group: String?
    /// Whose devices, queue, mailbox or switch is meant, or whose the call is to be.
    public var `extension`: ExtensionID?
    /// With `outside`: what the tenant's people might dial.
    public var number: String?
    /// With `ring` and `outside`: 1 to 300.
    public var seconds: Int?
    /// With `menu`: what is played; with `announcement`, and with `mailbox` for the greeting.
    public var sound: SoundID?
    /// With `menu`.
    public var language: String?
    /// With `menu`: steps by keys.
    public var choices: [String: String] = [:]
    /// With `menu`: seconds, 1 to 60.
    public var patience: Int?
    /// With `menu`: 0 to 9.
    public var repeats: Int?
    /// With `hang-up`: a word of `CallFlow.causes`.
    public var cause: String?

    public init(_ action: String, then: String? = nil, otherwise: String? = nil) {
      self.action = action
      self.then = then
      self.otherwise = otherwise
    }
  }

  public var start: String
  public var steps: [String: Step]

  public init(start: String, steps: [String: Step]) {
    self.start = start
    self.steps = steps
  }
}

/// All that is wrong with the form of a flow.
public struct InvalidFlow: Error, Hashable, Sendable {
  public let fields: [InvalidField]

  public init(fields: [InvalidField]) { self.fields = fields }
}

extension CallFlow {
  public static let mostSteps = 100
  /// Characters of a step's name.
  public static let longestName = 32
  /// What a caller's phone may be told when a flow ends its call.
  public static let causes: [CallOutcome] = [
    .busy, .rejected, .noAnswer, .offline, .unknownNumber,
  ]

  /// Whether it leads anywhere is not asked here: see `FlowCheck`. Throws all mistakes together, each named
  /// by its place, `steps.desk.seconds`.
  ///
  /// - Parameter sounds: the tenant's own among those that it names.
  public init(
    checking new: NewCallFlow, sounds: [SoundID: SoundReference] = [:]
  ) throws(InvalidFlow) {
    var mistakes: [InvalidField] = []
    if new.steps.isEmpty { mistakes.append(InvalidField("steps", .empty)) }
    if new.steps.count > Self.mostSteps {
      mistakes.append(InvalidField("steps", .tooMany(limit: Self.mostSteps)))
    }
    if new.start.isEmpty { mistakes.append(InvalidField("start", .empty)) }
    var steps: [StepName: Step] = [:]
    for (name, step) in new.steps.sorted(by: { $0.key < $1.key }).prefix(Self.mostSteps) {
      do throws(InvalidField) {
        try Self.check(name: name)
        steps[name] = try Step(checking: step, sounds, in: "steps.\(name)")
      } catch {
        mistakes.append(error)
      }
    }
    guard mistakes.isEmpty else { throw InvalidFlow(fields: mistakes) }
    self.init(start: new.start, steps: steps)
  }

  private static func check(name: String) throws(InvalidField) {
    _ = try DisplayName(name, field: "steps")
    guard name.count <= longestName else {
      throw InvalidField(
        "steps", .malformed(expected: "names of \(longestName) characters at most"))
    }
  }
}

extension CallFlow.Step {
  fileprivate init(
    checking new: NewCallFlow.Step, _ sounds: [SoundID: SoundReference], in place: String
  ) throws(InvalidField) {
    let action = try CallFlow.Action(checking: new, sounds, in: place)
    for (member, isGiven, belongs) in [
      ("then", new.then != nil, action.hasThen),
      ("otherwise", new.otherwise != nil, action.hasOtherwise),
    ] where isGiven && !belongs {
      throw InvalidField(
        "\(place).\(member)", .malformed(expected: "absent with \(action.word)"))
    }
    self.init(action, then: new.then, otherwise: new.otherwise)
  }
}

extension CallFlow.Action {
  /// What steps can do.
  public static let words = [
    "hours", "night", "caller", "called", "ring", "outside", "menu", "queue", "announcement",
    "mailbox", "extension", "hang-up",
  ]

  public var word: String {
    switch self {
    case .hours: "hours"
    case .night: "night"
    case .caller: "caller"
    case .called: "called"
    case .ring: "ring"
    case .outside: "outside"
    case .menu: "menu"
    case .queue: "queue"
    case .announcement: "announcement"
    case .mailbox: "mailbox"
    case .extension: "extension"
    case .hangUp: "hang-up"
    }
  }

  fileprivate var hasThen: Bool {
    switch self {
    case .hours, .night, .caller, .called, .announcement: true
    case .ring, .outside, .menu, .queue, .mailbox, .extension, .hangUp: false
    }
  }

  fileprivate var hasOtherwise: Bool {
    switch self {
    case .hours, .night, .caller, .called, .ring, .outside, .menu, .queue: true
    case .announcement, .mailbox, .extension, .hangUp: false
    }
  }

  /// Members of other kinds of steps are refused, so that nobody believes in what nothing heeds.
  fileprivate init(
    checking new: NewCallFlow.Step, _ sounds: [SoundID: SoundReference], in place: String
  ) throws(InvalidField) {
    guard Self.words.contains(new.action) else {
      let words = Self.words.joined(separator: ", ")
      throw InvalidField("\(place).do", .malformed(expected: "one of \(words)"))
    }
    try new.checkMembers(in: place)
    let sound = try new.sound.map { (id) throws(InvalidField) in
      guard let known = sounds[id] else {
        throw InvalidField("\(place).sound", .unknownReference)
      }
      return known
    }
    switch new.action {
    case "hours": self = .hours(try FlowHours(checking: new, in: place))
    case "night": self = .night(of: new.extension)
    case "caller":
      var line = NewAnsweringRule(occasion: "always", action: "ring")
      (line.callers, line.numbers, line.group) = (new.callers ?? "", new.numbers, new.group)
      self = .caller(try AnsweringRule.Callers(checking: line, in: place))
    case "called": self = .called(try new.calledNumbers(in: place))
    case "ring":
      self = .ring(try new.requiredExtension(in: place), for: try new.duration(in: place))
    case "outside":
      let number = new.number ?? ""
      try AnsweringRule.checkDialled(number, "\(place).number")
      self = .outside(number, for: try new.duration(in: place))
    case "menu": self = .menu(try CallFlow.Menu(checking: new, sound, in: place))
    case "queue": self = .queue(try new.requiredExtension(in: place))
    case "announcement":
      guard let sound else { throw InvalidField("\(place).sound", .empty) }
      self = .announcement(sound)
    case "mailbox": self = .mailbox(try new.requiredExtension(in: place), greeting: sound)
    case "extension": self = .extension(try new.requiredExtension(in: place))
    default: self = .hangUp(try new.outcome(in: place))
    }
  }
}

extension NewCallFlow.Step {
  /// What a step may have besides `then` and `otherwise`.
  private static let members: [String: Set<String>] = [
    "hours": ["hours", "holidays", "except"], "night": ["extension"],
    "caller": ["from", "numbers", "group"], "called": ["numbers"],
    "ring": ["extension", "seconds"], "outside": ["number", "seconds"],
    "menu": ["sound", "language", "choices", "patience", "repeats"], "queue": ["extension"],
    "announcement": ["sound"], "mailbox": ["extension", "sound"], "extension": ["extension"],
    "hang-up": ["cause"],
  ]

  fileprivate func checkMembers(in place: String) throws(InvalidField) {
    let given: [(String, Bool)] = [
      ("hours", !hours.isEmpty), ("holidays", holidays != nil), ("except", !exceptions.isEmpty),
      ("from", callers != nil), ("numbers", !numbers.isEmpty), ("group", group != nil),
      ("extension", self.extension != nil), ("number", number != nil),
      ("seconds", seconds != nil), ("sound", sound != nil), ("language", language != nil),
      ("choices", !choices.isEmpty), ("patience", patience != nil), ("repeats", repeats != nil),
      ("cause", cause != nil),
    ]
    for (member, isGiven) in given where isGiven {
      guard Self.members[action]?.contains(member) != true else { continue }
      throw InvalidField("\(place).\(member)", .malformed(expected: "absent with \(action)"))
    }
  }

  fileprivate func requiredExtension(in place: String) throws(InvalidField) -> ExtensionID {
    guard let id = self.extension else { throw InvalidField("\(place).extension", .empty) }
    return id
  }

  fileprivate func duration(in place: String) throws(InvalidField) -> Duration? {
    guard let seconds else { return nil }
    guard (1...300).contains(seconds) else {
      throw InvalidField("\(place).seconds", .outOfRange(1...300))
    }
    return .seconds(seconds)
  }

  fileprivate func calledNumbers(in place: String) throws(InvalidField) -> [String] {
    guard !numbers.isEmpty else { throw InvalidField("\(place).numbers", .empty) }
    for number in try AnsweringRule.few(numbers, "\(place).numbers") {
      try AnsweringRule.checkDialled(number, "\(place).numbers")
    }
    return numbers
  }

  fileprivate func outcome(in place: String) throws(InvalidField) -> CallOutcome {
    guard let cause else { return .noAnswer }
    guard let outcome = CallFlow.causes.first(where: { $0.rawValue == cause }) else {
      let words = CallFlow.causes.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("\(place).cause", .malformed(expected: "one of \(words)"))
    }
    return outcome
  }
}

extension CallFlow.Menu {
  fileprivate init(
    checking new: NewCallFlow.Step, _ prompt: SoundReference?, in place: String
  ) throws(InvalidField) {
    do throws(InvalidField) {
      try VoiceMenu.check(language: new.language)
    } catch {
      throw InvalidField("\(place).\(error.field)", error.problem)
    }
    let (patience, repeats) = (new.patience ?? 5, new.repeats ?? 2)
    guard (1...60).contains(patience) else {
      throw InvalidField("\(place).patience", .outOfRange(1...60))
    }
    guard (0...9).contains(repeats) else {
      throw InvalidField("\(place).repeats", .outOfRange(0...9))
    }
    for key in new.choices.keys.sorted() where !VoiceMenu.keys.contains(key) {
      throw InvalidField("\(place).choices", .malformed(expected: "by a key, 0 to 9, * or #"))
    }
    self.init(
      prompt: prompt, language: new.language, choices: new.choices,
      patience: .seconds(patience), repeats: UInt8(repeats))
  }
}

extension FlowHours {
  fileprivate init(checking new: NewCallFlow.Step, in place: String) throws(InvalidField) {
    var line = NewAnsweringRule(occasion: "always", hours: new.hours, action: "ring")
    if !new.hours.isEmpty { line.holidays = new.holidays }
    let weekly = try WeeklyHours(checking: line, in: place)
    var exceptions: [Exception] = []
    for exception in try AnsweringRule.few(new.exceptions, "\(place).except") {
      guard let first = CalendarDay(exception.first),
        let last = CalendarDay(exception.last ?? exception.first), first <= last
      else {
        throw InvalidField(
          "\(place).except",
          .malformed(expected: "days like 2026-12-24, the first not after the last"))
      }
      exceptions.append(Exception(from: first, through: last, isOpen: exception.isOpen))
    }
    self.init(weekly ?? WeeklyHours([], holidays: new.holidays), except: exceptions)
  }
}

extension NewCallFlow {
  /// The same as a person would give it.
  public init(_ flow: CallFlow) {
    self.init(start: flow.start, steps: flow.steps.mapValues(Step.init))
  }
}

extension NewCallFlow.Step {
  init(_ step: CallFlow.Step) {
    self.init(step.action.word, then: step.then, otherwise: step.otherwise)
    switch step.action {
    case .hours(let hours):
      self.hours = hours.weekly.spans.map(NewAnsweringRule.Hours.init)
      holidays = hours.weekly.holidays
      exceptions = hours.exceptions.map {
        Exception(
          first: $0.first.description, last: $0.last == $0.first ? nil : $0.last.description,
          isOpen: $0.isOpen)
      }
    case .night(let id): self.extension = id
    case .caller(let callers):
      let line = NewAnsweringRule(
        AnsweringRule(name: "", on: .always, from: callers, .ring))
      (self.callers, numbers, group) = (line.callers, line.numbers, line.group)
    case .called(let numbers): self.numbers = numbers
    case .ring(let id, let time):
      (self.extension, seconds) = (id, time.map { Int($0.components.seconds) })
    case .outside(let number, let time):
      (self.number, seconds) = (number, time.map { Int($0.components.seconds) })
    case .menu(let menu):
      (sound, language, choices) = (menu.prompt?.id, menu.language, menu.choices)
      (patience, repeats) = (Int(menu.patience.components.seconds), Int(menu.repeats))
    case .queue(let id), .extension(let id): self.extension = id
    case .announcement(let sound): self.sound = sound.id
    case .mailbox(let id, let greeting): (self.extension, sound) = (id, greeting?.id)
    case .hangUp(let outcome): cause = outcome.rawValue
    }
  }
}
