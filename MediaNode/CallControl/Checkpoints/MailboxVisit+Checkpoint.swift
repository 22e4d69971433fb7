import Announcements
import NodeContract

extension MessageState: Checkpointed {}

extension MailboxRequest.Verb: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .open(let pin):
      writer.write(UInt8(1))
      writer.write(pin)
    case .mark(let id, let state):
      writer.write(UInt8(2))
      writer.write(id)
      writer.write(state)
    case .delete(let id):
      writer.write(UInt8(3))
      writer.write(id)
    case .restore(let id):
      writer.write(UInt8(4))
      writer.write(id)
    case .sound(let id, let offset):
      writer.write(UInt8(5))
      writer.write(id)
      writer.write(offset)
    case .forward(let id, let mailbox, let copy):
      writer.write(UInt8(6))
      writer.write(id)
      writer.write(mailbox)
      writer.write(copy)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .open(pin: try reader.read(String?.self))
    case 2: self = .mark(try reader.read(SoundID.self), try reader.read(MessageState.self))
    case 3: self = .delete(try reader.read(SoundID.self))
    case 4: self = .restore(try reader.read(SoundID.self))
    case 5: self = .sound(try reader.read(SoundID.self), offset: try reader.read(UInt64.self))
    case 6:
      self = .forward(
        try reader.read(SoundID.self), to: try reader.read(ExtensionID.self),
        as: try reader.read(SoundID.self))
    default: throw .malformed("question about a mailbox")
    }
  }
}

extension MailboxVisit.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .naming: writer.write(UInt8(1))
    case .proving: writer.write(UInt8(2))
    case .asking(let verb, let until):
      writer.write(UInt8(3))
      writer.write(verb)
      writer.write(until)
    case .menu: writer.write(UInt8(4))
    case .message: writer.write(UInt8(5))
    case .choice: writer.write(UInt8(6))
    case .farewell: writer.write(UInt8(7))
    case .calling: writer.write(UInt8(8))
    case .addressing: writer.write(UInt8(9))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .naming
    case 2: self = .proving
    case 3:
      self = .asking(
        try reader.read(MailboxRequest.Verb.self), until: try reader.read(BootInstant.self))
    case 4: self = .menu
    case 5: self = .message
    case 6: self = .choice
    case 7: self = .farewell
    case 8: self = .calling
    case 9: self = .addressing
    default: throw .malformed("stage of a visit to a mailbox")
    }
  }
}

extension MailboxVisit.Item: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id)
    writer.write(caller)
    writer.write(Int64(day))
    writer.write(UInt16(clamping: minute))
    writer.write(state)
    writer.write(isDeleted)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let (id, caller) = (try reader.read(SoundID.self), try reader.read(String.self))
    let (day, minute) = (try reader.read(Int64.self), try reader.read(UInt16.self))
    // Years are made of it.
    guard -1_000_000...4_000_000 ~= day, minute < 1_440 else { throw .malformed("message's time") }
    self.init(
      id: id, caller: caller, day: Int(day), minute: Int(minute),
      state: try reader.read(MessageState.self), isDeleted: try reader.read(Bool.self))
  }
}

extension CallMachine {
  /// Who forwarded the messages that the visitor hears of, one name each; nil: nobody did.
  var forwarders: [String]? {
    get {
      guard case .visit(let visit)? = attendance?.purpose,
        visit.items.contains(where: { !$0.forwardedBy.isEmpty })
      else { return nil }
      return visit.items.map(\.forwardedBy)
    }
    set {
      guard case .visit(var visit)? = attendance?.purpose, let newValue else { return }
      for (place, name) in zip(visit.items.indices, newValue) {
        visit.items[place].forwardedBy = name
      }
      attendance?.purpose = .visit(visit)
    }
  }
}

extension MailboxVisit: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(language)
    writer.write(mailbox)
    writer.write(stage)
    writer.write(failures)
    writer.write(questions)
    writer.write(items)
    writer.write(UInt16(clamping: place))
    writer.write(Int64(today))
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      language: try reader.read(SpokenLanguage.self),
      mailbox: try reader.read(ExtensionID?.self), stage: try reader.read(Stage.self),
      failures: try reader.read(UInt8.self), questions: try reader.read(UInt32.self),
      items: try reader.read([Item].self), place: Int(try reader.read(UInt16.self)),
      today: Int(try reader.read(Int64.self)))
  }
}
