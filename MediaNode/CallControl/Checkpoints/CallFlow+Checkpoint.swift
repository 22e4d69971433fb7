import NodeContract

/// The version of a flow in which a call began, whatever is published meanwhile.
extension CallFlow: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(start)
    writer.write(steps.sorted { $0.key < $1.key }.map { NamedStep(name: $0.key, step: $0.value) })
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let start = try reader.read(String.self)
    let steps = try reader.read([NamedStep].self)
    self.init(
      start: start, steps: Dictionary(steps.map { ($0.name, $0.step) }) { first, _ in first })
  }
}

private struct NamedStep: Checkpointed {
  let name: CallFlow.StepName
  let step: CallFlow.Step

  init(name: CallFlow.StepName, step: CallFlow.Step) {
    self.name = name
    self.step = step
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(name)
    writer.write(step.action)
    writer.write(step.then)
    writer.write(step.otherwise)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    name = try reader.read(String.self)
    step = CallFlow.Step(
      try reader.read(CallFlow.Action.self), then: try reader.read(String?.self),
      otherwise: try reader.read(String?.self))
  }
}

extension CallFlow.Action: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .hours(let hours):
      writer.write(UInt8(1))
      writer.write(hours)
    case .night(let owner):
      writer.write(UInt8(2))
      writer.write(owner)
    case .caller(let callers):
      writer.write(UInt8(3))
      writer.write(callers)
    case .called(let numbers):
      writer.write(UInt8(4))
      writer.write(numbers)
    case .ring(let id, let duration):
      writer.write(UInt8(5))
      writer.write(id)
      writer.write(duration)
    case .outside(let number, let duration):
      writer.write(UInt8(6))
      writer.write(number)
      writer.write(duration)
    case .menu(let menu):
      writer.write(UInt8(7))
      writer.write(menu)
    case .queue(let id):
      writer.write(UInt8(8))
      writer.write(id)
    case .announcement(let sound):
      writer.write(UInt8(9))
      writer.write(sound)
    case .mailbox(let id, let greeting):
      writer.write(UInt8(10))
      writer.write(id)
      writer.write(greeting)
    case .extension(let id):
      writer.write(UInt8(11))
      writer.write(id)
    case .hangUp(let outcome):
      writer.write(UInt8(12))
      writer.write(outcome)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .hours(try reader.read(FlowHours.self))
    case 2: self = .night(of: try reader.read(ExtensionID?.self))
    case 3: self = .caller(try reader.read(AnsweringRule.Callers.self))
    case 4: self = .called(try reader.read([String].self))
    case 5:
      self = .ring(try reader.read(ExtensionID.self), for: try reader.read(Duration?.self))
    case 6: self = .outside(try reader.read(String.self), for: try reader.read(Duration?.self))
    case 7: self = .menu(try reader.read(CallFlow.Menu.self))
    case 8: self = .queue(try reader.read(ExtensionID.self))
    case 9: self = .announcement(try reader.read(SoundReference.self))
    case 10:
      self = .mailbox(
        try reader.read(ExtensionID.self), greeting: try reader.read(SoundReference?.self))
    case 11: self = .extension(try reader.read(ExtensionID.self))
    case 12: self = .hangUp(try reader.read(CallOutcome.self))
    default: throw .malformed("step of a flow")
    }
  }
}

extension CallFlow.Menu: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    let keys = choices.keys.sorted()
    writer.write(prompt)
    writer.write(language)
    writer.write(keys)
    writer.write(keys.map { choices[$0] })
    writer.write(patience)
    writer.write(repeats)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let prompt = try reader.read(SoundReference?.self)
    let language = try reader.read(String?.self)
    let keys = try reader.read([String].self)
    let steps = try reader.read([String?].self)
    var choices: [String: CallFlow.StepName] = [:]
    for (key, step) in zip(keys, steps) { choices[key] = step }
    self.init(
      prompt: prompt, language: language, choices: choices,
      patience: try reader.read(Duration.self), repeats: try reader.read(UInt8.self))
  }
}

extension FlowHours: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(weekly)
    writer.write(exceptions)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(WeeklyHours.self), except: try reader.read([Exception].self))
  }
}

extension FlowHours.Exception: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(first)
    writer.write(last)
    writer.write(isOpen)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      from: try reader.read(CalendarDay.self), through: try reader.read(CalendarDay.self),
      isOpen: try reader.read(Bool.self))
  }
}

extension CalendarDay: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(description) }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let day = CalendarDay(try reader.read(String.self)) else { throw .malformed("day") }
    self = day
  }
}

extension WeeklyHours: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(spans)
    writer.write(isComplement)
    writer.write(holidays)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      try reader.read([Span].self), isComplement: try reader.read(Bool.self),
      holidays: try reader.read(String?.self))
  }
}

extension WeeklyHours.Span: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(days)
    writer.write(from)
    writer.write(to)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      days: try reader.read(UInt8.self), from: try reader.read(UInt16.self),
      to: try reader.read(UInt16.self))
  }
}

extension AnsweringRule.Callers: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .anyone: writer.write(UInt8(1))
    case .colleagues: writer.write(UInt8(2))
    case .outside: writer.write(UInt8(3))
    case .withheld: writer.write(UInt8(4))
    case .numbers(let numbers):
      writer.write(UInt8(5))
      writer.write(numbers)
    case .contacts: writer.write(UInt8(6))
    case .group(let name):
      writer.write(UInt8(7))
      writer.write(name)
    case .vip: writer.write(UInt8(8))
    case .strangers: writer.write(UInt8(9))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .anyone
    case 2: self = .colleagues
    case 3: self = .outside
    case 4: self = .withheld
    case 5: self = .numbers(try reader.read([String].self))
    case 6: self = .contacts
    case 7: self = .group(try reader.read(String.self))
    case 8: self = .vip
    case 9: self = .strangers
    default: throw .malformed("callers")
    }
  }
}
