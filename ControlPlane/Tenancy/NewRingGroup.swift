public import NodeContract

/// One who is rung for an extension, as a person gave it.
public struct NewGroupMember: Hashable, Sendable {
  /// A colleague; nil: a number outside.
  public var colleague: ExtensionID?
  /// As the group's extension might dial it.
  public var outside: String?
  /// Seconds.
  public var after: Int
  public var ringsFor: Int?
  public var confirms: Bool

  public init(
    colleague: ExtensionID? = nil, outside: String? = nil, after: Int = 0, ringsFor: Int? = nil,
    confirms: Bool = false
  ) {
    self.colleague = colleague
    self.outside = outside
    self.after = after
    self.ringsFor = ringsFor
    self.confirms = confirms
  }
}

extension RingGroup {
  /// Members of one group, at most: a call has no more legs.
  public static let mostMembers = 50

  /// A group as a person gave it.
  public init(
    checkingStrategy strategy: String, members: [NewGroupMember], ringsFor seconds: Int,
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
    guard (1...300).contains(seconds) else { throw InvalidField("rings_for", .outOfRange(1...300)) }
    var checked: [Member] = []
    for (place, member) in members.enumerated() {
      checked.append(
        try Member(
          checking: member, in: "members.\(place)", latest: strategy == .together ? seconds - 1 : 0)
      )
    }
    guard Set(checked.map(\.target)).count == checked.count else {
      throw InvalidField("members", .malformed(expected: "each member once"))
    }
    self.init(
      strategy: strategy, members: checked, ringsFor: .seconds(seconds), skipsBusy: skipsBusy,
      confirms: confirms)
  }
}

extension RingGroup.Member {
  /// - Parameter latest: seconds after which all have rung; where they ring in turn, nobody waits in its own.
  fileprivate init(
    checking new: NewGroupMember, in place: String, latest: Int
  ) throws(InvalidField) {
    let target: Target
    switch (new.colleague, new.outside) {
    case (let id?, nil): target = .colleague(id)
    case (nil, let number?):
      try AnsweringRule.checkDialled(number, "\(place).outside")
      target = .outside(number)
    case (nil, nil), (.some, .some):
      throw InvalidField(place, .malformed(expected: "an extension or a number outside"))
    }
    guard (0...latest).contains(new.after) else {
      throw InvalidField("\(place).after", .outOfRange(0...latest))
    }
    if let seconds = new.ringsFor, !(1...300).contains(seconds) {
      throw InvalidField("\(place).rings_for", .outOfRange(1...300))
    }
    self.init(
      target, after: .seconds(new.after), ringsFor: new.ringsFor.map { .seconds($0) },
      confirms: new.confirms)
  }
}
