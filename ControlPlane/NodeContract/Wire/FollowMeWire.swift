internal import SwiftProtobuf

extension FollowMe: WireConvertible {
  init(wire: WireFollowMe) throws(WireError) {
    var steps: [Step] = []
    for step in wire.steps { steps.append(try Step(wire: step)) }
    self.init(steps: steps)
  }

  var wire: WireFollowMe { .with { $0.steps = steps.map(\.wire) } }
}

extension FollowMe.Step: WireConvertible {
  init(wire: WireFollowMe.Step) throws(WireError) {
    var targets: [FollowMe.Target] = []
    for target in wire.targets {
      if let known = try FollowMe.Target(wire: target.target) { targets.append(known) }
    }
    self.init(
      targets,
      ringsFor: try WireField.duration(
        nanoseconds: wire.ringsForNanoseconds, "follow_me.rings_for"),
      confirms: wire.confirms)
  }

  var wire: WireFollowMe.Step {
    .with {
      $0.targets = targets.map { target in .with { $0.target = target.wire } }
      $0.ringsForNanoseconds = ringsFor.nanoseconds
      $0.confirms = confirms
    }
  }
}

extension FollowMe.Target {
  /// Nil: one of a newer sender's, which is passed over.
  init?(wire: WireFollowMe.Target.OneOf_Target?) throws(WireError) {
    switch wire {
    case .own: self = .own
    case .colleague(let id): self = .colleague(try WireField.id(id, "follow_me.colleague"))
    case .outside(let number): self = .outside(number)
    case nil: return nil
    }
  }

  var wire: WireFollowMe.Target.OneOf_Target {
    switch self {
    case .own: .own(WireNothing())
    case .colleague(let id): .colleague(id.wire)
    case .outside(let number): .outside(number)
    }
  }
}
