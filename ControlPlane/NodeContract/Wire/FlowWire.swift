internal import FoundationEssentials
internal import SwiftProtobuf

// Call flows: within a tenant's snapshot, and by themselves where a version of one is kept.

extension CallFlow: WireConvertible {
  init(wire: WireCallFlow) throws(WireError) {
    var steps: [StepName: Step] = [:]
    for step in wire.steps {
      // What a newer sender has steps do is done by nobody here: calls that come there end.
      guard let action = step.action else { continue }
      steps[step.name] = Step(
        try Action(wire: action), then: step.hasThen ? step.then : nil,
        otherwise: step.hasOtherwise ? step.otherwise : nil)
    }
    self.init(start: wire.start, steps: steps)
  }

  var wire: WireCallFlow {
    .with {
      $0.start = start
      $0.steps = steps.sorted { $0.key < $1.key }.map { name, step in
        .with {
          $0.name = name
          if let then = step.then { $0.then = then }
          if let otherwise = step.otherwise { $0.otherwise = otherwise }
          $0.action = step.action.wire
        }
      }
    }
  }
}

extension CallFlow.Action {
  init(wire: WireFlowStep.OneOf_Action) throws(WireError) {
    switch wire {
    case .hours(let hours): self = .hours(try FlowHours(wire: hours))
    case .night(let id): self = .night(of: id.isEmpty ? nil : try WireField.id(id, "flow.night"))
    case .caller(let rule): self = .caller(try AnsweringRule(wire: rule).callers)
    case .called(let list): self = .called(list.numbers)
    case .ring(let ring):
      self = .ring(
        try WireField.id(ring.extension, "flow.ring"),
        for: ring.hasForNanoseconds
          ? try WireField.duration(nanoseconds: ring.forNanoseconds, "flow.ring") : nil)
    case .outside(let outside):
      self = .outside(
        outside.number,
        for: outside.hasForNanoseconds
          ? try WireField.duration(nanoseconds: outside.forNanoseconds, "flow.outside") : nil)
    case .menu(let menu): self = .menu(try CallFlow.Menu(wire: menu))
    case .queue(let id): self = .queue(try WireField.id(id, "flow.queue"))
    case .announcement(let sound): self = .announcement(try SoundReference(wire: sound))
    case .mailbox(let mailbox):
      self = .mailbox(
        try WireField.id(mailbox.extension, "flow.mailbox"),
        greeting: mailbox.hasGreeting ? try SoundReference(wire: mailbox.greeting) : nil)
    case .extension(let id): self = .extension(try WireField.id(id, "flow.extension"))
    case .hangUp(let word): self = .hangUp(CallOutcome(rawValue: word) ?? .noAnswer)
    }
  }

  var wire: WireFlowStep.OneOf_Action {
    switch self {
    case .hours(let hours): .hours(hours.wire)
    case .night(let id): .night(id?.wire ?? Data())
    case .caller(let callers):
      .caller(AnsweringRule(name: "", on: .always, from: callers, .ring).wire)
    case .called(let numbers): .called(.with { $0.numbers = numbers })
    case .ring(let id, let time):
      .ring(
        .with {
          $0.extension = id.wire
          if let time { $0.forNanoseconds = time.nanoseconds }
        })
    case .outside(let number, let time):
      .outside(
        .with {
          $0.number = number
          if let time { $0.forNanoseconds = time.nanoseconds }
        })
    case .menu(let menu): .menu(menu.wire)
    case .queue(let id): .queue(id.wire)
    case .announcement(let sound): .announcement(sound.wire)
    case .mailbox(let id, let greeting):
      .mailbox(
        .with {
          $0.extension = id.wire
          if let greeting { $0.greeting = greeting.wire }
        })
    case .extension(let id): .extension(id.wire)
    case .hangUp(let outcome): .hangUp(outcome.rawValue)
    }
  }
}

extension CallFlow.Menu: WireConvertible {
  init(wire: WireFlowMenu) throws(WireError) {
    var choices: [String: CallFlow.StepName] = [:]
    for choice in wire.choices where VoiceMenu.keys.contains(choice.key) {
      choices[choice.key] = choice.step
    }
    self.init(
      prompt: wire.hasPrompt ? try SoundReference(wire: wire.prompt) : nil,
      language: wire.hasLanguage ? wire.language : nil, choices: choices,
      patience: try WireField.duration(nanoseconds: wire.patienceNanoseconds, "flow.patience"),
      repeats: try WireField.narrowed(wire.repeats, "flow.repeats"))
  }

  var wire: WireFlowMenu {
    .with {
      if let prompt { $0.prompt = prompt.wire }
      if let language { $0.language = language }
      $0.choices = choices.sorted { $0.key < $1.key }.map { choice in
        .with {
          $0.key = choice.key
          $0.step = choice.value
        }
      }
      $0.patienceNanoseconds = patience.nanoseconds
      $0.repeats = UInt32(repeats)
    }
  }
}

extension FlowHours: WireConvertible {
  init(wire: WireFlowHours) throws(WireError) {
    var exceptions: [Exception] = []
    for exception in wire.exceptions {
      exceptions.append(
        Exception(
          from: try CalendarDay(wire: exception.first),
          through: try CalendarDay(wire: exception.last), isOpen: exception.isOpen))
    }
    self.init(try WeeklyHours(wire: wire.weekly), except: exceptions)
  }

  var wire: WireFlowHours {
    .with {
      $0.weekly = weekly.wire
      $0.exceptions = exceptions.map { exception in
        .with {
          $0.first = exception.first.wire
          $0.last = exception.last.wire
          $0.isOpen = exception.isOpen
        }
      }
    }
  }
}

extension CalendarDay: WireConvertible {
  init(wire: WireCalendarDay) throws(WireError) {
    guard wire.year < 10_000, (1...12).contains(wire.month), (1...31).contains(wire.day) else {
      throw .invalidField("calendar_day")
    }
    self.init(Int(wire.year), Int(wire.month), Int(wire.day))
  }

  var wire: WireCalendarDay {
    .with {
      $0.year = UInt32(clamping: year)
      $0.month = UInt32(clamping: month)
      $0.day = UInt32(clamping: day)
    }
  }
}
