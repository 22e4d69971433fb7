internal import SwiftProtobuf

extension RingGroup: WireConvertible {
  init(wire: WireRingGroup) throws(WireError) {
    self.init(
      strategy: try Strategy(wire: wire.strategy),
      members: try WireField.ids(wire.members, "ring_group.member"),
      ringsFor: try WireField.duration(
        nanoseconds: wire.ringsForNanoseconds, "ring_group.rings_for"),
      skipsBusy: wire.skipsBusy, confirms: wire.confirms)
  }

  var wire: WireRingGroup {
    .with {
      $0.strategy = strategy.wire
      $0.members = members.map(\.wire)
      $0.ringsForNanoseconds = ringsFor.nanoseconds
      $0.skipsBusy = skipsBusy
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
