public import NodeContract
internal import Postgres
public import Tenancy

/// Tenants as nodes need them. Everything of one answer is read in one state of the database, so
/// the revision fits the contents.
public struct SnapshotRepository: Sendable {
  /// The channel on which changed tenants are announced; the payload is the tenant's UUID.
  public static let channel = "tandem_tenant"

  let store: Store

  /// All tenants whose home is one of `addresses`, by id.
  public func tenants(
    homedAt addresses: [AddressName], in scope: AccessScope
  ) async throws -> [TenantSnapshot] {
    try await snapshots(
      of: """
        \(Tenant.selection)
        WHERE home_address = ANY(\(addresses)::text[]) AND deleted_at IS NULL
        """, in: scope)
  }

  /// One tenant; `nil` when there is none, or no more.
  public func tenant(_ id: TenantID, in scope: AccessScope) async throws -> TenantSnapshot? {
    try await snapshots(
      of: "\(Tenant.selection) WHERE tenant_id = \(id) AND deleted_at IS NULL", in: scope
    ).first
  }

  private func snapshots(
    of selection: Query, in scope: AccessScope
  ) async throws -> [TenantSnapshot] {
    try await store.transaction(in: scope, isolation: .repeatableRead, isReadOnly: true) {
      transaction in
      let tenants = try transaction.query("\(selection) ORDER BY tenant_id").map(Tenant.init(row:))
      let contents = try SnapshotContents(of: tenants, in: transaction)
      return tenants.map(contents.snapshot(of:))
    }
  }
}

/// What belongs to some tenants, by tenant or by reseller.
private struct SnapshotContents {
  let clocks: [TimeZoneName: ZoneClock]
  let extensions: [TenantID: [Extension]]
  let answeringRules: [ExtensionID: [AnsweringRule]]
  let switches: [ExtensionID: AnsweringSwitches]
  let features: [TenantID: [Feature: String?]]
  let groups: [ExtensionID: RingGroup]
  let paging: [ExtensionID: PagingGroup]
  let followMe: [ExtensionID: FollowMe]
  let mailboxes: [ExtensionID: Mailbox]
  let menus: [ExtensionID: VoiceMenu]
  let queues: [ExtensionID: CallQueue]
  let flows: [ExtensionID: CallFlow]
  let numbers: [TenantID: [Number]]
  let contacts: [TenantID: [ContactEntry]]
  let screening: [TenantID: [ScreeningEntry]]
  let recordingRules: [TenantID: [RecordingRule]]
  let trunks: [ResellerID: [Trunk]]

  init(of tenants: [Tenant], in transaction: borrowing Transaction) throws {
    let ids = tenants.map(\.id)
    let resellers = Array(Set(tenants.map(\.reseller)))
    let now = try transaction.query("SELECT now() AS now").map {
      try $0.value("now", as: WallTime.self)
    }
    clocks = Dictionary(
      uniqueKeysWithValues: Set(tenants.map(\.timeZone)).map {
        ($0, ZoneClock(of: $0.text, around: now.first ?? WallTime(milliseconds: 0)))
      })
    answeringRules = Dictionary(
      grouping: try transaction.query(
        """
        \(AnsweringRule.selection) WHERE tenant_id = ANY(\(ids)::uuid[])
        ORDER BY extension_id, position
        """
      ).map {
        (try $0.value("extension_id", as: ExtensionID.self), try AnsweringRule(row: $0))
      }, by: \.0
    ).mapValues { $0.map(\.1) }
    extensions = Dictionary(
      grouping: try transaction.query(
        "\(Extension.selection) WHERE tenant_id = ANY(\(ids)::uuid[]) ORDER BY extension_id"
      ).map(Extension.init(row:)), by: \.tenant)
    switches = try transaction.answeringSwitches("WHERE tenant_id = ANY(\(ids)::uuid[])")
    features = try transaction.changedFeatureCodes(of: ids)
    groups = try transaction.ringGroups("g.tenant_id = ANY(\(ids)::uuid[])")
    paging = try transaction.pagingGroups("g.tenant_id = ANY(\(ids)::uuid[])")
    followMe = try transaction.followMe("s.tenant_id = ANY(\(ids)::uuid[])")
    mailboxes = Dictionary(
      uniqueKeysWithValues: try transaction.query(
        "\(Mailbox.selection) WHERE tenant_id = ANY(\(ids)::uuid[])"
      ).map {
        (try $0.value("extension_id", as: ExtensionID.self), try Mailbox(row: $0))
      })
    menus = try transaction.menus("m.tenant_id = ANY(\(ids)::uuid[])")
    queues = try transaction.queues("q.tenant_id = ANY(\(ids)::uuid[])")
    flows = try transaction.flows(of: ids)
    numbers = Dictionary(
      grouping: try transaction.query(
        "\(Number.selection) WHERE tenant_id = ANY(\(ids)::uuid[]) ORDER BY number_id"
      ).map(Number.init(row:)), by: \.tenant)
    contacts = try transaction.contacts(of: ids)
    screening = try transaction.screening(of: ids)
    recordingRules = try transaction.recordingRules(of: ids)
    trunks = Dictionary(
      grouping: try transaction.query(
        """
        \(Trunk.selection) WHERE reseller_id = ANY(\(resellers)::uuid[]) AND deleted_at IS NULL
        ORDER BY trunk_id
        """
      ).map(Trunk.init(row:)), by: \.reseller)
  }

  func snapshot(of tenant: Tenant) -> TenantSnapshot {
    TenantSnapshot(
      tenant: tenant.id, revision: tenant.revision, domain: tenant.domain.text,
      homeAddress: tenant.homeAddress, dialling: tenant.dialling, ringTimeout: tenant.ringTimeout,
      extensions: (extensions[tenant.id] ?? []).map {
        $0.entry(
          answering: answeringRules[$0.id] ?? [],
          switches: switches[$0.id] ?? AnsweringSwitches(), group: groups[$0.id],
          mailbox: mailboxes[$0.id], menu: menus[$0.id], queue: queues[$0.id],
          flow: flows[$0.id], followMe: followMe[$0.id], paging: paging[$0.id])
      },
      numbers: (numbers[tenant.id] ?? []).map(\.entry),
      trunks: (trunks[tenant.reseller] ?? []).map(\.entry),
      clock: clocks[tenant.timeZone] ?? .utc,
      features: FeatureCodes(changed: features[tenant.id] ?? [:]),
      contacts: contacts[tenant.id] ?? [], screening: screening[tenant.id] ?? [],
      recordingRules: recordingRules[tenant.id] ?? [])
  }
}
