public import NodeContract
public import SIP

/// What an exchange must know before its first message.
public struct ExchangeConfiguration: Sendable {
  public var node: NodeName
  /// The kernel's id of this boot, for facts.
  public var boot: UUIDv7
  /// One that has an IPv4 and an IPv6 address is here twice, under one name.
  public var addresses: [ExchangeAddress]
  public var limits: ExchangeLimits
  /// Key of the nonces; new for each start, 32 bytes or more.
  public var secret: [UInt8]
  /// What `User-Agent` and `Server` say.
  public var product: String
  /// Callers from extensions hear why their calls go nowhere.
  public var announces = true
  /// Of the certificate that the media plane shows in handshakes; nil: it makes none.
  public var mediaFingerprint: CertificateFingerprint?

  public init(
    node: NodeName, boot: UUIDv7, addresses: [ExchangeAddress],
    limits: ExchangeLimits = ExchangeLimits(), secret: [UInt8], product: String = "Tandem"
  ) {
    self.node = node
    self.boot = boot
    self.addresses = addresses
    self.limits = limits
    self.secret = secret
    self.product = product
  }
}

/// A service address that this node may hold, in one of its forms. It is served only while a grant says so,
/// and then in all of them: see ``AddressForms``.
public struct ExchangeAddress: Hashable, Sendable {
  /// Who talks to it: phones, known by their credentials, or carriers, known by their addresses.
  public enum Role: String, Hashable, Sendable { case phones, trunks }

  public var name: AddressName
  public var ip: IPAddress
  public var sipPort: UInt16
  /// Where TLS arrives; nil: nowhere.
  public var securePort: UInt16?
  public var role: Role
  /// RTP takes the even ports of the range, RTCP the odd one above each.
  public var relayPorts: ClosedRange<UInt16>

  public init(
    name: AddressName, ip: IPAddress, sipPort: UInt16 = 5060, securePort: UInt16? = nil,
    role: Role,
    relayPorts: ClosedRange<UInt16>
  ) {
    self.name = name
    self.ip = ip
    self.sipPort = sipPort
    self.securePort = securePort
    self.role = role
    self.relayPorts = relayPorts
  }

  /// Where SIP arrives by UDP and TCP.
  public var endpoint: IPEndpoint { IPEndpoint(ip, port: sipPort) }

  /// Whether something that arrived there is for this address.
  func receives(at local: IPEndpoint) -> Bool {
    local.address == ip && (local.port == sipPort || local.port == securePort)
  }
}

extension ExchangeConfiguration {
  /// What this node saw. Here and not in the exchange, which would be copied to be asked.
  func fact(
    _ event: FactEvent, tenant: TenantID, call: CallID, leg: LegID, epoch: Epoch, at now: Moment
  ) -> Fact {
    Fact(
      tenant: tenant, call: call, leg: leg,
      time: FactTime(boot: boot, instant: now.boot, wall: now.wall), observer: node, epoch: epoch,
      event: event)
  }
}
