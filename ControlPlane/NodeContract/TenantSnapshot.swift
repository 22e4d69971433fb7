/// All that a node must know of a tenant to serve its calls while nobody else can be asked.
public struct TenantSnapshot: Hashable, Sendable {
  public var tenant: TenantID
  /// Grows with every change of the tenant; a node keeps the highest it saw.
  public var revision: Int64
  /// The domain of the tenant's SIP addresses, lower case: `demo.tandem.test`.
  public var domain: String
  /// Where the tenant's phones register.
  public var homeAddress: AddressName
  public var dialling: DiallingRules
  public var ringTimeout: Duration
  public var extensions: [ExtensionEntry]
  public var numbers: [NumberEntry]
  public var trunks: [TrunkEntry]

  public init(
    tenant: TenantID, revision: Int64, domain: String, homeAddress: AddressName,
    dialling: DiallingRules, ringTimeout: Duration, extensions: [ExtensionEntry],
    numbers: [NumberEntry], trunks: [TrunkEntry]
  ) {
    self.tenant = tenant
    self.revision = revision
    self.domain = domain
    self.homeAddress = homeAddress
    self.dialling = dialling
    self.ringTimeout = ringTimeout
    self.extensions = extensions
    self.numbers = numbers
    self.trunks = trunks
  }
}

/// How dialled digits become E.164: `+…` as it is, `international` + … , `national` + … .
public struct DiallingRules: Hashable, Sendable {
  /// `44`
  public var countryCode: String
  /// `0`; empty where there is none.
  public var nationalPrefix: String
  /// `00`
  public var internationalPrefix: String

  public init(countryCode: String, nationalPrefix: String, internationalPrefix: String) {
    self.countryCode = countryCode
    self.nationalPrefix = nationalPrefix
    self.internationalPrefix = internationalPrefix
  }
}

public struct ExtensionEntry: Hashable, Sendable {
  public var id: ExtensionID
  /// `101`: what colleagues dial, and the user name of its devices.
  public var number: String
  public var displayName: String
  /// The number shown to people outside, E.164 with plus.
  public var outsideNumber: String?
  /// One per algorithm, strongest first.
  public var credentials: [DigestCredential]

  public init(
    id: ExtensionID, number: String, displayName: String, outsideNumber: String?,
    credentials: [DigestCredential]
  ) {
    self.id = id
    self.number = number
    self.displayName = displayName
    self.outsideNumber = outsideNumber
    self.credentials = credentials
  }
}

/// The hash algorithms of RFC 8760, strongest first.
public enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
  case sha256 = "SHA-256"
  case md5 = "MD5"
}

/// H(user:realm:password) of RFC 7616 section 3.4.2 in lower-case hexadecimal; never the password.
public struct DigestCredential: Hashable, Sendable {
  public var algorithm: DigestAlgorithm
  public var ha1: String

  public init(algorithm: DigestAlgorithm, ha1: String) {
    self.algorithm = algorithm
    self.ha1 = ha1
  }
}

public struct NumberEntry: Hashable, Sendable {
  public var id: NumberID
  /// E.164 with plus.
  public var number: String
  public var destination: NumberDestination

  public init(id: NumberID, number: String, destination: NumberDestination) {
    self.id = id
    self.number = number
    self.destination = destination
  }
}

public enum NumberDestination: Hashable, Sendable {
  case `extension`(ExtensionID)
}

/// A carrier's connection, known by its addresses.
public struct TrunkEntry: Hashable, Sendable {
  public var id: TrunkID
  public var name: String
  /// Our address that the carrier talks to.
  public var address: AddressName
  /// The carrier's own addresses: calls go to the first, and come from any.
  public var peers: [IPEndpoint]

  public init(id: TrunkID, name: String, address: AddressName, peers: [IPEndpoint]) {
    self.id = id
    self.name = name
    self.address = address
    self.peers = peers
  }
}
