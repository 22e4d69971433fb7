public import NodeContract

/// What is to be switched otherwise, as a person gave it.
public struct AnsweringSwitchWish: Hashable, Sendable {
  public var kind: AnsweringSwitches.Kind
  public var isOn: Bool
  /// With forwarding: where to; `nil`: where it went before. With an agent's pause: its reason.
  public var target: String?
  /// Seconds; with forwarding on no answer only. `nil`: as before.
  public var after: Int?

  public init(
    _ kind: AnsweringSwitches.Kind, isOn: Bool, target: String? = nil, after: Int? = nil
  ) {
    self.kind = kind
    self.isOn = isOn
    self.target = target
    self.after = after
  }
}

extension AnsweringSwitches {
  /// What the wishes make of these; at the moment, or just after what they were switched before.
  public func turned(
    _ wishes: [AnsweringSwitchWish], at now: WallTime
  ) throws(InvalidField) -> [Kind: State] {
    var turned: [Kind: State] = [:]
    for wish in wishes { turned[wish.kind] = try state(after: wish, at: now) }
    return turned
  }

  private func state(
    after wish: AnsweringSwitchWish, at now: WallTime
  ) throws(InvalidField) -> State {
    let field = wish.kind.rawValue.split(separator: "-").joined(separator: "_")
    let known = self[wish.kind]
    let target = wish.kind == .queuePause ? wish.target : wish.target ?? known?.target
    if let target = wish.target { try wish.kind.check(target, field) }
    guard !wish.isOn || !wish.kind.needsTarget || target != nil else {
      throw InvalidField(field, .empty)
    }
    if let after = wish.after, !(1...300).contains(after) {
      throw InvalidField("no_answer_after", .outOfRange(1...300))
    }
    return State(
      isOn: wish.isOn, target: target, patience: wish.after.map { .seconds($0) } ?? known?.patience,
      changedAt: turning(wish.kind, at: now))
  }
}

extension AnsweringSwitches.Kind {
  /// Characters of an agent's reason, at most.
  private static let longestReason = 32

  fileprivate func check(_ target: String, _ field: String) throws(InvalidField) {
    guard self == .queuePause else { return try AnsweringRule.checkDialled(target, field) }
    guard target.count <= Self.longestReason else {
      throw InvalidField(field, .tooLong(limit: Self.longestReason))
    }
  }
}
