import Announcements
import Digits
import NodeContract

extension VoiceMenu.Destination: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .extension(let id):
      writer.write(UInt8(1))
      writer.write(id)
    case .mailbox(let id):
      writer.write(UInt8(2))
      writer.write(id)
    case .outside(let number):
      writer.write(UInt8(3))
      writer.write(number)
    case .room(let number):
      writer.write(UInt8(4))
      writer.write(number)
    case .hangUp: writer.write(UInt8(5))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .extension(try reader.read(ExtensionID.self))
    case 2: self = .mailbox(try reader.read(ExtensionID.self))
    case 3: self = .outside(try reader.read(String.self))
    case 4: self = .room(try reader.read(String.self))
    case 5: self = .hangUp
    default: throw .malformed("destination of a menu")
    }
  }
}

extension VoiceMenu: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(prompt)
    writer.write(language)
    for key in Self.keys { writer.write(choices[key]) }
    writer.write(takesExtensions)
    writer.write(patience)
    writer.write(repeats)
    writer.write(last)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let prompt = try reader.read(SoundReference?.self)
    let language = try reader.read(String?.self)
    var choices: [String: Destination] = [:]
    for key in Self.keys { choices[key] = try reader.read(Destination?.self) }
    self.init(
      prompt: prompt, language: language, choices: choices,
      takesExtensions: try reader.read(Bool.self), patience: try reader.read(Duration.self),
      repeats: try reader.read(UInt8.self), last: try reader.read(Destination.self))
  }
}

extension MenuVisit.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(rawValue) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let stage = Self(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("stage of a menu")
    }
    self = stage
  }
}

extension MenuVisit: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(entry)
    writer.write(number)
    writer.write(menu)
    writer.write(language)
    writer.write(alone)
    writer.write(longest)
    writer.write(callerName)
    writer.write(isWithheld)
    writer.write(stage)
    writer.write(failures)
    writer.write(choices)
    writer.write(isOver)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      entry: try reader.read(ExtensionID.self), number: try reader.read(String.self),
      menu: try reader.read(VoiceMenu.self), language: try reader.read(SpokenLanguage.self),
      alone: try reader.read([Digit].self), longest: try reader.read(UInt8.self),
      callerName: try reader.read(String?.self), isWithheld: try reader.read(Bool.self),
      stage: try reader.read(Stage.self), failures: try reader.read(UInt8.self),
      choices: try reader.read(UInt8.self), isOver: try reader.read(Bool.self))
  }
}
