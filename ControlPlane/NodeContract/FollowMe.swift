/// Where a user is looked for, step by step: what an answering rule may say of a call.
public struct FollowMe: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    /// The user's own devices.
    case own
    /// Those of a colleague, whatever its rules say.
    case colleague(ExtensionID)
    /// As the user would dial it, and at the user's cost.
    case outside(String)
  }

  /// Those who are rung together.
  public struct Step: Hashable, Sendable {
    /// In order; colleagues that are gone from the tenant are passed over.
    public var targets: [Target]
    public var ringsFor: Duration
    /// Whoever answers must press 1 to take the call, but at the user's own devices: others may be machines
    /// that answer, or not know for whom the call is.
    public var confirms: Bool

    public init(_ targets: [Target], ringsFor: Duration, confirms: Bool = true) {
      self.targets = targets
      self.ringsFor = ringsFor
      self.confirms = confirms
    }
  }

  /// One after the other.
  public var steps: [Step]

  public init(steps: [Step]) { self.steps = steps }
}
