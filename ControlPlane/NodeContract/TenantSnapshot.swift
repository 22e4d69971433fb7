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
  /// What the clocks show where the tenant is.
  public var clock: ZoneClock
  /// What its people dial to have something done.
  public var features: FeatureCodes
  /// Whom it knows outside.
  public var contacts: [ContactEntry]
  /// Whose calls it or its users do not want.
  public var screening: [ScreeningEntry]
  /// Which of its calls are recorded; the first that a call fits decides.
  public var recordingRules: [RecordingRule]

  public init(
    tenant: TenantID, revision: Int64, domain: String, homeAddress: AddressName,
    dialling: DiallingRules, ringTimeout: Duration, extensions: [ExtensionEntry],
    numbers: [NumberEntry], trunks: [TrunkEntry], clock: ZoneClock = .utc,
    features: FeatureCodes = .usual, contacts: [ContactEntry] = [],
    screening: [ScreeningEntry] = [], recordingRules: [RecordingRule] = []
  ) {
    self.recordingRules = recordingRules
    self.screening = screening
    self.contacts = contacts
    self.features = features
    self.tenant = tenant
    self.revision = revision
    self.domain = domain
    self.homeAddress = homeAddress
    self.dialling = dialling
    self.ringTimeout = ringTimeout
    self.extensions = extensions
    self.numbers = numbers
    self.trunks = trunks
    self.clock = clock
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
  /// Numbers for help, as they are dialled: calls to them go before all others and to the carrier
  /// as they are.
  public var emergencyNumbers: [String]

  /// What people dial for help where nobody says otherwise.
  public static let usualEmergencyNumbers = ["112", "911", "999"]

  public init(
    countryCode: String, nationalPrefix: String, internationalPrefix: String,
    emergencyNumbers: [String] = DiallingRules.usualEmergencyNumbers
  ) {
    self.emergencyNumbers = emergencyNumbers
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
  /// The first that fits decides.
  public var answering: [AnsweringRule]
  /// What decides before.
  public var switches: AnsweringSwitches
  /// Who is rung for it; nil: its own devices are.
  public var group: RingGroup?
  /// Where its user is looked for; nil: nowhere but at its own devices.
  public var followMe: FollowMe?
  /// It may listen to colleagues' calls, whisper to one of both and join them.
  public var maySupervise: Bool
  /// Nil: nobody can leave it a message.
  public var mailbox: VoiceMailbox?
  /// What its callers hear; nil: somebody is rung.
  public var menu: VoiceMenu?
  /// Its callers wait for one of these; nil: they do not.
  public var queue: CallQueue?
  /// What becomes of its callers step by step; nil: somebody is rung.
  public var flow: CallFlow?
  /// Whose telephones its callers are heard at; nil: it pages nobody.
  public var paging: PagingGroup?

  public init(
    id: ExtensionID, number: String, displayName: String, outsideNumber: String?,
    credentials: [DigestCredential], answering: [AnsweringRule] = [],
    switches: AnsweringSwitches = AnsweringSwitches(), group: RingGroup? = nil,
    maySupervise: Bool = false, mailbox: VoiceMailbox? = nil, menu: VoiceMenu? = nil,
    queue: CallQueue? = nil, flow: CallFlow? = nil, followMe: FollowMe? = nil,
    paging: PagingGroup? = nil
  ) {
    self.paging = paging
    self.followMe = followMe
    self.flow = flow
    self.queue = queue
    self.menu = menu
    self.mailbox = mailbox
    self.switches = switches
    self.maySupervise = maySupervise
    self.answering = answering
    self.group = group
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
  /// What phones show of whoever calls it; nil: the caller's name alone.
  public var display: CallerDisplay?

  public init(
    id: NumberID, number: String, destination: NumberDestination, display: CallerDisplay? = nil
  ) {
    self.id = id
    self.number = number
    self.destination = destination
    self.display = display
  }
}

public enum NumberDestination: Hashable, Sendable {
  case `extension`(ExtensionID)
}

/// A carrier's connection, known by its addresses, by a password, or by both.
public struct TrunkEntry: Hashable, Sendable {
  public var id: TrunkID
  public var name: String
  /// Our address that the carrier talks to.
  public var address: AddressName
  /// The carrier's own addresses: calls go to the first, and come from any.
  public var peers: [IPEndpoint]
  /// Who we are at the carrier; nil where it knows us by our address.
  public var account: TrunkAccount?
  /// Who the carrier is when it calls from other addresses; nil: then it is a stranger.
  public var visitor: TrunkVisitor?
  public var profile: TrunkProfile
  /// Where calls go, `sip:carrier.example.net;transport=tls`: the DNS says which servers that are
  /// (RFC 3263), and calls come from these too. Nil: calls go to the peers.
  public var route: String?
  /// Whose certificate the carrier shows where it connects to us by TLS: a DNS name of the subject's
  /// alternatives. Nil: its certificate says nothing.
  public var certificateName: String?

  public init(
    id: TrunkID, name: String, address: AddressName, peers: [IPEndpoint],
    account: TrunkAccount? = nil, visitor: TrunkVisitor? = nil,
    profile: TrunkProfile = TrunkProfile(), route: String? = nil, certificateName: String? = nil
  ) {
    self.id = id
    self.name = name
    self.address = address
    self.peers = peers
    self.account = account
    self.visitor = visitor
    self.profile = profile
    self.route = route
    self.certificateName = certificateName
  }
}

/// What a carrier knows us by.
public struct TrunkAccount: Hashable, Sendable {
  public var username: String
  /// The realm of the carrier's challenges; those of other realms are not answered.
  public var realm: String
  /// One per algorithm, strongest first.
  public var credentials: [DigestCredential]
  /// The URI to register at, `sip:carrier.example.net`; nil where the carrier calls us without.
  public var registrar: String?

  public init(
    username: String, realm: String, credentials: [DigestCredential], registrar: String? = nil
  ) {
    self.username = username
    self.realm = realm
    self.credentials = credentials
    self.registrar = registrar
  }
}

/// What we know a carrier by that calls from anywhere: the realm of our challenge is the name of
/// the trunk's address.
public struct TrunkVisitor: Hashable, Sendable {
  public var username: String
  /// One per algorithm, strongest first.
  public var credentials: [DigestCredential]

  public init(username: String, credentials: [DigestCredential]) {
    self.username = username
    self.credentials = credentials
  }
}

/// How a carrier speaks of callers, and how far it is believed and told.
public struct TrunkProfile: Hashable, Sendable {
  /// The field that tells the carrier who calls, besides From.
  public enum IdentityForm: String, Hashable, Sendable, CaseIterable {
    case none
    /// P-Asserted-Identity (RFC 3325): the carrier believes us, and keeps a withheld number secret.
    case asserted
    /// P-Preferred-Identity: the carrier checks.
    case preferred
    /// Remote-Party-ID, an older draft.
    case remoteParty = "remote-party"
  }

  /// The field that tells where a forwarded call was meant to go.
  public enum ForwardingForm: String, Hashable, Sendable, CaseIterable {
    case none
    /// Diversion (RFC 5806).
    case diversion
    /// History-Info (RFC 7044).
    case history
  }

  /// Whether what the carrier says of callers in those fields, and of who may see it, is taken; else
  /// From is.
  public var isTrusted: Bool
  public var identity: IdentityForm
  public var forwarding: ForwardingForm

  public init(
    isTrusted: Bool = false, identity: IdentityForm = .none, forwarding: ForwardingForm = .none
  ) {
    self.isTrusted = isTrusted
    self.identity = identity
    self.forwarding = forwarding
  }
}
