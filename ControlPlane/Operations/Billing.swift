internal import NodeContract
internal import Persistence
internal import Postgres
internal import Rating

/// The bills of some calls, derived from all facts about them.
struct Billing {
  private let legs: [LegRecord]
  private let standing: [LegID: StandingDetail]
  private let pricing: Pricing

  /// Reads what is known of `calls`, which must be locked. Facts of others than a call's owner do
  /// not count.
  init(
    of calls: [CallID], owners: [CallID: TenantID], resellers: [TenantID: ResellerID],
    in transaction: borrowing Transaction
  ) throws {
    let facts = try transaction.facts(ofCalls: calls).filter { owners[$0.call] == $0.tenant }
    legs = Dictionary(grouping: facts, by: LegIdentity.init)
      .map { LegRecord(identity: $0.key, facts: $0.value) }
      .sorted { $0.identity.leg < $1.identity.leg }
    standing = try transaction.details(ofCalls: calls)
    pricing = try Pricing(for: legs, resellers: resellers, in: transaction)
  }

  /// Writes CDRs, charges and calls; returns the legs that should cost something and do not.
  func settle(in transaction: borrowing Transaction) throws -> [(LegIdentity, UnratedReason)] {
    var unrated: [(LegIdentity, UnratedReason)] = []
    for leg in legs {
      if let reason = try settle(leg, in: transaction) { unrated.append((leg.identity, reason)) }
    }
    for (call, legs) in Dictionary(grouping: legs, by: \.identity.call).sorted(by: { $0.0 < $1.0 })
    {
      guard let tenant = legs.first?.identity.tenant,
        let record = CallRecord(call: call, tenant: tenant, legs: legs)
      else { continue }
      try transaction.write(record)
    }
    return unrated
  }

  /// Writes the leg's CDR if it says anything new. A posted charge changes only when a better fact
  /// changed the CDR, never because somebody edited prices since.
  private func settle(
    _ leg: LegRecord, in transaction: borrowing Transaction
  ) throws -> UnratedReason? {
    guard var detail = CallDetailRecord(leg) else { return nil }
    let before = standing[detail.leg]
    if let before, before.detail.charge != nil, before.detail.isUnpricedEqual(to: detail) {
      guard before.detail.media != detail.media else { return nil }
      // How it sounded changes no price.
      detail.charge = before.detail.charge
      try write(detail, replacing: before, in: transaction)
      return nil
    }
    do throws(UnratedReason) {
      detail.charge = try pricing.charge(for: leg)
    } catch {
      detail.unrated = error
    }
    guard detail != before?.detail else { return nil }
    try write(detail, replacing: before, in: transaction)
    return detail.unrated
  }

  private func write(
    _ detail: CallDetailRecord, replacing before: StandingDetail?,
    in transaction: borrowing Transaction
  ) throws {
    let posted = before?.detail.charge
    guard detail.charge != posted else {
      _ = try transaction.write(detail, chargeRevision: before?.chargeRevision)
      return
    }
    let revision = (before?.lastRevision ?? 0) + 1
    let isWritten = try transaction.write(
      detail, chargeRevision: detail.charge == nil ? nil : revision)
    guard isWritten else { throw BillingError.legOfAnotherCall(detail.leg) }
    if let posted, let old = before?.chargeRevision {
      try transaction.reverse(posted, of: detail.leg, tenant: detail.tenant, revision: old)
    }
    if let charge = detail.charge {
      try transaction.post(charge, of: detail.leg, tenant: detail.tenant, revision: revision)
    }
  }
}

/// Why no bill can be derived.
enum BillingError: Error, Hashable, Sendable {
  /// Two calls claim one leg: a node's mistake.
  case legOfAnotherCall(LegID)
}

extension CallDetailRecord {
  /// Whether both say the same of what has a price.
  func isUnpricedEqual(to other: CallDetailRecord) -> Bool {
    var (left, right) = (self, other)
    left.media = nil
    right.media = nil
    left.charge = nil
    left.unrated = nil
    right.charge = nil
    right.unrated = nil
    return left == right
  }
}
