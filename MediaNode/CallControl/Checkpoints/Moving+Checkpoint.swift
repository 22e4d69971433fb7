import NodeContract

extension CallMachine {
  /// The moves in an order that does not depend on hashing.
  var movingLegs: [MovingLeg] {
    get { moves.sorted { $0.key < $1.key }.map { MovingLeg(leg: $0.key, move: $0.value) } }
    set { moves = Dictionary(newValue.map { ($0.leg, $0.move) }) { first, _ in first } }
  }
}

struct MovingLeg: Checkpointed {
  let leg: LegID
  let move: LegMove

  init(leg: LegID, move: LegMove) {
    self.leg = leg
    self.move = move
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(leg)
    writer.write(move)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    leg = try reader.read(LegID.self)
    move = try reader.read(LegMove.self)
  }
}

extension LegMove: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(mobility.rawValue)
    writer.write(stage)
    writer.write(until)
    writer.write(isThere)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let mobility = Mobility(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("mobility")
    }
    self.init(
      mobility: mobility, stage: try reader.read(Stage.self),
      until: try reader.read(BootInstant.self), isThere: try reader.read(Bool.self))
  }
}

extension LegMove.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .awaited: writer.write(UInt8(1))
    case .due(let instant):
      writer.write(UInt8(2))
      writer.write(instant)
    case .told: writer.write(UInt8(3))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .awaited
    case 2: self = .due(at: try reader.read(BootInstant.self))
    case 3: self = .told
    default: throw .malformed("move")
    }
  }
}
