public import NodeContract

extension RingGroup {
  /// Members of one group, at most: a call has no more legs.
  public static let mostMembers = 50

  /// A group as a person gave it.
  public init(
    checkingStrategy strategy: String, members: [ExtensionID], ringsFor seconds: Int,
    skipsBusy: Bool, confirms: Bool = false
  ) throws(InvalidField) {
    guard let strategy = Strategy(rawValue: strategy) else {
      let words = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("strategy", .malformed(expected: "one of \(words)"))
    }
    guard !members.isEmpty else { throw InvalidField("members", .empty) }
    guard members.count <= Self.mostMembers else {
      throw InvalidField("members", .tooMany(limit: Self.mostMembers))
    }
    guard Set(members).count == members.count else {
      throw InvalidField("members", .malformed(expected: "each member once"))
    }
    guard (1...300).contains(seconds) else { throw InvalidField("rings_for", .outOfRange(1...300)) }
    self.init(
      strategy: strategy, members: members, ringsFor: .seconds(seconds), skipsBusy: skipsBusy,
      confirms: confirms)
  }
}
