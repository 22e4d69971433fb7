import ArgumentParser
import ControlLink
import Logging
import NodeContract

/// Says how the legs ended that a spool has, and fails unless each began once and ended once.
struct RecordedLegs: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "legs")

  @Argument(help: "A spool that no node has open.")
  var spool: String

  func run() throws {
    let spool = try Spool(directory: spool, log: Logger(label: "spool"))
    defer { spool.stop() }
    let facts = try spool.records(from: 0, limit: .max).map(\.fact)
    let legs = Dictionary(grouping: facts, by: \.leg)
    print("\(Set(facts.map(\.call)).count) calls, \(legs.count) legs: \(outcomes(of: facts))")
    let strange = legs.filter { $0.value.offers != 1 || $0.value.ends.count != 1 }
    for (leg, facts) in strange {
      print("\(leg) of \(facts[0].call) began \(facts.offers) times, ended: \(facts.ends)")
    }
    if legs.isEmpty || !strange.isEmpty { throw ExitCode.failure }
  }

  private func outcomes(of facts: [Fact]) -> String {
    Dictionary(grouping: facts.ends, by: \.self).sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value.count) \($0.key.rawValue)" }.joined(separator: ", ")
  }
}

extension [Fact] {
  fileprivate var offers: Int {
    count {
      if case .offered = $0.event { true } else { false }
    }
  }

  fileprivate var ends: [CallOutcome] {
    compactMap {
      if case .ended(let end) = $0.event { end.outcome } else { nil }
    }
  }
}
