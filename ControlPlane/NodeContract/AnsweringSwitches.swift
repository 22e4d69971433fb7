/// What a user switches by a code or a button: beside the list of answering rules and before it, where each
/// switch that is on is a rule in first place, and as an agent of queues.
public struct AnsweringSwitches: Hashable, Sendable {
  /// In the order in which they decide.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case forwardAlways = "forward-always"
    case doNotDisturb = "do-not-disturb"
    case forwardBusy = "forward-busy"
    case forwardNoAnswer = "forward-no-answer"
    /// Whether an agent is at work. No rule: queues ask it.
    case queueLogin = "queue-login"
    /// An agent takes no callers for a while; the target is its reason. No rule either.
    case queuePause = "queue-pause"
    /// Whether callers of flows find the night. No rule: flows ask it, and it is an extension's as its flow is.
    case night

    /// Nothing is switched on without saying where calls go.
    public var needsTarget: Bool {
      switch self {
      case .forwardAlways, .forwardBusy, .forwardNoAnswer: true
      case .doNotDisturb, .queueLogin, .queuePause, .night: false
      }
    }
  }

  /// How a switch stands since when.
  public struct State: Hashable, Sendable {
    public var isOn: Bool
    /// Where calls go: what the user might dial; or why an agent is paused. Kept while it is off.
    public var target: String?
    /// How long it rings before.
    public var patience: Duration?
    public var changedAt: WallTime

    public init(isOn: Bool, target: String?, patience: Duration?, changedAt: WallTime) {
      self.isOn = isOn
      self.target = target
      self.patience = patience
      self.changedAt = changedAt
    }
  }

  /// A switch that was turned.
  public struct Change: Hashable, Sendable {
    public var `extension`: ExtensionID
    public var kind: Kind
    public var state: State

    public init(_ id: ExtensionID, _ kind: Kind, _ state: State) {
      self.extension = id
      self.kind = kind
      self.state = state
    }
  }

  public static let usualPatience = Duration.seconds(20)

  public private(set) var states: [Kind: State]

  public init(_ states: [Kind: State] = [:]) { self.states = states }

  public subscript(kind: Kind) -> State? { states[kind] }

  /// The later state of each counts: in whatever order changes are heard of, the end is the same.
  public mutating func merge(_ kind: Kind, _ state: State) {
    if let known = states[kind], !state.isLater(than: known) { return }
    states[kind] = state
  }

  public mutating func merge(_ others: AnsweringSwitches) {
    for (kind, state) in others.states { merge(kind, state) }
  }

  /// Those that `known` does not know as well.
  public func missing(in known: AnsweringSwitches) -> AnsweringSwitches {
    AnsweringSwitches(
      states.filter { kind, state in known[kind].map { state.isLater(than: $0) } ?? true })
  }

  /// When a switch that is turned now is turned: never before it was turned last, whatever clocks say.
  public func turning(_ kind: Kind, at now: WallTime) -> WallTime {
    guard let known = states[kind]?.changedAt.milliseconds else { return now }
    return WallTime(milliseconds: max(now.milliseconds, known &+ 1))
  }

  // MARK: - As rules

  /// Those that are on.
  public var rules: [AnsweringRule] { Kind.allCases.flatMap { kind in rules(of: kind) } }

  private func rules(of kind: Kind) -> [AnsweringRule] {
    guard let state = states[kind], state.isOn else { return [] }
    func forward(on occasion: AnsweringRule.Occasion) -> [AnsweringRule] {
      state.target.map { [AnsweringRule(name: kind.rawValue, on: occasion, .forward(to: $0))] }
        ?? []
    }
    switch kind {
    case .doNotDisturb: return [AnsweringRule(name: kind.rawValue, on: .always, .busy)]
    case .forwardAlways: return forward(on: .always)
    case .forwardBusy: return forward(on: .busy)
    // Whoever is not there does not answer.
    case .forwardNoAnswer:
      return forward(on: .noAnswer(after: state.patience ?? Self.usualPatience))
        + forward(on: .offline)
    case .queueLogin, .queuePause, .night: return []
    }
  }
}

extension AnsweringSwitches.State {
  /// Of two at the same moment it is the same one everywhere.
  fileprivate func isLater(than other: Self) -> Bool {
    guard changedAt == other.changedAt else {
      return changedAt.milliseconds > other.changedAt.milliseconds
    }
    return rank > other.rank
  }

  private var rank: String { "\(isOn) \(target ?? "") \(patience?.nanoseconds ?? 0)" }
}

extension ExtensionEntry {
  /// All that its user says of calls to it, the first first.
  public var rules: [AnsweringRule] { switchedRules + answering }

  /// Those that are switched on. Whoever calls while it is not to be disturbed may leave a message.
  public var switchedRules: [AnsweringRule] {
    switches.rules.map { rule in
      guard mailbox != nil, rule.action == .busy else { return rule }
      var rule = rule
      rule.action = .voicemail()
      return rule
    }
  }
}
