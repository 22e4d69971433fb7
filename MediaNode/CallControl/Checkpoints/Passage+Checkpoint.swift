import NodeContract
import SIP

extension AudioTerms: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(carriage.rawValue)
    writer.write(formats.map(\.name))
    writer.write(attributes)
    writer.write(direction.rawValue)
    writer.write(remote)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let carriage = Carriage(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("carriage")
    }
    self.carriage = carriage
    let names = try reader.read([String].self)
    attributes = try reader.read([SessionAttribute].self)
    formats = carriage == .fax ? [.fax] : []
    for name in names where carriage == .rtp {
      guard let format = PayloadFormat(name, among: attributes) else { throw .malformed("format") }
      formats.append(format)
    }
    guard let direction = MediaDirection(rawValue: try reader.read(String.self)) else {
      throw .malformed("direction")
    }
    self.direction = direction
    remote = try reader.read(IPEndpoint?.self)
  }
}

extension Passage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .relayed: writer.write(UInt8(1))
    case .decoded(let passage):
      writer.write(UInt8(2))
      writer.write(passage.caller)
      writer.write(passage.callee)
    case .fax: writer.write(UInt8(3))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .relayed
    case 2:
      self = .decoded(
        DecodedPassage(
          caller: try reader.read(PartySound.self), callee: try reader.read(PartySound.self)))
    case 3: self = .fax
    default: throw .malformed("passage")
    }
  }
}

extension PartySound: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(spoken)
    writer.write(spokenEvents)
    writer.write(codec.rawValue)
    writer.write(payloadType)
    writer.write(packetTime)
    writer.write(events)
    writer.write(isTold)
    writer.write(hears.rawValue)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    spoken = try reader.read([SpokenCodec].self)
    spokenEvents = try reader.read(UInt8?.self)
    codec = try VoiceCodec(from: &reader)
    payloadType = try reader.read(UInt8.self)
    packetTime = try reader.read(UInt8.self)
    events = try reader.read(UInt8?.self)
    isTold = try reader.read(Bool.self)
    guard let hears = Source(rawValue: try reader.read(UInt8.self)), payloadType < 128,
      codec.packetTimes.contains(packetTime)
    else { throw .malformed("sound") }
    self.hears = hears
  }
}

extension SpokenCodec: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(payloadType)
    writer.write(codec.rawValue)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    payloadType = try reader.read(UInt8.self)
    codec = try VoiceCodec(from: &reader)
  }
}

extension VoiceCodec {
  fileprivate init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let codec = VoiceCodec(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("codec")
    }
    self = codec
  }
}
