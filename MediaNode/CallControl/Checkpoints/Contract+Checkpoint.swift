import NodeContract

extension UUIDv7: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(high)
    writer.write(low)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(high: try reader.read(), low: try reader.read())
  }
}

extension TypedID: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(uuid) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(UUIDv7.self))
  }
}

extension OperatorName: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(text) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let text = try reader.read(String.self)
    guard let name = OperatorName(text) else { throw .malformed("name") }
    self = name
  }
}

extension Epoch: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(generation)
    writer.write(revision)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(generation: try reader.read(UInt32.self), revision: try reader.read(Int64.self))
  }
}

extension IPAddress: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .v4(let value):
      writer.write(UInt8(4))
      writer.write(value)
    case .v6(let high, let low):
      writer.write(UInt8(6))
      writer.write(high)
      writer.write(low)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 4: self = .v4(try reader.read(UInt32.self))
    case 6: self = .v6(try reader.read(UInt64.self), try reader.read(UInt64.self))
    default: throw .malformed("address family")
    }
  }
}

extension IPEndpoint: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(address)
    writer.write(port)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(IPAddress.self), port: try reader.read(UInt16.self))
  }
}

extension CallOutcome: Checkpointed {}

extension LegParty: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .extension(let id, let number):
      writer.write(UInt8(1))
      writer.write(id)
      writer.write(number)
    case .trunk(let id):
      writer.write(UInt8(2))
      writer.write(id)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1:
      self = .extension(try reader.read(ExtensionID.self), number: try reader.read(String.self))
    case 2: self = .trunk(try reader.read(TrunkID.self))
    default: throw .malformed("party")
    }
  }
}

extension SoundReference: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id)
    writer.write(digest)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(id: try reader.read(SoundID.self), digest: try reader.read([UInt8].self))
  }
}
