/// Colleagues, and numbers outside, that are rung for an extension in the place of devices of its own.
public struct RingGroup: Hashable, Sendable {
  public enum Strategy: String, Hashable, Sendable, CaseIterable {
    case together
    case inTurn = "in-turn"
    /// One after the other, in an order drawn for each call.
    case random
  }

  /// One who is rung, and when.
  public struct Member: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
      /// At its own devices.
      case colleague(ExtensionID)
      /// As the group's extension would dial it, and at its cost.
      case outside(String)
    }

    public var target: Target
    /// Where all ring together: it does not before so much of that is over.
    public var after: Duration
    /// How long it rings at most; nil: to the end of its turn, or of all.
    public var ringsFor: Duration?
    /// Whoever answers must press 1 to take the call, whatever the group says of that.
    public var confirms: Bool

    public init(
      _ target: Target, after: Duration = .zero, ringsFor: Duration? = nil, confirms: Bool = false
    ) {
      self.target = target
      self.after = after
      self.ringsFor = ringsFor
      self.confirms = confirms
    }
  }

  public var strategy: Strategy
  /// In their turn; those that are gone from the tenant are passed over.
  public var members: [Member]
  /// How long each turn is, or how long all ring together.
  public var ringsFor: Duration
  /// Members who talk are passed over.
  public var skipsBusy: Bool
  /// Whoever answers must press 1 to take the call.
  public var confirms: Bool

  public init(
    strategy: Strategy, members: [Member], ringsFor: Duration, skipsBusy: Bool = true,
    confirms: Bool = false
  ) {
    self.confirms = confirms
    self.strategy = strategy
    self.members = members
    self.ringsFor = ringsFor
    self.skipsBusy = skipsBusy
  }

  /// Of colleagues who ring at once, and as long as the group says.
  public init(
    strategy: Strategy, members: [ExtensionID], ringsFor: Duration, skipsBusy: Bool = true,
    confirms: Bool = false
  ) {
    self.init(
      strategy: strategy, members: members.map { Member(.colleague($0)) }, ringsFor: ringsFor,
      skipsBusy: skipsBusy, confirms: confirms)
  }

  public var colleagues: [ExtensionID] { members.compactMap(\.colleague) }
}

extension RingGroup.Member {
  public var colleague: ExtensionID? { if case .colleague(let id) = target { id } else { nil } }
  public var outside: String? { if case .outside(let number) = target { number } else { nil } }

  /// It is a colleague who rings as all do.
  public var isPlain: Bool {
    colleague != nil && after == .zero && ringsFor == nil && !confirms
  }
}
