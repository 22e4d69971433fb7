/// Colleagues who are rung for an extension in the place of devices of its own.
public struct RingGroup: Hashable, Sendable {
  public enum Strategy: String, Hashable, Sendable, CaseIterable {
    case together
    case inTurn = "in-turn"
    /// One after the other, in an order drawn for each call.
    case random
  }

  public var strategy: Strategy
  /// In their turn; those that are gone from the tenant are passed over.
  public var members: [ExtensionID]
  /// How long each turn is, or how long all ring together.
  public var ringsFor: Duration
  /// Members who talk are passed over.
  public var skipsBusy: Bool
  /// Whoever answers must press 1 to take the call.
  public var confirms: Bool

  public init(
    strategy: Strategy, members: [ExtensionID], ringsFor: Duration, skipsBusy: Bool = true,
    confirms: Bool = false
  ) {
    self.confirms = confirms
    self.strategy = strategy
    self.members = members
    self.ringsFor = ringsFor
    self.skipsBusy = skipsBusy
  }
}
