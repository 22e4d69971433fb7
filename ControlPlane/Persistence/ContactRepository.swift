public import NodeContract
internal import Postgres
public import Tenancy

/// Whom tenants know outside.
public struct ContactRepository: Sendable {
  let store: Store

  /// Throws `InvalidField` for `numbers` (another contact's) and `tenant` (unknown), and
  /// `TenantQuota`.
  public func insert(_ contact: Contact, in scope: AccessScope) async throws {
    try await insert([contact], replacing: [], of: contact.tenant, in: scope)
  }

  /// All of them, in the place of `earlier`, or none.
  public func insert(
    _ contacts: [Contact], replacing earlier: [ContactID], of tenant: TenantID,
    in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      try transaction.waitForOthers(adding: .contacts, to: tenant)
      _ = try transaction.query(
        "SELECT 1 FROM tenants t WHERE t.tenant_id = \(tenant) AND t.deleted_at IS NULL"
      ).count.orThrow(InvalidField("tenant", .unknownReference))
      _ = try transaction.execute(
        """
        DELETE FROM contacts
        WHERE tenant_id = \(tenant) AND contact_id = ANY(\(earlier)::uuid[])
        """)
      for contact in contacts { try transaction.insert(contact) }
      try transaction.checkQuota(.contacts, of: tenant, limit: Contact.mostContacts)
    }
  }

  public func find(
    _ id: ContactID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Contact? {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Contact.selection) WHERE c.tenant_id = \(tenant) AND c.contact_id = \(id)"
      ).first(Contact.init(row:))
    }
  }

  /// Those whose numbers are among these.
  public func find(
    with numbers: [E164], of tenant: TenantID, in scope: AccessScope
  ) async throws -> [Contact] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Contact.selection) WHERE c.tenant_id = \(tenant) AND c.contact_id IN (
          SELECT n.contact_id FROM contact_numbers n
          WHERE n.tenant_id = \(tenant) AND n.number = ANY(\(numbers)::text[]))
        ORDER BY c.contact_id
        """
      ).map(Contact.init(row:))
    }
  }

  /// Oldest first: those whose name or number has `text` in it, in `group`; nil: whoever.
  public func list(
    _ page: PageRequest, searching text: String? = nil, group: String? = nil,
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<Contact> {
    let last = try page.key(ContactID.init(_:))
    let rows = try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(Contact.selection) WHERE c.tenant_id = \(tenant)
          AND (\(last)::uuid IS NULL OR c.contact_id > \(last)::uuid)
          AND (\(group)::text IS NULL OR \(group)::text = ANY(c.groups))
          AND (\(text)::text IS NULL OR strpos(lower(c.name), lower(\(text)::text)) > 0
            OR EXISTS (SELECT 1 FROM contact_numbers n WHERE n.tenant_id = c.tenant_id
              AND n.contact_id = c.contact_id AND strpos(n.number, \(text)::text) > 0))
        ORDER BY c.contact_id LIMIT \(page.rowLimit)
        """
      ).map(Contact.init(row:))
    }
    return Page(rows, limit: page.limit) { $0.id.description }
  }

  /// All of them, by name.
  public func all(of tenant: TenantID, in scope: AccessScope) async throws -> [Contact] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        "\(Contact.selection) WHERE c.tenant_id = \(tenant) ORDER BY c.name, c.contact_id"
      ).map(Contact.init(row:))
    }
  }

  /// `false` when there is no such contact. Throws `InvalidField` for `numbers` (another contact's).
  public func update(_ contact: Contact, in scope: AccessScope) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      let known = try transaction.execute(
        """
        UPDATE contacts SET name = \(contact.name), groups = \(contact.groups.map(\.text)),
          is_vip = \(contact.isVIP)
        WHERE tenant_id = \(contact.tenant) AND contact_id = \(contact.id)
        """)
      guard known > 0 else { return false }
      _ = try transaction.execute(
        """
        DELETE FROM contact_numbers
        WHERE tenant_id = \(contact.tenant) AND contact_id = \(contact.id)
        """)
      try transaction.insertNumbers(of: contact)
      return true
    }
  }

  /// `false` when there is no such contact.
  @discardableResult
  public func remove(
    _ id: ContactID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM contacts WHERE tenant_id = \(tenant) AND contact_id = \(id)") > 0
    }
  }
}

extension Transaction {
  fileprivate func insert(_ contact: Contact) throws {
    _ = try execute(
      """
      INSERT INTO contacts (tenant_id, contact_id, name, groups, is_vip, created_at)
      VALUES (\(contact.tenant), \(contact.id), \(contact.name), \(contact.groups.map(\.text)),
        \(contact.isVIP), \(contact.createdAt))
      """)
    try insertNumbers(of: contact)
  }

  fileprivate func insertNumbers(of contact: Contact) throws {
    for (position, number) in contact.numbers.enumerated() {
      _ = try execute(
        """
        INSERT INTO contact_numbers (tenant_id, number, contact_id, position)
        VALUES (\(contact.tenant), \(number), \(contact.id), \(position))
        """)
    }
  }

  /// By tenant, as nodes need them.
  func contacts(of tenants: [TenantID]) throws -> [TenantID: [ContactEntry]] {
    Dictionary(
      grouping: try query(
        "\(Contact.selection) WHERE c.tenant_id = ANY(\(tenants)::uuid[]) ORDER BY c.contact_id"
      ).map(Contact.init(row:)), by: \.tenant
    ).mapValues { $0.map(\.entry) }
  }
}

extension Contact {
  static let selection: Query = """
    SELECT c.contact_id, c.tenant_id, c.name, c.groups, c.is_vip, c.created_at,
      ARRAY(SELECT n.number FROM contact_numbers n
        WHERE n.tenant_id = c.tenant_id AND n.contact_id = c.contact_id
        ORDER BY n.position) AS numbers
    FROM contacts c
    """

  init(row: borrowing Row) throws {
    self.init(
      id: try row.value("contact_id"), tenant: try row.value("tenant_id"),
      name: try row.value("name"),
      numbers: try row.value("numbers", as: [String].self).map { try E164($0) },
      groups: try row.value("groups", as: [String].self).map { try ContactGroup($0) },
      isVIP: try row.value("is_vip"), createdAt: try row.value("created_at"))
  }
}
