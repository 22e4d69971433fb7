public import NodeContract

extension [ExtensionID] {
  /// A list of colleagues as a person gave it.
  func check(atMost limit: Int, as field: String) throws(InvalidField) {
    guard count <= limit else { throw InvalidField(field, .tooMany(limit: limit)) }
    guard Set(self).count == count else {
      throw InvalidField(field, .malformed(expected: "each member once"))
    }
  }
}

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
    try members.check(atMost: Self.mostMembers, as: "members")
    guard (1...300).contains(seconds) else { throw InvalidField("rings_for", .outOfRange(1...300)) }
    self.init(
      strategy: strategy, members: members, ringsFor: .seconds(seconds), skipsBusy: skipsBusy,
      confirms: confirms)
  }
}
