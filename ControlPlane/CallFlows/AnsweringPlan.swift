public import NodeContract

/// A call as the rules see it.
public struct IncomingCall: Hashable, Sendable {
  /// An extension, or E.164 with plus; nil: the caller does not show it.
  public var caller: String?
  /// Whether it is a colleague's.
  public var isInternal: Bool
  /// Whose number it is, where the tenant knows.
  public var contact: ContactEntry?
  /// E.164 with plus, or the extension.
  public var called: String
  public var time: WallTime

  public init(
    caller: String?, isInternal: Bool, contact: ContactEntry? = nil, called: String, time: WallTime
  ) {
    self.caller = caller
    self.isInternal = isInternal
    self.contact = contact
    self.called = called
    self.time = time
  }
}

/// What an extension's rules say of one call, whatever becomes of it. The node does this, and
/// whoever asks what it would do is told the same.
public struct AnsweringPlan: Hashable, Sendable {
  /// A line of the rules that decides.
  public struct Decision: Hashable, Sendable {
    /// Its place, 0 first; nil: no line says so, but that there is a mailbox.
    public var line: Int?
    public var action: AnsweringRule.Action

    public init(line: Int?, action: AnsweringRule.Action) {
      self.line = line
      self.action = action
    }
  }

  /// As the call comes; nil here and below: no line fits.
  public var arrival: Decision?
  /// As it comes, where no device is there.
  public var offline: Decision?
  public var busy: Decision?
  public var noAnswer: Decision?
  /// When nobody took it where its user was looked for.
  public var afterwards: Decision?
  /// How long it rings until `noAnswer` is asked; nil: as long as all calls of the tenant.
  public var patience: Duration?

  /// - Parameter hasMailbox: whoever nobody answers may leave a message, unless a line says otherwise.
  public init(
    _ rules: [AnsweringRule], for call: IncomingCall, by clock: ZoneClock = .utc,
    hasMailbox: Bool = false
  ) {
    let time = LocalTime(call.time, by: clock)
    let fitting = rules.enumerated().filter { $0.element.fits(call, at: time) }
    func first(_ isMeant: (AnsweringRule.Occasion) -> Bool) -> Decision? {
      fitting.first { $0.element.occasion == .always || isMeant($0.element.occasion) }.map {
        Decision(line: $0.offset, action: $0.element.action)
      }
    }
    arrival = first { _ in false }
    offline = first { $0 == .offline }
    busy = first { $0 == .busy }
    noAnswer = first { $0.patience != nil }
    patience = noAnswer.flatMap { $0.line.flatMap { rules[$0].occasion.patience } }
    let following = fitting.first { $0.element.action == .followMe }
    afterwards = following.flatMap { following in
      fitting.first { $0.offset > following.offset && $0.element.saysWhatFollows }
    }.map { Decision(line: $0.offset, action: $0.element.action) }
    guard hasMailbox else { return }
    if following != nil { afterwards = Self.orMailbox(afterwards) }
    offline = Self.orMailbox(offline)
    busy = Self.orMailbox(busy)
    noAnswer = Self.orMailbox(noAnswer)
  }
}

extension AnsweringPlan {
  /// Without a line, and after one that lets it ring, messages are taken.
  private static func orMailbox(_ decision: Decision?) -> Decision? {
    switch decision?.action {
    case .ring, nil: Decision(line: nil, action: .voicemail())
    case .followMe, .forward, .busy, .decline, .voicemail: decision
    }
  }
}

extension AnsweringRule {
  /// Whether it can say what becomes of a call whose user was found nowhere.
  fileprivate var saysWhatFollows: Bool {
    action != .followMe && (occasion == .always || occasion.patience != nil)
  }

  func fits(_ call: IncomingCall, at time: LocalTime) -> Bool {
    callers.include(call) && (called.isEmpty || called.contains(call.called))
      && hours?.contains(time) ?? true
  }
}

extension AnsweringRule.Occasion {
  fileprivate var patience: Duration? {
    switch self {
    case .noAnswer(let patience): patience
    case .always, .offline, .busy: nil
    }
  }
}

extension AnsweringRule.Callers {
  func include(_ call: IncomingCall) -> Bool {
    switch self {
    case .anyone: true
    case .colleagues: call.isInternal
    case .outside: !call.isInternal
    case .withheld: call.caller == nil
    case .numbers(let patterns): call.caller.map { Self.isAny(of: patterns, $0) } ?? false
    case .contacts: call.contact != nil
    case .group(let name): call.contact?.groups.contains(name) ?? false
    case .vip: call.contact?.isVIP ?? false
    case .strangers: !call.isInternal && call.caller != nil && call.contact == nil
    }
  }

  private static func isAny(of patterns: [String], _ number: String) -> Bool {
    patterns.contains { pattern in
      pattern.hasSuffix("*") ? number.hasPrefix(pattern.dropLast()) : number == pattern
    }
  }
}
