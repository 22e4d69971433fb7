public import Logging
public import NodeContract
public import Persistence
internal import Postgres
internal import Rating
@_spi(Authorization) internal import Tenancy

/// Turns facts into CDRs, charges and ledger lines. The outcome depends on the set of facts only:
/// not on their order, on how often they come, on who commits them at the same time, or on whether
/// the answer to an earlier commit was lost.
public struct FactCommitment: Sendable {
  /// Records in one transaction.
  static let batchSize = 500

  private let store: Store
  private let logger: Logger

  public init(store: Store, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Returns once all of `records` are committed. Throws `StoreError.unavailable` when nothing is
  /// known, and then all may be sent again. No record can stand in the way of others: one from
  /// which nothing can be derived is kept with the reason, and reported.
  public func commit(_ records: [SpoolRecord]) async throws {
    for start in stride(from: 0, to: records.count, by: FactCommitment.batchSize) {
      let end = min(start + FactCommitment.batchSize, records.count)
      try await commit(batch: Array(records[start..<end]))
    }
  }

  private func commit(batch: [SpoolRecord]) async throws {
    do {
      report(
        try await store.transaction(in: .platform) { transaction in
          try FactBatch(records: batch).commit(in: transaction)
        })
    } catch let error where FactCommitment.isDefinite(error) {
      try await isolate(batch, because: error)
    }
  }

  /// Whether the same commit would fail again.
  static func isDefinite(_ error: any Error) -> Bool {
    if case StoreError.unavailable = error { return false }
    return !(error is CancellationError)
  }

  /// Halves a batch that fails until the record at fault is alone, and keeps that one without
  /// deriving anything from it.
  private func isolate(_ batch: [SpoolRecord], because error: any Error) async throws {
    guard batch.count == 1, let record = batch.first else {
      try await commit(batch: Array(batch.prefix(batch.count / 2)))
      return try await commit(batch: Array(batch.dropFirst(batch.count / 2)))
    }
    logger.error(
      "a fact is kept but nothing can be derived from it",
      metadata: [
        "spool": "\(record.spool)", "sequence": "\(record.sequence)",
        "call": "\(record.fact.call)", "leg": "\(record.fact.leg)",
        "tenant": "\(record.fact.tenant)", "reason": "\(error)",
      ])
    try await store.transaction(in: .platform) { transaction in
      _ = try transaction.insertFacts([record], quarantine: Quarantine.underivable.rawValue)
    }
  }

  private func report(_ report: CommitReport) {
    for (record, reason) in report.quarantined {
      logger.error(
        "a fact is kept but belongs to no bill",
        metadata: [
          "spool": "\(record.spool)", "sequence": "\(record.sequence)",
          "tenant": "\(record.fact.tenant)", "call": "\(record.fact.call)",
          "leg": "\(record.fact.leg)", "node": "\(record.fact.observer)",
          "reason": "\(reason.rawValue)",
        ])
    }
    for (identity, reason) in report.unrated {
      logger.error(
        "a call to a carrier has no price",
        metadata: [
          "tenant": "\(identity.tenant)", "call": "\(identity.call)", "leg": "\(identity.leg)",
          "reason": "\(reason.rawValue)",
        ])
    }
  }
}

/// Why a fact is kept without counting.
enum Quarantine: String, Sendable {
  /// Counts as soon as the tenant is known and the fact comes again.
  case unknownTenant = "unknown-tenant"
  /// Another tenant's fact came first with the same call's id.
  case foreignCall = "foreign-call"
  case underivable
}

/// What somebody should look at after a commit.
struct CommitReport: Sendable {
  var quarantined: [(SpoolRecord, Quarantine)] = []
  var unrated: [(LegIdentity, UnratedReason)] = []
}
