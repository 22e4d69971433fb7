internal import SwiftProtobuf

// Answering rules, and the clocks that they go by.

extension AnsweringRule: WireConvertible {
  init(wire: WireAnsweringRule) throws(WireError) {
    self.init(
      name: wire.name, on: try Occasion(wire: wire.occasion), from: try Callers(wire: wire.callers),
      during: wire.hasHours ? try WeeklyHours(wire: wire.hours) : nil, called: wire.called,
      try Action(wire: wire.action))
  }

  var wire: WireAnsweringRule {
    .with {
      $0.name = name
      $0.occasion = occasion.wire
      $0.callers = callers.wire
      if let hours { $0.hours = hours.wire }
      $0.called = called
      $0.action = action.wire
    }
  }
}

extension AnsweringRule.Occasion {
  init(wire: WireAnsweringRule.OneOf_Occasion?) throws(WireError) {
    switch wire {
    case .always: self = .always
    case .offline: self = .offline
    case .busy: self = .busy
    case .noAnswerNanoseconds(let time):
      self = .noAnswer(
        after: try WireField.duration(nanoseconds: time, "answering_rule.no_answer"))
    case nil: throw .invalidField("answering_rule.occasion")
    }
  }

  var wire: WireAnsweringRule.OneOf_Occasion {
    switch self {
    case .always: .always(WireNothing())
    case .offline: .offline(WireNothing())
    case .busy: .busy(WireNothing())
    case .noAnswer(let patience): .noAnswerNanoseconds(patience.nanoseconds)
    }
  }
}

extension AnsweringRule.Callers {
  init(wire: WireAnsweringRule.OneOf_Callers?) throws(WireError) {
    switch wire {
    case .anyone: self = .anyone
    case .colleagues: self = .colleagues
    case .outside: self = .outside
    case .withheld: self = .withheld
    case .numbers(let list): self = .numbers(list.patterns)
    case .contacts: self = .contacts
    case .group(let name): self = .group(name)
    case .vip: self = .vip
    case .strangers: self = .strangers
    case nil: throw .invalidField("answering_rule.callers")
    }
  }

  var wire: WireAnsweringRule.OneOf_Callers {
    switch self {
    case .anyone: .anyone(WireNothing())
    case .colleagues: .colleagues(WireNothing())
    case .outside: .outside(WireNothing())
    case .withheld: .withheld(WireNothing())
    case .numbers(let patterns): .numbers(.with { $0.patterns = patterns })
    case .contacts: .contacts(WireNothing())
    case .group(let name): .group(name)
    case .vip: .vip(WireNothing())
    case .strangers: .strangers(WireNothing())
    }
  }
}

extension AnsweringRule.Action {
  init(wire: WireAnsweringRule.OneOf_Action?) throws(WireError) {
    switch wire {
    case .ring: self = .ring
    case .followMe: self = .followMe
    case .forward(let number): self = .forward(to: number)
    case .engaged: self = .busy
    case .decline: self = .decline
    case .voicemail(let voicemail):
      self = .voicemail(
        greeting: voicemail.hasGreeting ? try SoundReference(wire: voicemail.greeting) : nil)
    case nil: throw .invalidField("answering_rule.action")
    }
  }

  var wire: WireAnsweringRule.OneOf_Action {
    switch self {
    case .ring: .ring(WireNothing())
    case .followMe: .followMe(WireNothing())
    case .forward(let number): .forward(number)
    case .busy: .engaged(WireNothing())
    case .decline: .decline(WireNothing())
    case .voicemail(let greeting):
      .voicemail(.with { if let greeting { $0.greeting = greeting.wire } })
    }
  }
}

extension WeeklyHours: WireConvertible {
  init(wire: WireWeeklyHours) throws(WireError) {
    self.init(
      try wire.spans.map(Span.init(wire:)), isComplement: wire.isComplement,
      holidays: wire.hasHolidays ? wire.holidays : nil)
  }

  var wire: WireWeeklyHours {
    .with {
      $0.spans = spans.map(\.wire)
      $0.isComplement = isComplement
      if let holidays { $0.holidays = holidays }
    }
  }
}

extension WeeklyHours.Span: WireConvertible {
  init(wire: WireWeeklyHours.Span) throws(WireError) {
    guard wire.days < 128, wire.from <= 1_440, wire.to <= 1_440 else {
      throw .invalidField("weekly_hours.span")
    }
    self.init(days: UInt8(wire.days), from: UInt16(wire.from), to: UInt16(wire.to))
  }

  var wire: WireWeeklyHours.Span {
    .with {
      $0.days = UInt32(days)
      $0.from = UInt32(from)
      $0.to = UInt32(to)
    }
  }
}

extension ZoneClock: WireConvertible {
  init(wire: WireZoneClock) throws(WireError) {
    var changes: [Change] = []
    for change in wire.changes {
      changes.append(
        Change(
          at: try WireField.time(milliseconds: change.atMilliseconds, "zone_clock.change"),
          offset: try Self.offset(change.offset)))
    }
    self.init(zone: wire.zone, offset: try Self.offset(wire.offset), changes: changes)
  }

  private static func offset(_ seconds: Int32) throws(WireError) -> Int32 {
    guard (-86_400...86_400).contains(seconds) else { throw .invalidField("zone_clock.offset") }
    return seconds
  }

  var wire: WireZoneClock {
    .with {
      $0.zone = zone
      $0.offset = offset
      $0.changes = changes.map { change in
        .with {
          $0.atMilliseconds = change.at.milliseconds
          $0.offset = change.offset
        }
      }
    }
  }
}
