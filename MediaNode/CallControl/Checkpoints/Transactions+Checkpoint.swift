import NodeContract
import SIP

extension SentRequest: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(request)
    writer.write(flow)
    writer.write(isHeard)
    writer.write(isCancelled)
    writer.write(reason)
    writer.write(isMoved)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      request: try reader.read(SIPRequest.self), flow: try reader.read(Flow.self),
      isHeard: try reader.read(Bool.self), isCancelled: try reader.read(Bool.self),
      reason: try reader.read(String?.self))
    isMoved = try reader.read(Bool.self)
  }
}

extension HeardRequest: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(key)
    writer.write(flow)
    writer.write(answer)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      key: try reader.read(ServerTransactionKey.self), flow: try reader.read(Flow.self),
      answer: try reader.read(SIPResponse?.self))
  }
}

extension ServerTransactionKey: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .branch(let branch, let host, let port, let method):
      writer.write(UInt8(1))
      writer.write(branch)
      writer.write(host)
      writer.write(port)
      writer.write(method.rawValue)
    case .legacy(let uri, let fromTag, let callID, let sequence, let via, let method):
      writer.write(UInt8(2))
      writer.write(uri)
      writer.write(fromTag)
      writer.write(callID)
      writer.write(sequence)
      writer.write(via)
      writer.write(method.rawValue)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1:
      self = .branch(
        try reader.read(String.self), host: try reader.read(String.self),
        port: try reader.read(UInt16.self),
        method: SIPMethod(rawValue: try reader.read(String.self)))
    case 2:
      self = .legacy(
        uri: try reader.read(SIPURI.self), fromTag: try reader.read(String?.self),
        callID: try reader.read(String.self), sequence: try reader.read(UInt32.self),
        via: try reader.read(Via.self),
        method: SIPMethod(rawValue: try reader.read(String.self)))
    default: throw .malformed("transaction")
    }
  }
}
