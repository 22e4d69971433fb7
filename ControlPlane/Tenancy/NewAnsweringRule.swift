public import NodeContract

/// One line of answering rules as a person gave it.
public struct NewAnsweringRule: Hashable, Sendable {
  /// A part of the week: `09:00` to `18:00` on `mon`, `tue`.
  public struct Hours: Hashable, Sendable {
    public var days: [String]
    public var from: String
    public var to: String

    public init(days: [String], from: String, to: String) {
      self.days = days
      self.from = from
      self.to = to
    }
  }

  public var name: String
  /// `always`, `offline`, `busy` or `no-answer`.
  public var occasion: String
  /// Seconds; with `no-answer` only.
  public var after: Int?
  /// `anyone`, `colleagues`, `outside`, `withheld`, `numbers`, `contacts`, `group`, `vip` or
  /// `strangers`.
  public var callers: String
  public var numbers: [String]
  /// With `group` only: which of the tenant's contacts are meant.
  public var group: String?
  /// None: at all times.
  public var hours: [Hours]
  /// All times but the hours are meant.
  public var outsideHours: Bool
  /// A calendar of public holidays, `DE-BY`, on which no hours begin; `nil`: holidays are like all
  /// days.
  public var holidays: String?
  public var called: [String]
  /// `ring`, `follow-me`, `forward`, `voicemail`, `busy` or `decline`.
  public var action: String
  /// With `forward` only: what the user might dial.
  public var target: String?
  /// With `voicemail` only: what the caller hears; nil: what all callers of the mailbox do.
  public var greeting: SoundID?

  public init(
    name: String = "", occasion: String, after: Int? = nil, callers: String = "anyone",
    numbers: [String] = [], group: String? = nil, hours: [Hours] = [], outsideHours: Bool = false,
    holidays: String? = nil,
    called: [String] = [], action: String, target: String? = nil,
    greeting: SoundID? = nil
  ) {
    self.greeting = greeting
    self.name = name
    self.occasion = occasion
    self.after = after
    self.callers = callers
    self.numbers = numbers
    self.group = group
    self.hours = hours
    self.outsideHours = outsideHours
    self.holidays = holidays
    self.called = called
    self.action = action
    self.target = target
  }
}

extension AnsweringRule {
  /// Lines of one extension, at most.
  public static let mostLines = 100
  /// Numbers, called numbers and spans of one line, at most.
  private static let mostElements = 200

  /// Lines as a person gave them; what is wrong is named by its place, `items.2.to`.
  ///
  /// - Parameter greetings: the tenant's sounds among those that they name.
  public static func lines(
    _ lines: [NewAnsweringRule], greetings: [SoundID: SoundReference] = [:]
  ) throws(InvalidField) -> [AnsweringRule] {
    guard lines.count <= mostLines else {
      throw InvalidField("items", .tooMany(limit: mostLines))
    }
    var checked: [AnsweringRule] = []
    for (place, line) in lines.enumerated() {
      checked.append(
        try AnsweringRule(checking: line, greetings: greetings, in: "items.\(place)"))
    }
    return checked
  }

  private init(
    checking line: NewAnsweringRule, greetings: [SoundID: SoundReference], in place: String
  ) throws(InvalidField) {
    guard line.name.count <= 64 else {
      throw InvalidField("\(place).name", .tooLong(limit: 64))
    }
    let called = try Self.few(line.called, "\(place).called")
    for number in called { try Self.checkDialled(number, "\(place).called") }
    self.init(
      name: line.name, on: try Occasion(checking: line, in: place),
      from: try Callers(checking: line, in: place),
      during: try WeeklyHours(checking: line, in: place), called: called,
      try Action(checking: line, greetings: greetings, in: place))
  }

  static func few<Element>(
    _ elements: [Element], _ field: String
  ) throws(InvalidField) -> [Element] {
    guard elements.count <= mostElements else {
      throw InvalidField(field, .tooMany(limit: mostElements))
    }
    return elements
  }

  /// What can be dialled: digits, a plus, a star or a hash.
  static func checkDialled(_ text: String, _ field: String) throws(InvalidField) {
    let isDialled = text.utf8.allSatisfy { $0.isDigit || "+*#".utf8.contains($0) }
    guard (2...32).contains(text.utf8.count), isDialled else {
      throw InvalidField(field, .malformed(expected: "2 to 32 digits, +, * or #"))
    }
  }
}

extension AnsweringRule.Occasion {
  fileprivate init(checking line: NewAnsweringRule, in place: String) throws(InvalidField) {
    guard line.after == nil || line.occasion == "no-answer" else {
      throw InvalidField("\(place).after", .malformed(expected: "absent unless when is no-answer"))
    }
    switch line.occasion {
    case "always": self = .always
    case "offline": self = .offline
    case "busy": self = .busy
    case "no-answer":
      let seconds = line.after ?? 20
      guard (1...300).contains(seconds) else {
        throw InvalidField("\(place).after", .outOfRange(1...300))
      }
      self = .noAnswer(after: .seconds(seconds))
    default:
      throw InvalidField(
        "\(place).when", .malformed(expected: "always, offline, busy or no-answer"))
    }
  }
}

extension AnsweringRule.Callers {
  init(checking line: NewAnsweringRule, in place: String) throws(InvalidField) {
    guard line.numbers.isEmpty || line.callers == "numbers" else {
      throw InvalidField(
        "\(place).numbers", .malformed(expected: "absent unless from is numbers"))
    }
    guard line.group == nil || line.callers == "group" else {
      throw InvalidField("\(place).group", .malformed(expected: "absent unless from is group"))
    }
    switch line.callers {
    case "anyone": self = .anyone
    case "colleagues": self = .colleagues
    case "outside": self = .outside
    case "withheld": self = .withheld
    case "numbers": self = .numbers(try Self.patterns(line.numbers, "\(place).numbers"))
    case "contacts": self = .contacts
    case "group":
      self = .group(try ContactGroup(line.group ?? "", field: "\(place).group").text)
    case "vip": self = .vip
    case "strangers": self = .strangers
    default:
      throw InvalidField(
        "\(place).from",
        .malformed(
          expected: "anyone, colleagues, outside, withheld, numbers, contacts, group, vip or "
            + "strangers"))
    }
  }

  private static func patterns(
    _ numbers: [String], _ field: String
  ) throws(InvalidField) -> [String] {
    guard !numbers.isEmpty else { throw InvalidField(field, .empty) }
    for number in try AnsweringRule.few(numbers, field) {
      let digits = number.hasSuffix("*") ? number.dropLast() : number[...]
      let isNumber = digits.utf8.enumerated().allSatisfy {
        $0.element.isDigit || $0.offset == 0 && $0.element == UInt8(ascii: "+")
      }
      guard (1...16).contains(digits.utf8.count), isNumber, digits != "+" else {
        throw InvalidField(field, .malformed(expected: "numbers as they are shown, +4420* or 101"))
      }
    }
    return numbers
  }
}

extension AnsweringRule.Action {
  fileprivate init(
    checking line: NewAnsweringRule, greetings: [SoundID: SoundReference], in place: String
  ) throws(InvalidField) {
    guard line.greeting == nil || line.action == "voicemail" else {
      throw InvalidField(
        "\(place).greeting", .malformed(expected: "absent unless then is voicemail"))
    }
    guard line.target == nil || line.action == "forward" else {
      throw InvalidField("\(place).to", .malformed(expected: "absent unless then is forward"))
    }
    switch line.action {
    case "ring": self = .ring
    case "follow-me": self = .followMe
    case "busy": self = .busy
    case "decline": self = .decline
    case "voicemail":
      guard let greeting = line.greeting else {
        self = .voicemail()
        return
      }
      guard let known = greetings[greeting] else {
        throw InvalidField("\(place).greeting", .unknownReference)
      }
      self = .voicemail(greeting: known)
    case "forward":
      guard let target = line.target else { throw InvalidField("\(place).to", .empty) }
      try AnsweringRule.checkDialled(target, "\(place).to")
      self = .forward(to: target)
    default:
      throw InvalidField(
        "\(place).then",
        .malformed(expected: "ring, follow-me, forward, voicemail, busy or decline"))
    }
  }
}

extension WeeklyHours {
  /// Monday first.
  public static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// Nil: at all times.
  init?(checking line: NewAnsweringRule, in place: String) throws(InvalidField) {
    let field = "\(place).hours"
    guard !line.hours.isEmpty else {
      guard !line.outsideHours, line.holidays == nil else { throw InvalidField(field, .empty) }
      return nil
    }
    var spans: [Span] = []
    for hours in try AnsweringRule.few(line.hours, field) {
      spans.append(
        Span(
          days: try Self.days(hours.days, field), from: try Self.minute(hours.from, field),
          to: try Self.minute(hours.to, field)))
    }
    self.init(spans, isComplement: line.outsideHours, holidays: line.holidays)
  }

  private static func days(_ names: [String], _ field: String) throws(InvalidField) -> UInt8 {
    guard !names.isEmpty else { throw InvalidField(field, .malformed(expected: "on some days")) }
    var days: UInt8 = 0
    for name in names {
      guard let day = dayNames.firstIndex(of: name) else {
        throw InvalidField(field, .malformed(expected: "on mon, tue, wed, thu, fri, sat or sun"))
      }
      days |= 1 << UInt8(day)
    }
    return days
  }

  /// `09:30`; `24:00` is the day's end.
  static func minute(_ text: String, _ field: String) throws(InvalidField) -> UInt16 {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(\.isDigit) }),
      let hour = UInt16(parts[0]), let minute = UInt16(parts[1]), minute < 60,
      hour < 24 || hour == 24 && minute == 0
    else { throw InvalidField(field, .malformed(expected: "from and to as 09:30")) }
    return hour * 60 + minute
  }
}

extension NewAnsweringRule {
  /// The same line as a person would give it.
  public init(_ rule: AnsweringRule) {
    self.init(name: rule.name, occasion: "always", called: rule.called, action: "ring")
    switch rule.occasion {
    case .always: occasion = "always"
    case .offline: occasion = "offline"
    case .busy: occasion = "busy"
    case .noAnswer(let patience):
      (occasion, after) = ("no-answer", Int(patience.components.seconds))
    }
    switch rule.callers {
    case .anyone: callers = "anyone"
    case .colleagues: callers = "colleagues"
    case .outside: callers = "outside"
    case .withheld: callers = "withheld"
    case .numbers(let patterns): (callers, numbers) = ("numbers", patterns)
    case .contacts: callers = "contacts"
    case .group(let name): (callers, group) = ("group", name)
    case .vip: callers = "vip"
    case .strangers: callers = "strangers"
    }
    switch rule.action {
    case .ring: action = "ring"
    case .followMe: action = "follow-me"
    case .forward(let to): (action, target) = ("forward", to)
    case .busy: action = "busy"
    case .decline: action = "decline"
    case .voicemail(let greeting): (action, self.greeting) = ("voicemail", greeting?.id)
    }
    hours = rule.hours?.spans.map(Hours.init) ?? []
    outsideHours = rule.hours?.isComplement ?? false
    holidays = rule.hours?.holidays
  }
}

extension NewAnsweringRule.Hours {
  init(_ span: WeeklyHours.Span) {
    self.init(
      days: WeeklyHours.dayNames.enumerated().filter { span.days & 1 << UInt8($0.offset) != 0 }
        .map(\.element), from: Self.text(span.from), to: Self.text(span.to))
  }

  static func text(_ minute: UInt16) -> String {
    let (hour, minute) = minute.quotientAndRemainder(dividingBy: 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}
