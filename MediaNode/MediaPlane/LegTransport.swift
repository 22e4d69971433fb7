public import SRTP
public import TLS

/// What lies beneath the audio of one party.
public struct LegTransport: Hashable, Sendable {
  public enum Protection: Hashable, Sendable {
    /// Plain RTP.
    case none
    /// Keys will be told: nothing passes until then.
    case awaited
    case keys(LegKeys)
    /// Keys come by a handshake within the media: nothing passes until then.
    case handshake(LegHandshake)
  }

  public var protection: Protection
  /// The party's RTCP comes and goes by its RTP port (RFC 5761).
  public var isMultiplexed: Bool
  /// The party checks the way to us (RFC 8445).
  public var connectivity: LegConnectivity?

  public init(
    _ protection: Protection = .none, isMultiplexed: Bool = false,
    connectivity: LegConnectivity? = nil
  ) {
    self.protection = protection
    self.isMultiplexed = isMultiplexed
    self.connectivity = connectivity
  }

  public static let plain = LegTransport()

  /// Whether what is in the clear is not the party's.
  var isProtected: Bool { protection != .none }

  /// Those that are known.
  var keys: LegKeys? {
    switch protection {
    case .none, .awaited: nil
    case .keys(let keys): keys
    case .handshake(let handshake): handshake.keys
    }
  }

  var isByHandshake: Bool {
    if case .handshake = protection { true } else { false }
  }

  /// The handshake that is still to be made.
  var openHandshake: LegHandshake? {
    guard case .handshake(let handshake) = protection, handshake.keys == nil else { return nil }
    return handshake
  }
}

/// What protects the media of one party (RFC 3711): each direction has a key of its own.
public struct LegKeys: Hashable, Sendable {
  /// Of what the party sends.
  public let inbound: SRTPKey
  /// Of what it hears.
  public let outbound: SRTPKey

  public init(inbound: SRTPKey, outbound: SRTPKey) {
    self.inbound = inbound
    self.outbound = outbound
  }
}

/// A handshake of DTLS with one party (RFC 5763).
public struct LegHandshake: Hashable, Sendable {
  /// The party shows a certificate with one of these hashes.
  public var hashes: [CertificateHash]
  /// We begin.
  public var isClient: Bool
  /// What it brought, where it is over.
  public var keys: LegKeys?

  public init(hashes: [CertificateHash], isClient: Bool, keys: LegKeys? = nil) {
    self.hashes = hashes
    self.isClient = isClient
    self.keys = keys
  }
}

/// By what a party's checks of the way to us are known.
public struct LegConnectivity: Hashable, Sendable {
  public var ourFragment: String
  public var ourPassword: String
  public var theirFragment: String

  public init(ourFragment: String, ourPassword: String, theirFragment: String) {
    self.ourFragment = ourFragment
    self.ourPassword = ourPassword
    self.theirFragment = theirFragment
  }

  /// What names a check as the party's (RFC 8445 section 7.2.2).
  var user: String { "\(ourFragment):\(theirFragment)" }
}
