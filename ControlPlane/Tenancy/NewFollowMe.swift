public import NodeContract

/// Where a user is looked for, as a person gave it.
public struct NewFollowMe: Hashable, Sendable {
  public struct Target: Hashable, Sendable {
    /// `own`, `extension` or `outside`.
    public var kind: String
    /// With `extension` only.
    public var colleague: ExtensionID?
    /// With `outside` only: what the user might dial.
    public var number: String?

    public init(kind: String, colleague: ExtensionID? = nil, number: String? = nil) {
      self.kind = kind
      self.colleague = colleague
      self.number = number
    }
  }

  public struct Step: Hashable, Sendable {
    public var targets: [Target]
    /// Seconds.
    public var ringsFor: Int
    public var confirms: Bool

    public init(targets: [Target], ringsFor: Int, confirms: Bool) {
      self.targets = targets
      self.ringsFor = ringsFor
      self.confirms = confirms
    }
  }

  public var steps: [Step]

  public init(steps: [Step]) { self.steps = steps }
}

extension FollowMe {
  /// Steps of one user, at most.
  public static let mostSteps = 10
  /// Targets of one step, at most.
  public static let mostTargets = 10

  /// What is wrong is named by its place, `steps.2.targets`.
  public init(
    checking new: NewFollowMe, of user: ExtensionID
  ) throws(InvalidField) {
    guard !new.steps.isEmpty else { throw InvalidField("steps", .empty) }
    guard new.steps.count <= Self.mostSteps else {
      throw InvalidField("steps", .tooMany(limit: Self.mostSteps))
    }
    var steps: [Step] = []
    for (place, step) in new.steps.enumerated() {
      steps.append(try Step(checking: step, of: user, in: "steps.\(place)"))
    }
    self.init(steps: steps)
  }
}

extension FollowMe.Step {
  fileprivate init(
    checking new: NewFollowMe.Step, of user: ExtensionID, in place: String
  ) throws(InvalidField) {
    let field = "\(place).targets"
    guard !new.targets.isEmpty else { throw InvalidField(field, .empty) }
    guard new.targets.count <= FollowMe.mostTargets else {
      throw InvalidField(field, .tooMany(limit: FollowMe.mostTargets))
    }
    guard (1...300).contains(new.ringsFor) else {
      throw InvalidField("\(place).rings_for", .outOfRange(1...300))
    }
    var targets: [FollowMe.Target] = []
    for (number, target) in new.targets.enumerated() {
      targets.append(
        try FollowMe.Target(checking: target, of: user, in: "\(field).\(number)"))
    }
    guard Set(targets).count == targets.count else {
      throw InvalidField(field, .malformed(expected: "each target once"))
    }
    self.init(targets, ringsFor: .seconds(new.ringsFor), confirms: new.confirms)
  }
}

extension FollowMe.Target {
  fileprivate init(
    checking new: NewFollowMe.Target, of user: ExtensionID, in place: String
  ) throws(InvalidField) {
    guard new.colleague == nil || new.kind == "extension" else {
      throw InvalidField(
        "\(place).extension", .malformed(expected: "absent unless kind is extension"))
    }
    guard new.number == nil || new.kind == "outside" else {
      throw InvalidField("\(place).number", .malformed(expected: "absent unless kind is outside"))
    }
    switch new.kind {
    case "own": self = .own
    case "extension":
      guard let colleague = new.colleague else { throw InvalidField("\(place).extension", .empty) }
      guard colleague != user else {
        throw InvalidField(
          "\(place).extension", .malformed(expected: "another extension; own is the user's"))
      }
      self = .colleague(colleague)
    case "outside":
      guard let number = new.number else { throw InvalidField("\(place).number", .empty) }
      try AnsweringRule.checkDialled(number, "\(place).number")
      self = .outside(number)
    default:
      throw InvalidField("\(place).kind", .malformed(expected: "own, extension or outside"))
    }
  }
}
