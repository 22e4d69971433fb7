import NodeContract
import SIP

extension SessionAttribute: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(name)
    writer.write(value)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(String.self), try reader.read(String?.self))
  }
}

extension SessionOrigin: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(user)
    writer.write(sessionID)
    writer.write(version)
    writer.write(address)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      user: try reader.read(String.self), sessionID: try reader.read(UInt64.self),
      version: try reader.read(UInt64.self), address: try reader.read(IPAddress.self))
  }
}

extension MediaDescription: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(kind)
    writer.write(port)
    writer.write(profile)
    writer.write(formats)
    writer.write(connection)
    writer.write(attributes)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      kind: try reader.read(String.self), port: try reader.read(UInt16.self),
      profile: try reader.read(String.self), formats: try reader.read([String].self),
      connection: try reader.read(IPAddress?.self),
      attributes: try reader.read([SessionAttribute].self))
  }
}

extension SessionDescription: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(origin)
    writer.write(connection)
    writer.write(attributes)
    writer.write(media)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      origin: try reader.read(SessionOrigin.self),
      connection: try reader.read(IPAddress?.self),
      attributes: try reader.read([SessionAttribute].self),
      media: try reader.read([MediaDescription].self))
  }
}

extension MediaSlot: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .audio: writer.write(UInt8(1))
    case .refused(let kind, let profile, let formats):
      writer.write(UInt8(2))
      writer.write(kind)
      writer.write(profile)
      writer.write(formats)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .audio
    case 2:
      self = .refused(
        kind: try reader.read(String.self), profile: try reader.read(String.self),
        formats: try reader.read([String].self))
    default: throw .malformed("medium")
    }
  }
}

extension SessionSide: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(local)
    writer.write(sessionID)
    writer.write(version)
    writer.write(slots)
    writer.write(remote)
    writer.write(terms)
    writer.write(origin)
    writer.write(isHolding)
    writer.write(described)
    writer.write(transport)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      local: try reader.read(IPEndpoint.self), sessionID: try reader.read(UInt64.self),
      version: try reader.read(UInt64.self), slots: try reader.read([MediaSlot].self),
      remote: try reader.read(IPEndpoint?.self), terms: try reader.read(AudioTerms?.self),
      origin: try reader.read(SessionOrigin?.self), isHolding: try reader.read(Bool.self),
      described: try reader.read(SessionDescription?.self),
      transport: try reader.read(SessionTransport.self))
  }
}

extension RelayPlan: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id.number)
    writer.write(callerLocal)
    writer.write(calleeLocal)
    writer.write(callerRemote)
    writer.write(calleeRemote)
    writer.write(callerTransport)
    writer.write(calleeTransport)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      id: RelayID(number: try reader.read(UInt64.self)),
      callerLocal: try reader.read(IPEndpoint.self),
      calleeLocal: try reader.read(IPEndpoint.self),
      callerRemote: try reader.read(IPEndpoint?.self),
      calleeRemote: try reader.read(IPEndpoint?.self),
      callerTransport: try reader.read(MediaTransport.self),
      calleeTransport: try reader.read(MediaTransport.self))
  }
}
