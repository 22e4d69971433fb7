import NodeContract

extension PendingRules: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(party)
    writer.write(domain)
    writer.write(busy)
    writer.write(noAnswer)
    writer.write(offline)
    writer.write(patience.map(\.nanoseconds))
    writer.write(mailbox)
    if follows { writer.write(afterwards) }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      party: try reader.read(), domain: try reader.read(), busy: try reader.read(),
      noAnswer: try reader.read(), offline: try reader.read(),
      patience: try reader.read(Int64?.self).map { .nanoseconds($0) },
      mailbox: try reader.read(MailboxOffer?.self))
    if follows { afterwards = try reader.read(AnsweringRule.Action?.self) }
  }
}

extension AnsweringRule.Action: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .ring: writer.write(UInt8(1))
    case .forward(let target):
      writer.write(UInt8(2))
      writer.write(target)
    case .busy: writer.write(UInt8(3))
    case .decline: writer.write(UInt8(4))
    case .voicemail(let greeting):
      writer.write(UInt8(5))
      writer.write(greeting)
    case .followMe: writer.write(UInt8(6))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .ring
    case 2: self = .forward(to: try reader.read())
    case 3: self = .busy
    case 4: self = .decline
    case 5: self = .voicemail(greeting: try reader.read(SoundReference?.self))
    case 6: self = .followMe
    default: throw .malformed("action of a rule")
    }
  }
}
