internal import SwiftProtobuf

// Whose calls a tenant does not want.

extension ScreeningEntry: WireConvertible {
  init(wire: WireScreeningEntry) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "screening.id"),
      extension: wire.extension.isEmpty
        ? nil : try WireField.id(wire.extension, "screening.extension"),
      callers: try Callers(wire: wire.callers), verdict: wire.allows ? .allow : .block)
  }

  var wire: WireScreeningEntry {
    .with {
      $0.id = id.wire
      if let owner = self.extension { $0.extension = owner.wire }
      $0.callers = callers.wire
      $0.allows = verdict == .allow
    }
  }
}

extension ScreeningEntry.Callers {
  init(wire: WireScreeningEntry.OneOf_Callers?) throws(WireError) {
    switch wire {
    case .number(let number): self = .number(number)
    case .range(let digits): self = .range(digits)
    case .withheld: self = .withheld
    case .disproven: self = .disproven
    case nil: throw .invalidField("screening.callers")
    }
  }

  var wire: WireScreeningEntry.OneOf_Callers {
    switch self {
    case .number(let number): .number(number)
    case .range(let digits): .range(digits)
    case .withheld: .withheld(WireNothing())
    case .disproven: .disproven(WireNothing())
    }
  }
}
