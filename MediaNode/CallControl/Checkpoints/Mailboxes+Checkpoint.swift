import Announcements
import NodeContract

extension MailboxOffer: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(mailbox)
    writer.write(number)
    writer.write(longest)
    writer.write(isFull)
    writer.write(language)
    writer.write(caller)
    writer.write(callerName)
    writer.write(greeting)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      mailbox: try reader.read(ExtensionID.self), number: try reader.read(String.self),
      longest: try reader.read(Duration.self), isFull: try reader.read(Bool.self),
      language: try reader.read(SpokenLanguage.self), caller: try reader.read(String.self),
      callerName: try reader.read(String.self), greeting: try reader.read(SoundReference?.self))
  }
}

extension LeftMessage.Ending: Checkpointed {}

extension MessageDeposit.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .greeting: writer.write(UInt8(1))
    case .tone: writer.write(UInt8(2))
    case .recording(let until):
      writer.write(UInt8(3))
      writer.write(until)
    case .full: writer.write(UInt8(4))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .greeting
    case 2: self = .tone
    case 3: self = .recording(until: try reader.read(BootInstant.self))
    case 4: self = .full
    default: throw .malformed("stage of a message")
    }
  }
}

extension MessageDeposit: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(offer)
    writer.write(stage)
    writer.write(ending)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      try reader.read(MailboxOffer.self), try reader.read(Stage.self),
      ending: try reader.read(LeftMessage.Ending?.self))
  }
}

extension LeftMessage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(mailbox)
    writer.write(call)
    writer.write(caller)
    writer.write(callerName)
    writer.write(leftAt.milliseconds)
    writer.write(ending)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      mailbox: try reader.read(ExtensionID.self), call: try reader.read(CallID.self),
      caller: try reader.read(String.self), callerName: try reader.read(String.self),
      leftAt: WallTime(milliseconds: try reader.read(Int64.self)),
      ending: try reader.read(Ending?.self))
  }
}
