public import Drills
import Foundation
public import NodeContract
internal import Postgres
public import Tenancy

/// Faults that operators made on purpose.
public struct DrillRepository: Sendable {
  let store: Store

  /// Keeps the drill as it is now. One that has ended stays as it ended.
  public func keep(_ drill: Drill, in scope: AccessScope) async throws {
    let document = try Self.text(of: drill)
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO drills AS d
          (drill_id, fault, target, ordered_at, ordered_by, verdict, document)
        VALUES (\(drill.id), \(drill.request.fault.rawValue), \(drill.request.target),
          \(drill.orderedAt), \(drill.orderedBy), \(drill.verdict?.rawValue), \(document)::jsonb)
        ON CONFLICT (drill_id) DO UPDATE
          SET verdict = excluded.verdict, document = excluded.document
          WHERE d.verdict IS NULL
        """)
    }
  }

  public func find(_ id: DrillID, in scope: AccessScope) async throws -> Drill? {
    try await store.read(in: scope) { transaction in
      try transaction.query("SELECT document::text FROM drills WHERE drill_id = \(id)")
        .first(Drill.init(row:))
    }
  }

  /// The newest first.
  public func list(_ page: PageRequest, in scope: AccessScope) async throws -> Page<Drill> {
    let last = try page.key(DrillID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT document::text FROM drills
        WHERE \(last)::uuid IS NULL OR drill_id < \(last)::uuid
        ORDER BY drill_id DESC LIMIT \(page.rowLimit)
        """
      ).map(Drill.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// How many tenants besides `tenants` have each address as their home, or their reseller's carriers there.
  public func others(
    than tenants: [TenantID], in scope: AccessScope
  ) async throws -> [AddressName: Int] {
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        SELECT address, count(DISTINCT tenant_id) AS tenants FROM (
          SELECT home_address AS address, tenant_id FROM tenants WHERE deleted_at IS NULL
          UNION ALL
          SELECT k.address, t.tenant_id FROM trunks k JOIN tenants t USING (reseller_id)
          WHERE k.deleted_at IS NULL AND t.deleted_at IS NULL) served
        WHERE tenant_id <> ALL(\(tenants)::uuid[])
        GROUP BY address
        """
      ).map { row in
        (try row.value("address", as: AddressName.self), try row.value("tenants", as: Int64.self))
      }
    }
    return Dictionary(rows.map { ($0, Int($1)) }) { $1 }
  }

  /// What records and ledger say of these calls.
  public func books(of calls: [CallID], in scope: AccessScope) async throws -> DrillBooks {
    try await store.read(in: scope) { transaction in
      let legs = try transaction.query(
        """
        SELECT outcome, evidence, count(*) AS legs FROM cdrs WHERE call_id = ANY(\(calls)::uuid[])
        GROUP BY outcome, evidence ORDER BY outcome, evidence
        """
      ).map { row in
        DrillBooks.Legs(
          outcome: try row.value("outcome"), evidence: try row.value("evidence"),
          count: Int(try row.value("legs", as: Int64.self)))
      }
      let recorded = try transaction.query(
        "SELECT DISTINCT call_id FROM cdrs WHERE call_id = ANY(\(calls)::uuid[])"
      ).map { try $0.value("call_id", as: CallID.self) }
      let differences = try transaction.query(
        """
        SELECT count(*) AS legs FROM cdrs d
        LEFT JOIN charges c ON c.leg_id = d.leg_id AND c.revision = d.charge_revision
        WHERE d.call_id = ANY(\(calls)::uuid[]) AND coalesce(c.amount, 0) <> coalesce(
          (SELECT sum(l.amount) FROM ledger_entries l WHERE l.leg_id = d.leg_id), 0)
        """
      ).map { try $0.value("legs", as: Int64.self) }
      return DrillBooks(
        legs: legs, recordedCalls: recorded, ledgerDifferences: Int(differences.first ?? 0))
    }
  }

  private static func text(of drill: Drill) throws -> String {
    String(decoding: try JSONEncoder().encode(drill), as: UTF8.self)
  }
}

extension Drill {
  fileprivate init(row: borrowing Row) throws {
    let text = try row.value("document", as: String.self)
    self = try JSONDecoder().decode(Drill.self, from: Data(text.utf8))
  }
}
