internal import Foundation
public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of a new tenant.
public struct NewTenant: Sendable {
  public var reseller: ResellerID
  public var name: String
  public var domain: String
  public var homeAddress: String
  public var countryCode: String
  public var nationalPrefix: String
  public var internationalPrefix: String
  /// What people dial for help.
  public var emergencyNumbers: [String]
  /// Seconds.
  public var ringTimeout: Int
  /// The IANA name, `Europe/Berlin`.
  public var timeZone: String

  public init(
    reseller: ResellerID, name: String, domain: String, homeAddress: String, countryCode: String,
    nationalPrefix: String = "0", internationalPrefix: String = "00",
    emergencyNumbers: [String] = DiallingRules.usualEmergencyNumbers, ringTimeout: Int = 30,
    timeZone: String = "UTC"
  ) {
    self.timeZone = timeZone
    self.reseller = reseller
    self.name = name
    self.domain = domain
    self.homeAddress = homeAddress
    self.countryCode = countryCode
    self.nationalPrefix = nationalPrefix
    self.internationalPrefix = internationalPrefix
    self.emergencyNumbers = emergencyNumbers
    self.ringTimeout = ringTimeout
  }
}

/// What is to be different; `nil` leaves a value as it is. The domain stays for ever: it is the
/// realm of the devices' credentials, and the passwords that those were made from are not kept.
public struct TenantChanges: Sendable {
  public var name: String?
  public var homeAddress: String?
  public var countryCode: String?
  public var nationalPrefix: String?
  public var internationalPrefix: String?
  public var emergencyNumbers: [String]?
  /// Seconds.
  public var ringTimeout: Int?
  public var timeZone: String?

  public init(
    name: String? = nil, homeAddress: String? = nil, countryCode: String? = nil,
    nationalPrefix: String? = nil, internationalPrefix: String? = nil,
    emergencyNumbers: [String]? = nil, ringTimeout: Int? = nil,
    timeZone: String? = nil
  ) {
    self.timeZone = timeZone
    self.name = name
    self.homeAddress = homeAddress
    self.countryCode = countryCode
    self.nationalPrefix = nationalPrefix
    self.internationalPrefix = internationalPrefix
    self.emergencyNumbers = emergencyNumbers
    self.ringTimeout = ringTimeout
  }
}

/// Customers of resellers.
public struct TenantOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ new: NewTenant, in scope: AccessScope) async throws -> Tenant {
    let tenant = Tenant(
      id: clock.id(), reseller: new.reseller, name: try DisplayName(new.name),
      domain: try SIPDomain(new.domain),
      homeAddress: try await home(new.homeAddress, in: scope),
      dialling: try DiallingRules(
        checkingCountryCode: new.countryCode, nationalPrefix: new.nationalPrefix,
        internationalPrefix: new.internationalPrefix, emergencyNumbers: new.emergencyNumbers),
      ringTimeout: try Tenant.ringTimeout(seconds: new.ringTimeout),
      timeZone: try zone(new.timeZone), createdAt: clock.now())
    return try await making(tenant) {
      try await store.tenants.insert($0, in: scope)
    } find: {
      try await store.tenants.find(domain: tenant.domain, in: scope)
    }
  }

  /// Phones register at addresses for phones.
  private func home(_ name: String, in scope: AccessScope) async throws -> AddressName {
    let name = try AddressName(checking: name, field: "home_address")
    guard let address = try await store.addresses.find(name, in: scope) else {
      throw InvalidField("home_address", .unknownReference)
    }
    guard address.role == .phones else {
      throw InvalidField("home_address", .malformed(expected: "an address for phones"))
    }
    return name
  }

  private func zone(_ name: String) throws(InvalidField) -> TimeZoneName {
    let zone = try TimeZoneName(name)
    guard TimeZone(identifier: name) != nil else {
      throw InvalidField("time_zone", .unknownReference)
    }
    return zone
  }

  public func find(_ id: TenantID, in scope: AccessScope) async throws -> Tenant {
    try found(await store.tenants.find(id, in: scope), "tenant", id)
  }

  public func list(
    _ page: PageRequest, of reseller: ResellerID?, in scope: AccessScope
  ) async throws -> Page<Tenant> {
    try await store.tenants.list(page, of: reseller, in: scope)
  }

  public func update(
    _ id: TenantID, _ changes: TenantChanges, in scope: AccessScope
  ) async throws -> Tenant {
    var tenant = try await find(id, in: scope)
    if let name = changes.name { tenant.name = try DisplayName(name) }
    if let address = changes.homeAddress {
      tenant.homeAddress = try await home(address, in: scope)
    }
    if let seconds = changes.ringTimeout {
      tenant.ringTimeout = try Tenant.ringTimeout(seconds: seconds)
    }
    if let name = changes.timeZone { tenant.timeZone = try zone(name) }
    tenant.dialling = try DiallingRules(
      checkingCountryCode: changes.countryCode ?? tenant.dialling.countryCode,
      nationalPrefix: changes.nationalPrefix ?? tenant.dialling.nationalPrefix,
      internationalPrefix: changes.internationalPrefix ?? tenant.dialling.internationalPrefix,
      emergencyNumbers: changes.emergencyNumbers ?? tenant.dialling.emergencyNumbers)
    return try found(await store.tenants.update(tenant, in: scope), "tenant", id)
  }

  /// Its phones are refused from now on; its bills stay.
  public func remove(_ id: TenantID, in scope: AccessScope) async throws {
    guard try await store.tenants.remove(id, at: clock.now(), in: scope) else {
      throw NotFound("tenant", id)
    }
  }
}
