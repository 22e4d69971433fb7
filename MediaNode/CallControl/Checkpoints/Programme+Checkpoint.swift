import Announcements
import Digits
import NodeContract

extension Prompt: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .recorded(let name):
      writer.write(UInt8(1))
      writer.write(name)
    case .spoken(let words):
      writer.write(UInt8(2))
      writer.write(words)
    case .fetched(let name):
      writer.write(UInt8(3))
      writer.write(name)
    case .uploaded(let name):
      writer.write(UInt8(4))
      writer.write(name)
    case .ringing: writer.write(UInt8(5))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .recorded(try reader.read(String.self))
    case 2: self = .spoken(try reader.read(String.self))
    case 3: self = .fetched(try reader.read(String.self))
    case 4: self = .uploaded(try reader.read(String.self))
    case 5: self = .ringing
    default: throw .malformed("prompt")
    }
  }
}

extension SpokenLanguage: Checkpointed {}

extension Announcement: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(prompts)
    writer.write(language)
    writer.write(otherwise)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      try reader.read([Prompt].self), in: try reader.read(SpokenLanguage.self),
      otherwise: try reader.read([Prompt]?.self))
  }
}

extension Digit: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(event) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let digit = Digit(event: try reader.read(UInt8.self)) else { throw .malformed("key") }
    self = digit
  }
}

extension Duration: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(nanoseconds) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let nanoseconds = try reader.read(Int64.self)
    // Deadlines are made of it.
    guard 0...Int64.max / 8 ~= nanoseconds else { throw .malformed("duration") }
    self = .nanoseconds(nanoseconds)
  }
}

extension KeyReading: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(most)
    writer.write(terminator)
    writer.write(alone)
    writer.write(patience)
    writer.write(pause)
    writer.write(interrupts)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      most: try reader.read(UInt8.self), terminator: try reader.read(Digit?.self),
      alone: try reader.read([Digit].self),
      patience: try reader.read(Duration.self), pause: try reader.read(Duration.self),
      interrupts: try reader.read(Bool.self))
  }
}

extension Programme: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(announcement)
    writer.write(rounds)
    writer.write(pause)
    writer.write(reading)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      announcement: try reader.read(Announcement.self), rounds: try reader.read(UInt8.self),
      pause: try reader.read(Duration.self), reading: try reader.read(KeyReading?.self))
  }
}

extension ProgrammeRun.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .playing(let since):
      writer.write(UInt8(1))
      writer.write(since)
    case .waiting(let until):
      writer.write(UInt8(2))
      writer.write(until)
    case .reading(let until):
      writer.write(UInt8(3))
      writer.write(until)
    case .over: writer.write(UInt8(4))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .playing(since: try reader.read(BootInstant.self))
    case 2: self = .waiting(until: try reader.read(BootInstant.self))
    case 3: self = .reading(until: try reader.read(BootInstant.self))
    case 4: self = .over
    default: throw .malformed("stage of a programme")
    }
  }
}

extension ProgrammeRun: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(programme)
    writer.write(stage)
    writer.write(number)
    writer.write(round)
    writer.write(keys)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      try reader.read(Programme.self), try reader.read(Stage.self),
      number: try reader.read(UInt32.self), round: try reader.read(UInt8.self),
      keys: try reader.read([Digit].self))
  }
}

extension Page: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(language)
    writer.write(longest)
    writer.write(isHeard)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      language: try reader.read(), longest: try reader.read(), isHeard: try reader.read())
  }
}

extension Attendance: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch purpose {
    case .refusal(let outcome):
      writer.write(UInt8(1))
      writer.write(outcome)
    case .room: writer.write(UInt8(2))
    case .message(let deposit):
      writer.write(UInt8(3))
      writer.write(deposit)
    case .visit(let visit):
      writer.write(UInt8(4))
      writer.write(visit)
    case .switching(let wish):
      writer.write(UInt8(10))
      writer.write(wish)
    case .telling: writer.write(UInt8(11))
    case .parked: writer.write(UInt8(12))
    case .menu(let visit):
      writer.write(UInt8(visit.flowKeys == nil ? 13 : 16))
      writer.write(visit)
      if let keys = visit.flowKeys { writer.write(keys) }
    case .queue: writer.write(UInt8(14))
    case .announcement(let heard):
      writer.write(UInt8(15))
      writer.write(heard)
    case .errand: writer.write(UInt8(17))
    case .page(let page):
      writer.write(UInt8(18))
      writer.write(page)
    }
    writer.write(run)
    writer.write(offersAt)
    writer.write(awaitsAnswer)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: purpose = .refusal(try reader.read(CallOutcome.self))
    case 2: purpose = .room
    case 3: purpose = .message(try reader.read(MessageDeposit.self))
    case 4: purpose = .visit(try reader.read(MailboxVisit.self))
    case 10: purpose = .switching(try reader.read(SwitchWish.self))
    case 11: purpose = .telling
    case 12: purpose = .parked
    case 13: purpose = .menu(try reader.read(MenuVisit.self))
    case 14: purpose = .queue
    case 17: purpose = .errand
    case 18: purpose = .page(try reader.read(Page.self))
    case 16:
      var visit = try reader.read(MenuVisit.self)
      visit.flowKeys = try reader.read([String].self)
      purpose = .menu(visit)
    case 15: purpose = .announcement(try reader.read(FlowAnnouncement.self))
    default: throw .malformed("attendance")
    }
    run = try reader.read(ProgrammeRun?.self)
    offersAt = try reader.read(BootInstant?.self)
    awaitsAnswer = try reader.read(Bool.self)
  }
}
