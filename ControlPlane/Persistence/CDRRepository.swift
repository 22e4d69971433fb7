public import NodeContract
internal import Postgres
public import Rating
public import Tenancy

/// CDRs of a tenant with the charges that count now, one per ended leg.
public struct CDRRepository: Sendable {
  let store: Store

  public func find(
    _ leg: LegID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallDetailRecord? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(CallDetailRecord.selection) WHERE d.tenant_id = \(tenant) AND d.leg_id = \(leg)"
      ).first(CallDetailRecord.init(row:))
    }
  }

  /// Newest first.
  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<CallDetailRecord> {
    let last = try page.key(LegID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(CallDetailRecord.selection) WHERE d.tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR d.leg_id < \(last)::uuid)
        ORDER BY d.leg_id DESC LIMIT \(page.rowLimit)
        """
      ).map(CallDetailRecord.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.leg.description }
  }

  /// All legs of one call, in the order in which they began.
  public func list(
    of call: CallID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [CallDetailRecord] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(CallDetailRecord.selection) WHERE d.tenant_id = \(tenant) AND d.call_id = \(call)
        ORDER BY d.leg_id
        """
      ).map(CallDetailRecord.init(row:))
    }
  }
}

extension CallDetailRecord {
  static let selection: Query = """
    SELECT d.*, c.amount, c.currency, c.price_list_id, c.prefix, c.per_minute, c.connection,
      c.initial_seconds, c.increment_seconds, c.billed_seconds
    FROM cdrs d LEFT JOIN charges c
      ON c.leg_id = d.leg_id AND c.kind = 'usage' AND c.revision = d.charge_revision
    """

  init(row: borrowing Row) throws {
    self.init(
      leg: try row.value("leg_id"), call: try row.value("call_id"),
      tenant: try row.value("tenant_id"), offer: try LegOffer(row: row),
      startedAt: try row.value("started_at"), rungAt: try row.optional("rung_at"),
      answeredAt: try row.optional("answered_at"), endedAt: try row.value("ended_at"),
      talkTime: .milliseconds(try row.value("talk_milliseconds", as: Int64.self)),
      end: try LegEnd(row: row), node: try row.value("node"), media: try LegMedia.ifAny(in: row),
      charge: try Charge.ifAny(in: row), unrated: try row.optional("unrated"))
  }
}

extension LegOffer {
  init(row: borrowing Row) throws {
    let party: LegParty
    if let trunk = try row.optional("trunk_id", as: TrunkID.self) {
      party = .trunk(trunk)
    } else {
      party = .extension(
        try row.value("extension_id"), number: try row.value("extension_number"))
    }
    self.init(
      direction: try row.value("direction"), party: party, from: try row.value("from_number"),
      to: try row.value("to_number"), sipCallID: try row.value("sip_call_id"))
  }
}

extension LegEnd {
  init(row: borrowing Row) throws {
    self.init(
      outcome: try row.value("outcome"), evidence: try row.value("evidence"),
      endedBy: try row.value("ended_by"))
  }
}

extension LegMedia {
  /// `nil` when nothing was measured.
  static func ifAny(in row: borrowing Row) throws -> LegMedia? {
    guard let packets = try row.optional("packets", as: Int64.self) else { return nil }
    let roundTrip = try row.optional("round_trip_microseconds", as: Int64.self)
    let opinion = try row.optional("opinion_hundredths", as: Int64.self)
    return LegMedia(
      packets: UInt64(clamping: packets),
      lost: UInt64(clamping: try row.value("packets_lost", as: Int64.self)),
      jitter: UInt64(clamping: try row.value("jitter_microseconds", as: Int64.self)),
      roundTrip: roundTrip.map { UInt64(clamping: $0) },
      opinion: opinion.map { UInt16(clamping: $0) })
  }

  /// As the columns of facts and CDRs.
  var columns: (packets: Int64, lost: Int64, jitter: Int64, roundTrip: Int64?, opinion: Int64?) {
    (
      Int64(clamping: packets), Int64(clamping: lost), Int64(clamping: jitter),
      roundTrip.map { Int64(clamping: $0) }, opinion.map { Int64($0) }
    )
  }
}

extension Charge {
  /// The charge joined to a CDR; `nil` when none was.
  static func ifAny(in row: borrowing Row) throws -> Charge? {
    guard let amount = try row.optional("amount", as: String.self) else { return nil }
    return Charge(
      amount: try Money(amount, try row.value("currency")),
      priceList: try row.value("price_list_id"), prefix: try row.value("prefix"),
      rate: try Rate(row: row), billedSeconds: try row.value("billed_seconds"))
  }
}
