public import NodeContract

/// A customer of a reseller: one SIP domain, its extensions and its numbers.
public struct Tenant: Hashable, Sendable {
  public var id: TenantID
  public var reseller: ResellerID
  public var name: DisplayName
  public var domain: SIPDomain
  /// Where the tenant's phones register.
  public var homeAddress: AddressName
  public var dialling: DiallingRules
  public var ringTimeout: Duration
  /// Where its clocks hang.
  public var timeZone: TimeZoneName
  /// Grows with every change that a node must hear of; the database counts it.
  public var revision: Int64
  public var createdAt: WallTime

  public init(
    id: TenantID, reseller: ResellerID, name: DisplayName, domain: SIPDomain,
    homeAddress: AddressName, dialling: DiallingRules, ringTimeout: Duration,
    timeZone: TimeZoneName = .utc, revision: Int64 = 1, createdAt: WallTime
  ) {
    self.id = id
    self.reseller = reseller
    self.name = name
    self.domain = domain
    self.homeAddress = homeAddress
    self.dialling = dialling
    self.ringTimeout = ringTimeout
    self.timeZone = timeZone
    self.revision = revision
    self.createdAt = createdAt
  }

  /// How long a phone may be asked to ring, in seconds.
  public static let ringTimeouts = 5...300

  /// A ring timeout as a person gave it.
  public static func ringTimeout(
    seconds: Int, field: String = "ring_timeout"
  ) throws(InvalidField) -> Duration {
    guard ringTimeouts.contains(seconds) else {
      throw InvalidField(field, .outOfRange(ringTimeouts))
    }
    return .seconds(seconds)
  }
}
