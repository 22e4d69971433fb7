public import NodeContract
public import Postgres

// What the commit of facts asks of the database, statement by statement.

extension Transaction {
  /// Those of `ids` that are tenants, also removed ones, with their resellers.
  public func resellers(ofTenants ids: [TenantID]) throws -> [TenantID: ResellerID] {
    let rows = try query(
      "SELECT tenant_id, reseller_id FROM tenants WHERE tenant_id = ANY(\(ids)::uuid[])"
    ).map { row in
      (
        try row.value("tenant_id", as: TenantID.self),
        try row.value("reseller_id", as: ResellerID.self)
      )
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// Makes sure that each call has its row, and locks the rows until the end of the transaction.
  /// Everybody locks in the order of ids, so that nobody waits in a circle. Returns whose call
  /// each one is: another tenant's claim to it changes nothing.
  public func lockCalls(_ calls: [CallID: TenantID]) throws -> [CallID: TenantID] {
    let ordered = calls.sorted { $0.key < $1.key }
    let ids = ordered.map(\.key)
    try execute(
      """
      INSERT INTO calls (call_id, tenant_id)
      SELECT * FROM unnest(\(ids)::uuid[], \(ordered.map(\.value))::uuid[])
      ON CONFLICT (call_id) DO NOTHING
      """)
    let rows = try query(
      """
      SELECT call_id, tenant_id FROM calls WHERE call_id = ANY(\(ids)::uuid[])
      ORDER BY call_id FOR NO KEY UPDATE
      """
    ).map { row in
      (try row.value("call_id", as: CallID.self), try row.value("tenant_id", as: TenantID.self))
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// Keeps the records that are not kept yet; returns how many were new. `quarantined` are kept
  /// too, marked with the reason why nothing is derived from them.
  @discardableResult
  public func insertFacts(_ records: [SpoolRecord], quarantine: String? = nil) throws -> Int {
    guard !records.isEmpty else { return 0 }
    let rows = records.sorted { ($0.spool, $0.sequence) < ($1.spool, $1.sequence) }
      .map(FactRow.init)
    return try execute(FactRow.insertion(of: rows, quarantine: quarantine))
  }

  /// What was quarantined because its tenant was unknown is not any more.
  public func releaseFacts(ofCalls calls: [CallID], knownTenants: [TenantID]) throws {
    try execute(
      """
      UPDATE facts SET quarantine = NULL
      WHERE call_id = ANY(\(calls)::uuid[]) AND tenant_id = ANY(\(knownTenants)::uuid[])
        AND quarantine = 'unknown-tenant'
      """)
  }

  /// What is known about a call and does not count.
  public func quarantinedFacts(of call: CallID) throws -> [Fact] {
    try query("\(FactRow.selection) WHERE call_id = \(call) AND quarantine IS NOT NULL").map {
      try FactRow.fact(from: $0)
    }
  }

  /// All that this tenant's nodes said of the call counts again; returns how many facts those are.
  public func releaseFacts(of call: CallID, tenant: TenantID) throws -> Int {
    try execute(
      """
      UPDATE facts SET quarantine = NULL
      WHERE call_id = \(call) AND tenant_id = \(tenant) AND quarantine IS NOT NULL
      """)
  }

  /// Everything known about some calls.
  public func facts(ofCalls calls: [CallID]) throws -> [Fact] {
    try query("\(FactRow.selection) WHERE call_id = ANY(\(calls)::uuid[])").map {
      try FactRow.fact(from: $0)
    }
  }
}

/// A spool record as its columns.
private struct FactRow {
  let record: SpoolRecord
  var offer: LegOffer?
  var end: LegEnd?
  var isHeld: Bool?
  var media: LegMedia?
  var switched: AnsweringSwitches.Change?
  let kind: String

  init(_ record: SpoolRecord) {
    self.record = record
    switch record.fact.event {
    case .offered(let offer):
      kind = "offered"
      self.offer = offer
    case .rung: kind = "rung"
    case .answered: kind = "answered"
    case .held(let isHeld):
      kind = "held"
      self.isHeld = isHeld
    case .ended(let end):
      kind = "ended"
      self.end = end
    case .adopted: kind = "adopted"
    case .measured(let media):
      kind = "measured"
      self.media = media
    case .switched(let change):
      kind = "switched"
      switched = change
    }
  }

  var fact: Fact { record.fact }

  static let columns: Query = """
    spool_id, sequence, tenant_id, call_id, leg_id, boot, boot_nanoseconds, wall_milliseconds,
    observer, epoch_generation, epoch_revision, kind, direction, extension_id, extension_number,
    trunk_id, from_number, to_number, sip_call_id, is_held, outcome, evidence, ended_by,
    packets, packets_lost, jitter_microseconds, round_trip_microseconds, opinion_hundredths,
    switch_kind, switch_is_on, switch_target, switch_patience_milliseconds,
    switch_changed_at_milliseconds
    """

  static let selection: Query = "SELECT \(columns) FROM facts"

  static func insertion(of rows: [FactRow], quarantine: String?) -> Query {
    """
    INSERT INTO facts (\(columns), quarantine)
    SELECT *, \(quarantine)::text FROM unnest(
      \(rows.map(\.record.spool))::uuid[],
      \(rows.map { Int64(bitPattern: $0.record.sequence) })::bigint[],
      \(rows.map(\.fact.tenant))::uuid[], \(rows.map(\.fact.call))::uuid[],
      \(rows.map(\.fact.leg))::uuid[], \(rows.map(\.fact.time.boot))::uuid[],
      \(rows.map(\.fact.time.instant.nanoseconds))::bigint[],
      \(rows.map(\.fact.time.wall.milliseconds))::bigint[],
      \(rows.map(\.fact.observer))::text[],
      \(rows.map { Int64($0.fact.epoch.generation) })::bigint[],
      \(rows.map(\.fact.epoch.revision))::bigint[], \(rows.map(\.kind))::text[],
      \(rows.map(\.offer?.direction))::text[], \(rows.map(\.extensionID))::uuid[],
      \(rows.map(\.extensionNumber))::text[], \(rows.map(\.trunkID))::uuid[],
      \(rows.map(\.offer?.from))::text[], \(rows.map(\.offer?.to))::text[],
      \(rows.map(\.offer?.sipCallID))::text[], \(rows.map(\.isHeld))::boolean[],
      \(rows.map(\.end?.outcome))::text[], \(rows.map(\.end?.evidence))::text[],
      \(rows.map(\.end?.endedBy))::text[], \(rows.map(\.media?.columns.packets))::bigint[],
      \(rows.map(\.media?.columns.lost))::bigint[],
      \(rows.map(\.media?.columns.jitter))::bigint[],
      \(rows.map { $0.media?.columns.roundTrip })::bigint[],
      \(rows.map { $0.media?.columns.opinion })::integer[],
      \(rows.map(\.switched?.kind))::text[], \(rows.map(\.switched?.state.isOn))::boolean[],
      \(rows.map { $0.switched?.state.target })::text[],
      \(rows.map { $0.switched?.state.milliseconds })::bigint[],
      \(rows.map(\.switched?.state.changedAt.milliseconds))::bigint[])
    ON CONFLICT (spool_id, sequence) DO NOTHING
    """
  }

  private var extensionID: ExtensionID? {
    offer?.party.columns.extensionID ?? switched?.extension
  }
  private var extensionNumber: String? { offer?.party.columns.extensionNumber }
  private var trunkID: TrunkID? { offer?.party.columns.trunkID }

  static func fact(from row: borrowing Row) throws -> Fact {
    Fact(
      tenant: try row.value("tenant_id"), call: try row.value("call_id"),
      leg: try row.value("leg_id"),
      time: FactTime(
        boot: try row.value("boot"),
        instant: BootInstant(nanoseconds: try row.value("boot_nanoseconds")),
        wall: WallTime(milliseconds: try row.value("wall_milliseconds"))),
      observer: try row.value("observer"),
      epoch: Epoch(
        generation: UInt32(clamping: try row.value("epoch_generation", as: Int64.self)),
        revision: try row.value("epoch_revision")),
      event: try event(from: row))
  }

  private static func event(from row: borrowing Row) throws -> FactEvent {
    let kind = try row.value("kind", as: String.self)
    switch kind {
    case "offered": return .offered(try LegOffer(row: row))
    case "rung": return .rung
    case "answered": return .answered
    case "held": return .held(try row.value("is_held"))
    case "ended": return .ended(try LegEnd(row: row))
    case "adopted": return .adopted
    case "measured":
      guard let media = try LegMedia.ifAny(in: row) else {
        throw PostgresError.unreadable(column: "packets", expected: "a number")
      }
      return .measured(media)
    case "switched":
      return .switched(
        AnsweringSwitches.Change(
          try row.value("extension_id"), try row.value("switch_kind"),
          try AnsweringSwitches.State(row: row, prefix: "switch_")))
    default: throw PostgresError.unreadable(column: "kind", expected: "a kind of fact")
    }
  }
}

extension LegParty {
  /// The party as the columns of facts and CDRs.
  var columns: (extensionID: ExtensionID?, extensionNumber: String?, trunkID: TrunkID?) {
    switch self {
    case .extension(let id, let number): (id, number, nil)
    case .trunk(let id): (nil, nil, id)
    }
  }
}
