public import NodeContract
public import Postgres
public import Rating

// What the derivation of CDRs and charges asks of the database, statement by statement.

/// A CDR as it stands, with the place of its charge among all charges that the leg ever had.
public struct StandingDetail: Hashable, Sendable {
  public var detail: CallDetailRecord
  /// Which charge counts; `nil` when none does.
  public var chargeRevision: Int?
  /// The highest revision that was ever posted, 0 when none was.
  public var lastRevision: Int

  public init(detail: CallDetailRecord, chargeRevision: Int?, lastRevision: Int) {
    self.detail = detail
    self.chargeRevision = chargeRevision
    self.lastRevision = lastRevision
  }
}

/// Whose trunk it is and what calls through it cost.
public struct TrunkTerms: Hashable, Sendable {
  public var reseller: ResellerID
  public var priceList: PriceList?
}

extension Transaction {
  /// The trunks among `ids`, also removed ones.
  public func terms(ofTrunks ids: [TrunkID]) throws -> [TrunkID: TrunkTerms] {
    let rows = try query(
      """
      SELECT t.trunk_id, t.reseller_id, l.price_list_id, l.name, l.currency, l.rounding,
        l.decimals, l.created_at
      FROM trunks t LEFT JOIN price_lists l USING (reseller_id, price_list_id)
      WHERE t.trunk_id = ANY(\(ids)::uuid[])
      """
    ).map { row in
      let hasList = try row.optional("price_list_id", as: PriceListID.self) != nil
      return (
        try row.value("trunk_id", as: TrunkID.self),
        TrunkTerms(
          reseller: try row.value("reseller_id"), priceList: hasList ? try PriceList(row: row) : nil
        )
      )
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// The rows of a list with one of `prefixes`, whenever they were in force.
  public func rates(of list: PriceListID, prefixes: [DialPrefix]) throws -> RateTable {
    RateTable(
      try query(
        """
        SELECT \(RateRow.columns) FROM rates
        WHERE price_list_id = \(list) AND prefix = ANY(\(prefixes)::text[])
        """
      ).map(RateRow.init(row:)))
  }

  /// The CDRs that some calls have so far.
  public func details(ofCalls calls: [CallID]) throws -> [LegID: StandingDetail] {
    let rows = try query(
      """
      SELECT s.*, coalesce((SELECT max(x.revision) FROM charges x
        WHERE x.leg_id = s.leg_id AND x.kind = 'usage'), 0) AS last_revision
      FROM (\(CallDetailRecord.selection) WHERE d.call_id = ANY(\(calls)::uuid[])) s
      """
    ).map { row in
      StandingDetail(
        detail: try CallDetailRecord(row: row), chargeRevision: try row.optional("charge_revision"),
        lastRevision: try row.value("last_revision"))
    }
    return Dictionary(rows.map { ($0.detail.leg, $0) }) { first, _ in first }
  }

  /// Writes a CDR; `false` when the leg's id belongs to another call.
  public func write(_ detail: CallDetailRecord, chargeRevision: Int?) throws -> Bool {
    let party = detail.offer.party.columns
    let media = detail.media?.columns
    return try execute(
      """
      INSERT INTO cdrs AS d (leg_id, call_id, tenant_id, direction, extension_id, extension_number,
        trunk_id, from_number, to_number, sip_call_id, started_at, rung_at, answered_at, ended_at,
        talk_milliseconds, outcome, evidence, ended_by, node, packets,
        packets_lost, jitter_microseconds, round_trip_microseconds, opinion_hundredths,
        charge_revision, unrated)
      VALUES (\(detail.leg), \(detail.call), \(detail.tenant), \(detail.offer.direction),
        \(party.extensionID), \(party.extensionNumber), \(party.trunkID), \(detail.offer.from),
        \(detail.offer.to), \(detail.offer.sipCallID), \(detail.startedAt), \(detail.rungAt),
        \(detail.answeredAt), \(detail.endedAt), \(detail.talkTime.wholeMilliseconds),
        \(detail.end.outcome), \(detail.end.evidence), \(detail.end.endedBy), \(detail.node),
        \(media?.packets), \(media?.lost), \(media?.jitter), \(media?.roundTrip),
        \(media?.opinion), \(chargeRevision), \(detail.unrated))
      ON CONFLICT (leg_id) DO UPDATE SET direction = excluded.direction,
        extension_id = excluded.extension_id, extension_number = excluded.extension_number,
        trunk_id = excluded.trunk_id, from_number = excluded.from_number,
        to_number = excluded.to_number, sip_call_id = excluded.sip_call_id,
        started_at = excluded.started_at, rung_at = excluded.rung_at,
        answered_at = excluded.answered_at, ended_at = excluded.ended_at,
        talk_milliseconds = excluded.talk_milliseconds, outcome = excluded.outcome,
        evidence = excluded.evidence, ended_by = excluded.ended_by, node = excluded.node,
        packets = excluded.packets, packets_lost = excluded.packets_lost,
        jitter_microseconds = excluded.jitter_microseconds,
        round_trip_microseconds = excluded.round_trip_microseconds,
        opinion_hundredths = excluded.opinion_hundredths,
        charge_revision = excluded.charge_revision, unrated = excluded.unrated
      WHERE d.tenant_id = excluded.tenant_id AND d.call_id = excluded.call_id
      """) > 0
  }

  /// Posts the charge of a leg: its row, and its line in the ledger.
  public func post(
    _ charge: Charge, of leg: LegID, tenant: TenantID, revision: Int
  ) throws {
    try execute(
      """
      INSERT INTO charges (leg_id, kind, revision, tenant_id, amount, currency, price_list_id,
        prefix, per_minute, connection, initial_seconds, increment_seconds, billed_seconds)
      VALUES (\(leg), 'usage', \(revision), \(tenant), \(charge.amount.amount),
        \(charge.amount.currency), \(charge.priceList), \(charge.prefix),
        \(charge.rate.perMinute), \(charge.rate.connection), \(charge.rate.initialSeconds),
        \(charge.rate.incrementSeconds), \(charge.billedSeconds))
      """)
    try enter(charge.amount, .charge, of: leg, tenant: tenant, revision: revision)
  }

  /// Takes a posted charge back: its row stays, a second line evens the first.
  public func reverse(
    _ charge: Charge, of leg: LegID, tenant: TenantID, revision: Int
  ) throws {
    try enter(charge.amount.reversed, .reversal, of: leg, tenant: tenant, revision: revision)
  }

  private func enter(
    _ amount: Money, _ posting: LedgerEntry.Posting, of leg: LegID, tenant: TenantID, revision: Int
  ) throws {
    try execute(
      """
      INSERT INTO ledger_entries (tenant_id, leg_id, kind, revision, posting, amount, currency)
      VALUES (\(tenant), \(leg), 'usage', \(revision), \(posting), \(amount.amount),
        \(amount.currency))
      """)
  }

  /// Writes what is known of a call into the row that `lockCalls` made.
  public func write(_ call: CallRecord) throws {
    try execute(
      """
      UPDATE calls SET direction = \(call.direction), from_number = \(call.from),
        to_number = \(call.to), started_at = \(call.startedAt), answered_at = \(call.answeredAt),
        ended_at = \(call.endedAt), outcome = \(call.outcome)
      WHERE call_id = \(call.call) AND tenant_id = \(call.tenant)
      """)
  }
}

extension Duration {
  var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
