import NodeContract
internal import Postgres

/// A tenant has as many of something as it may.
public struct TenantQuota: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case contacts
    /// Screening lines, its users' among them.
    case screening
  }

  public let kind: Kind
  public let limit: Int
}

/// What tenants may have so many of. The values tell the locks apart.
enum CountedThing: Int64 {
  case sounds = 14
  case contacts = 16
  case screening = 18
}

extension Transaction {
  /// Whoever adds at the same time waits, so that both together stay within the quota.
  func waitForOthers(adding things: CountedThing, to tenant: TenantID) throws {
    _ = try query(
      """
      SELECT pg_advisory_xact_lock(hashtextextended(\(tenant)::text, \(things.rawValue)::bigint))
      """
    ).count
  }

  /// Throws `TenantQuota` where more was added than may be.
  func checkQuota(_ kind: TenantQuota.Kind, of tenant: TenantID, limit: Int) throws {
    let counting: Query =
      switch kind {
      case .contacts: "SELECT count(*) AS kept FROM contacts WHERE tenant_id = \(tenant)"
      case .screening: "SELECT count(*) AS kept FROM screening WHERE tenant_id = \(tenant)"
      }
    let kept = try query(counting).map { try $0.value("kept", as: Int.self) }
    guard kept.first ?? 0 <= limit else { throw TenantQuota(kind: kind, limit: limit) }
  }
}
