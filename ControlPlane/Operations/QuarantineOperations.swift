public import Logging
public import NodeContract
public import Persistence
internal import Postgres
public import Tenancy

/// What became of a call's facts that were to count after all.
public struct QuarantineRelease: Hashable, Sendable {
  /// These count now: CDRs, charges and ledger lines follow from them.
  public let released: Int
  /// These still do not.
  public let kept: Int
  /// Why not.
  public let reason: String?
}

/// Facts that were kept because nothing could be derived from them. What stood in the way may be
/// gone: the tenant was restored, a fault was mended.
public struct QuarantineOperations: Sendable {
  private let store: Store
  private let logger: Logger

  public init(_ store: Store, logger: Logger = Logger(label: "quarantine")) {
    (self.store, self.logger) = (store, logger)
  }

  public func list(
    _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<QuarantinedCall> {
    try await store.quarantine.list(page, in: scope)
  }

  /// Derives the call anew from all facts of its owner. Where that fails, all stays as it was.
  public func release(_ call: CallID, in scope: AccessScope) async throws -> QuarantineRelease {
    let waiting = try await store.transaction(in: scope, isReadOnly: true) {
      try $0.quarantinedFacts(of: call)
    }
    guard !waiting.isEmpty else { throw NotFound("call in quarantine", call) }
    do {
      return try await store.transaction(in: scope) { transaction in
        try Self.release(call, waiting, in: transaction)
      }
    } catch let error where FactCommitment.isDefinite(error) {
      logger.error(
        "a call stays in quarantine", metadata: ["call": "\(call)", "reason": "\(error)"])
      return QuarantineRelease(released: 0, kept: waiting.count, reason: "\(error)")
    }
  }

  private static func release(
    _ call: CallID, _ waiting: [Fact], in transaction: borrowing Transaction
  ) throws -> QuarantineRelease {
    let resellers = try transaction.resellers(ofTenants: Array(Set(waiting.map(\.tenant))))
    guard let claimant = waiting.map(\.tenant).filter({ resellers[$0] != nil }).min() else {
      return QuarantineRelease(
        released: 0, kept: waiting.count, reason: "There is no such tenant.")
    }
    let owners = try transaction.lockCalls([call: claimant])
    let owner = owners[call] ?? claimant
    let released = try transaction.releaseFacts(of: call, tenant: owner)
    if released > 0 {
      let known = try transaction.resellers(ofTenants: [owner])
      _ = try Billing(of: [call], owners: owners, resellers: known, in: transaction)
        .settle(in: transaction)
    }
    let kept = waiting.count - released
    return QuarantineRelease(
      released: released, kept: kept,
      reason: kept > 0 ? "The call belongs to tenant \(owner)." : nil)
  }
}
