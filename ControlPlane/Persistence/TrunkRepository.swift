public import NodeContract
internal import Postgres
public import Tenancy

/// Trunks of a reseller. A removed one stays in the database, because late facts name it.
public struct TrunkRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `carrier` (taken), `reseller`, `address` and `price_list` (unknown).
  public func insert(_ trunk: Trunk, in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO trunks (trunk_id, reseller_id, carrier, address, peers, price_list_id,
          account_user, account_realm, account_ha1_sha256, account_ha1_md5, account_registrar,
          visitor_user, visitor_ha1_sha256, visitor_ha1_md5, is_trusted, identity_form,
          forwarding_form, route, certificate_name, created_at)
        VALUES (\(trunk.id), \(trunk.reseller), \(trunk.carrier), \(trunk.address),
          \(trunk.peers), \(trunk.priceList), \(trunk.account?.username),
          \(trunk.account?.realm), \(trunk.account?.credentials.ha1(.sha256)),
          \(trunk.account?.credentials.ha1(.md5)), \(trunk.account?.registrar),
          \(trunk.visitor?.username), \(trunk.visitor?.credentials.ha1(.sha256)),
          \(trunk.visitor?.credentials.ha1(.md5)), \(trunk.profile.isTrusted),
          \(trunk.profile.identity.rawValue), \(trunk.profile.forwarding.rawValue),
          \(trunk.route), \(trunk.certificateName?.text), \(trunk.createdAt))
        """)
    }
  }

  public func find(_ id: TrunkID, in scope: AccessScope) async throws -> Trunk? {
    try await store.read(in: scope) { transaction in
      try transaction.query("\(Trunk.selection) WHERE trunk_id = \(id) AND deleted_at IS NULL")
        .first(Trunk.init(row:))
    }
  }

  public func find(
    carrier: DisplayName, of reseller: ResellerID, in scope: AccessScope
  ) async throws -> Trunk? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Trunk.selection)
        WHERE reseller_id = \(reseller) AND carrier = \(carrier) AND deleted_at IS NULL
        """
      ).first(Trunk.init(row:))
    }
  }

  /// Oldest first; of one reseller, or all that the scope reaches.
  public func list(
    _ page: PageRequest, of reseller: ResellerID? = nil, in scope: AccessScope
  ) async throws -> Page<Trunk> {
    let last = try page.key(TrunkID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Trunk.selection) WHERE deleted_at IS NULL
          AND (\(last)::uuid IS NULL OR trunk_id > \(last)::uuid)
          AND (\(reseller)::uuid IS NULL OR reseller_id = \(reseller)::uuid)
        ORDER BY trunk_id LIMIT \(page.rowLimit)
        """
      ).map(Trunk.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// Stores everything but the reseller; `false` when there is no such trunk.
  @discardableResult
  public func update(_ trunk: Trunk, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        """
        UPDATE trunks SET carrier = \(trunk.carrier), address = \(trunk.address),
          peers = \(trunk.peers), price_list_id = \(trunk.priceList),
          account_user = \(trunk.account?.username), account_realm = \(trunk.account?.realm),
          account_ha1_sha256 = \(trunk.account?.credentials.ha1(.sha256)),
          account_ha1_md5 = \(trunk.account?.credentials.ha1(.md5)),
          account_registrar = \(trunk.account?.registrar),
          visitor_user = \(trunk.visitor?.username),
          visitor_ha1_sha256 = \(trunk.visitor?.credentials.ha1(.sha256)),
          visitor_ha1_md5 = \(trunk.visitor?.credentials.ha1(.md5)),
          is_trusted = \(trunk.profile.isTrusted),
          identity_form = \(trunk.profile.identity.rawValue),
          forwarding_form = \(trunk.profile.forwarding.rawValue), route = \(trunk.route),
          certificate_name = \(trunk.certificateName?.text)
        WHERE trunk_id = \(trunk.id) AND deleted_at IS NULL
        """) > 0
    }
  }

  /// No more calls go through it; `false` when there is no such trunk.
  @discardableResult
  public func remove(_ id: TrunkID, at time: WallTime, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "UPDATE trunks SET deleted_at = \(time) WHERE trunk_id = \(id) AND deleted_at IS NULL") > 0
    }
  }
}

extension Trunk {
  static let selection: Query = """
    SELECT trunk_id, reseller_id, carrier, address, peers, price_list_id, account_user,
      account_realm, account_ha1_sha256, account_ha1_md5, account_registrar, visitor_user,
      visitor_ha1_sha256, visitor_ha1_md5, is_trusted, identity_form, forwarding_form, route,
      certificate_name, created_at
    FROM trunks
    """

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("trunk_id"), reseller: try row.value("reseller_id"),
      carrier: try row.value("carrier"), address: try row.value("address"),
      peers: try row.value("peers"), priceList: try row.optional("price_list_id"),
      account: try TrunkAccount(row: row), visitor: try TrunkVisitor(row: row),
      profile: try TrunkProfile(row: row), route: try row.optional("route"),
      certificateName: try row.optional("certificate_name"), createdAt: try row.value("created_at"))
  }
}

extension TrunkAccount {
  fileprivate init?(row: borrowing Row) throws {
    guard let username: String = try row.optional("account_user") else { return nil }
    self.init(
      username: username, realm: try row.value("account_realm"),
      credentials: try [DigestCredential](
        sha256: row.optional("account_ha1_sha256"), md5: row.optional("account_ha1_md5")),
      registrar: try row.optional("account_registrar"))
  }
}

extension TrunkVisitor {
  fileprivate init?(row: borrowing Row) throws {
    guard let username: String = try row.optional("visitor_user") else { return nil }
    self.init(
      username: username,
      credentials: try [DigestCredential](
        sha256: row.optional("visitor_ha1_sha256"), md5: row.optional("visitor_ha1_md5")))
  }
}

extension TrunkProfile {
  /// A form that a newer server stored is none to this one.
  fileprivate init(row: borrowing Row) throws {
    let identity: String = try row.value("identity_form")
    let forwarding: String = try row.value("forwarding_form")
    self.init(
      isTrusted: try row.value("is_trusted"),
      identity: IdentityForm(rawValue: identity) ?? .none,
      forwarding: ForwardingForm(rawValue: forwarding) ?? .none)
  }
}

extension [DigestCredential] {
  /// Strongest first.
  fileprivate init(sha256: String?, md5: String?) {
    self = [(DigestAlgorithm.sha256, sha256), (.md5, md5)].compactMap { algorithm, ha1 in
      ha1.map { DigestCredential(algorithm: algorithm, ha1: $0) }
    }
  }

  fileprivate func ha1(_ algorithm: DigestAlgorithm) -> String? {
    first { $0.algorithm == algorithm }?.ha1
  }
}
