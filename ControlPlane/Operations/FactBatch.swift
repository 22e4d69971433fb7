internal import NodeContract
internal import Persistence
internal import Postgres
internal import Rating

/// Facts that are committed in one transaction.
struct FactBatch: Sendable {
  let records: [SpoolRecord]

  /// Keeps the facts, then derives anew whatever calls they touch. The calls' rows are locked
  /// first: of two commits that touch one call, the second sees the facts of the first.
  func commit(in transaction: borrowing Transaction) throws -> CommitReport {
    let resellers = try transaction.resellers(ofTenants: Array(Set(records.map(\.fact.tenant))))
    let known = records.filter { resellers[$0.fact.tenant] != nil }
    let owners = try transaction.lockCalls(FactBatch.claims(of: known))
    let own = known.filter { owners[$0.fact.call] == $0.fact.tenant }

    var report = CommitReport()
    report.quarantined =
      records.filter { resellers[$0.fact.tenant] == nil }.map { ($0, .unknownTenant) }
      + known.filter { owners[$0.fact.call] != $0.fact.tenant }.map { ($0, .foreignCall) }
    try transaction.insertFacts(own)
    for reason in [Quarantine.unknownTenant, .foreignCall] {
      let kept = report.quarantined.filter { $0.1 == reason }.map(\.0)
      try transaction.insertFacts(kept, quarantine: reason.rawValue)
    }

    let calls = Set(own.map(\.fact.call)).sorted()
    guard !calls.isEmpty else { return report }
    try transaction.releaseFacts(ofCalls: calls, knownTenants: Array(resellers.keys))
    if own.contains(where: { $0.fact.event.isSwitch }) {
      try transaction.applySwitches(ofCalls: calls)
    }
    report.unrated = try Billing(of: calls, owners: owners, resellers: resellers, in: transaction)
      .settle(in: transaction)
    return report
  }

  /// Whose each call is, by these records; the lowest id where they contradict each other.
  private static func claims(of records: [SpoolRecord]) -> [CallID: TenantID] {
    Dictionary(records.map { ($0.fact.call, $0.fact.tenant) }, uniquingKeysWith: min)
  }
}

extension FactEvent {
  fileprivate var isSwitch: Bool { if case .switched = self { true } else { false } }
}
