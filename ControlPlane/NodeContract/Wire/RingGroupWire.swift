internal import SwiftProtobuf

extension RingGroup: WireConvertible {
  init(wire: WireRingGroup) throws(WireError) {
    var members: [Member] = []
    for member in wire.timed { members.append(try Member(wire: member)) }
    if members.isEmpty {
      for member in wire.members {
        members.append(Member(.colleague(try WireField.id(member, "ring_group.member"))))
      }
    }
    self.init(
      strategy: try Strategy(wire: wire.strategy), members: members,
      ringsFor: try WireField.duration(
        nanoseconds: wire.ringsForNanoseconds, "ring_group.rings_for"),
      skipsBusy: wire.skipsBusy, confirms: wire.confirms)
  }

  var wire: WireRingGroup {
    .with {
      $0.strategy = strategy.wire
      $0.members = colleagues.map(\.wire)
      $0.ringsForNanoseconds = ringsFor.nanoseconds
      $0.skipsBusy = skipsBusy
      $0.confirms = confirms
      if !members.allSatisfy(\.isPlain) { $0.timed = members.map(\.wire) }
    }
  }
}

extension RingGroup.Member: WireConvertible {
  init(wire: WireRingGroup.Member) throws(WireError) {
    let target: Target
    switch wire.target {
    case .extension(let id): target = .colleague(try WireField.id(id, "ring_group.member"))
    case .number(let number): target = .outside(number)
    case nil: throw .invalidField("ring_group.member")
    }
    self.init(
      target,
      after: try WireField.duration(nanoseconds: wire.afterNanoseconds, "ring_group.after"),
      ringsFor: wire.hasRingsForNanoseconds
        ? try WireField.duration(nanoseconds: wire.ringsForNanoseconds, "ring_group.rings_for")
        : nil, confirms: wire.confirms)
  }

  var wire: WireRingGroup.Member {
    .with {
      switch target {
      case .colleague(let id): $0.extension = id.wire
      case .outside(let number): $0.number = number
      }
      $0.afterNanoseconds = after.nanoseconds
      if let ringsFor { $0.ringsForNanoseconds = ringsFor.nanoseconds }
      $0.confirms = confirms
    }
  }
}

extension RingGroup.Strategy {
  /// A strategy of a newer sender rings everybody: nobody's call is lost.
  init(wire: WireRingGroup.Strategy) throws(WireError) {
    switch wire {
    case .together, .UNRECOGNIZED: self = .together
    case .inTurn: self = .inTurn
    case .random: self = .random
    case .unspecified: throw .invalidField("ring_group.strategy")
    }
  }

  var wire: WireRingGroup.Strategy {
    switch self {
    case .together: .together
    case .inTurn: .inTurn
    case .random: .random
    }
  }
}
