import NodeContract
import SIP

extension Transfer: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(transferor)
    writer.write(stayer)
    writer.write(token)
    writer.write(targets)
    writer.write(stage)
    writer.write(arrival)
    writer.write(attempts)
    writer.write(before)
    writer.write(failures)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      transferor: try reader.read(), stayer: try reader.read(), token: try reader.read(),
      targets: try reader.read(), stage: try reader.read(), arrival: try reader.read(),
      attempts: try reader.read(),
      before: try reader.read(), failures: try reader.read())
  }

  /// The legs that it names.
  var legs: Set<LegID> {
    Set(targets + [transferor, stayer] + [answered].compactMap { $0 })
  }
}

extension Transfer.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .asking(let until):
      writer.write(UInt8(1))
      writer.write(until)
    case .settling(let leg, let receipt, let until):
      writer.write(UInt8(2))
      writer.write(leg)
      writer.write(receipt.number)
      writer.write(until)
    case .joining(let leg, let nextAt):
      writer.write(UInt8(3))
      writer.write(leg)
      writer.write(nextAt)
    case .moving(let leg, let nextAt):
      writer.write(UInt8(4))
      writer.write(leg)
      writer.write(nextAt)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .asking(until: try reader.read())
    case 2:
      self = .settling(
        try reader.read(), FactReceipt(number: try reader.read()), until: try reader.read())
    case 3: self = .joining(try reader.read(), nextAt: try reader.read())
    case 4: self = .moving(try reader.read(), nextAt: try reader.read())
    default: throw .malformed("transfer")
    }
  }
}

extension Referral: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(leg)
    writer.write(id)
    writer.write(told)
    writer.write(next)
    writer.write(isNotifying)
    writer.write(hangsUp)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      leg: try reader.read(), id: try reader.read(), told: try reader.read(),
      next: try reader.read(), isNotifying: try reader.read(), hangsUp: try reader.read())
  }
}
