public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of a new extension.
public struct NewExtension: Sendable {
  public var number: String
  public var name: String
  public var outsideNumber: String?
  /// The password of its devices; `nil`: make one.
  public var password: String?
  /// What its devices can prove themselves with: `any`, `sha-256` or `md5`. A phone that knows
  /// only MD5 may give up when it is asked for anything else beside it.
  public var digest: String
  /// Whether it may hear colleagues' calls.
  public var maySupervise: Bool

  public init(
    number: String, name: String, outsideNumber: String? = nil, password: String? = nil,
    digest: String = "any", maySupervise: Bool = false
  ) {
    self.digest = digest
    self.maySupervise = maySupervise
    self.number = number
    self.name = name
    self.outsideNumber = outsideNumber
    self.password = password
  }
}

/// What is to be different.
public struct ExtensionChanges: Sendable {
  public var name: String?
  public var outsideNumber: Change<String?>
  /// `made` makes a new one.
  public var password: PasswordChange
  public var maySupervise: Bool?

  public enum PasswordChange: Sendable {
    case keep, made
    case chosen(String)
  }

  public init(
    name: String? = nil, outsideNumber: Change<String?> = .keep, password: PasswordChange = .keep,
    maySupervise: Bool? = nil
  ) {
    self.maySupervise = maySupervise
    self.name = name
    self.outsideNumber = outsideNumber
    self.password = password
  }
}

/// An extension, and the password that was made for it, shown this once.
public struct ProvisionedExtension: Hashable, Sendable {
  public let `extension`: Extension
  /// `nil` where somebody chose it or it stays.
  public let password: String?
}

/// Extensions of a tenant.
public struct ExtensionOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(
    _ new: NewExtension, of id: TenantID, in scope: AccessScope
  ) async throws -> ProvisionedExtension {
    let tenant = try await tenant(id, in: scope)
    let number = try ExtensionNumber(new.number)
    let algorithms = try algorithms(new.digest)
    let password = try new.password.map { try SIPPassword(chosen: $0) } ?? SIPPassword()
    let entry = Extension(
      id: clock.id(), tenant: id, number: number, displayName: try DisplayName(new.name),
      outsideNumber: try new.outsideNumber.map { try E164($0, field: "outside_number") },
      credentials: password.credentials(of: number, realm: tenant.domain, by: algorithms),
      maySupervise: new.maySupervise, createdAt: clock.now())
    let made = try await making(entry) {
      try await store.extensions.insert($0, in: scope)
    } find: {
      try await store.extensions.find(number, of: id, in: scope)
    }
    return ProvisionedExtension(
      extension: made, password: new.password == nil ? password.text : nil)
  }

  private func algorithms(_ digest: String) throws(InvalidField) -> [DigestAlgorithm] {
    switch digest {
    case "any": DigestAlgorithm.allCases
    case "sha-256": [.sha256]
    case "md5": [.md5]
    default: throw InvalidField("digest", .malformed(expected: "any, sha-256 or md5"))
    }
  }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Extension {
    try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
  }

  public func list(
    _ page: PageRequest, of id: TenantID, in scope: AccessScope
  ) async throws -> Page<Extension> {
    _ = try await tenant(id, in: scope)
    return try await store.extensions.list(page, of: id, in: scope)
  }

  public func update(
    _ id: ExtensionID, of tenantID: TenantID, _ changes: ExtensionChanges, in scope: AccessScope
  ) async throws -> ProvisionedExtension {
    let tenant = try await tenant(tenantID, in: scope)
    var entry = try await find(id, of: tenantID, in: scope)
    if let name = changes.name { entry.displayName = try DisplayName(name) }
    if case .set(let number) = changes.outsideNumber {
      entry.outsideNumber = try number.map { try E164($0, field: "outside_number") }
    }
    entry.maySupervise = changes.maySupervise ?? entry.maySupervise
    let password = try password(changes.password)
    if let password {
      entry.credentials = password.credentials(
        of: entry.number, realm: tenant.domain, by: entry.credentials.map(\.algorithm))
    }
    guard try await store.extensions.update(entry, in: scope) else {
      throw NotFound("extension", id)
    }
    guard case .made = changes.password else {
      return ProvisionedExtension(extension: entry, password: nil)
    }
    return ProvisionedExtension(extension: entry, password: password?.text)
  }

  private func password(
    _ change: ExtensionChanges.PasswordChange
  ) throws(InvalidField) -> SIPPassword? {
    switch change {
    case .keep: nil
    case .made: SIPPassword()
    case .chosen(let text): try SIPPassword(chosen: text)
    }
  }

  public func remove(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.extensions.remove(id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
  }

  private func tenant(_ id: TenantID, in scope: AccessScope) async throws -> Tenant {
    try found(await store.tenants.find(id, in: scope), "tenant", id)
  }
}
