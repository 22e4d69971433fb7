internal import CallFlows
public import NodeContract
public import Persistence
public import Tenancy

/// What is wrong with people in a file, by their lines.
public struct InvalidContacts: Error, Hashable, Sendable {
  public let fields: [InvalidField]
}

/// What became of a file.
public struct ImportedContacts: Hashable, Sendable {
  public var added = 0
  /// Those who were known by one of their numbers: as the file has them now.
  public var replaced = 0
}

/// Whom tenants know outside.
public struct ContactOperations: Sendable {
  /// So many mistakes of a file are told.
  private static let mostMistakes = 20

  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  /// - Parameter make: a contact from how people of this tenant write numbers.
  public func add(
    to tenant: TenantID, in scope: AccessScope,
    _ make: (_ reading: (String) -> String?) throws -> NewContact
  ) async throws -> Contact {
    let dialling = try await dialling(of: tenant, in: scope)
    let contact = contact(clock.id(), try make { dialling.e164($0) }, of: tenant)
    return try await making(contact) {
      try await store.contacts.insert($0, in: scope)
    } find: {
      try await store.contacts.find(with: contact.numbers, of: tenant, in: scope).first
    }
  }

  public func find(
    _ id: ContactID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Contact {
    try found(await store.contacts.find(id, of: tenant, in: scope), "contact", id)
  }

  public func list(
    _ page: PageRequest, searching text: String?, group: String?, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> Page<Contact> {
    _ = try await dialling(of: tenant, in: scope)
    return try await store.contacts.list(
      page, searching: text, group: group, of: tenant, in: scope)
  }

  public func replace(
    _ id: ContactID, of tenant: TenantID, in scope: AccessScope,
    _ make: (_ reading: (String) -> String?) throws -> NewContact
  ) async throws -> Contact {
    let dialling = try await dialling(of: tenant, in: scope)
    var contact = try await find(id, of: tenant, in: scope)
    let new = try make { dialling.e164($0) }
    (contact.name, contact.numbers) = (new.name, new.numbers)
    (contact.groups, contact.isVIP) = (new.groups, new.isVIP)
    guard try await store.contacts.update(contact, in: scope) else {
      throw NotFound("contact", id)
    }
    return contact
  }

  public func remove(_ id: ContactID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.contacts.remove(id, of: tenant, in: scope) else {
      throw NotFound("contact", id)
    }
  }

  // MARK: - Files

  /// Takes all people of a CSV or vCard file, or none. Whoever is known by one of their numbers is
  /// replaced. Throws `InvalidField` for `file`, `InvalidContacts` and `TenantQuota`.
  public func add(
    file: [UInt8], to tenant: TenantID, in scope: AccessScope
  ) async throws -> ImportedContacts {
    let dialling = try await dialling(of: tenant, in: scope)
    let lines = try ContactFile(file).lines
    var (contacts, mistakes): ([Contact], [InvalidField]) = ([], [])
    var lineOfNumber: [E164: Int] = [:]
    for line in lines where mistakes.count < Self.mostMistakes {
      do throws(InvalidField) {
        let new = try NewContact(
          name: line.name, numbers: line.numbers, groups: line.groups, isVIP: line.isVIP
        ) { dialling.e164($0) }
        for number in new.numbers {
          if let other = lineOfNumber.updateValue(line.place, forKey: number) {
            throw InvalidField(
              "numbers", .malformed(expected: "of one person: line \(other) has \(number) too"))
          }
        }
        contacts.append(contact(clock.id(), new, of: tenant))
      } catch {
        mistakes.append(InvalidField("line \(line.place) \(error.field)", error.problem))
      }
    }
    guard mistakes.isEmpty else { throw InvalidContacts(fields: mistakes) }
    let known = try await store.contacts.find(
      with: contacts.flatMap(\.numbers), of: tenant, in: scope)
    try await store.contacts.insert(
      contacts, replacing: known.map(\.id), of: tenant, in: scope)
    let knownNumbers = Set(known.flatMap(\.numbers))
    let replaced = contacts.count { !knownNumbers.isDisjoint(with: $0.numbers) }
    return ImportedContacts(added: contacts.count - replaced, replaced: replaced)
  }

  /// All of them, by name, as CSV that `add(file:)` takes.
  public func file(of tenant: TenantID, in scope: AccessScope) async throws -> String {
    _ = try await dialling(of: tenant, in: scope)
    return ContactFile.csv(try await store.contacts.all(of: tenant, in: scope))
  }

  private func contact(_ id: ContactID, _ new: NewContact, of tenant: TenantID) -> Contact {
    Contact(
      id: id, tenant: tenant, name: new.name, numbers: new.numbers, groups: new.groups,
      isVIP: new.isVIP, createdAt: clock.now())
  }

  private func dialling(
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> DiallingRules {
    try found(await store.tenants.find(tenant, in: scope), "tenant", tenant).dialling
  }
}
