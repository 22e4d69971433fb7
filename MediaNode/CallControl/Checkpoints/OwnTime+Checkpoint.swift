import NodeContract

/// How long one of those who ring does, where not as long as the others.
struct OwnTime: Hashable, Sendable {
  let leg: LegID
  let until: BootInstant
}

extension CallMachine {
  var ownTimes: [OwnTime] {
    callees.compactMap { leg in
      leg.ringsUntil.map { OwnTime(leg: leg.id, until: $0) }
    }
  }

  mutating func take(_ time: OwnTime) {
    for place in callees.indices where callees[place].id == time.leg {
      callees[place].ringsUntil = time.until
    }
  }
}

extension OwnTime: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(leg)
    writer.write(until)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    leg = try reader.read(LegID.self)
    until = try reader.read(BootInstant.self)
  }
}
