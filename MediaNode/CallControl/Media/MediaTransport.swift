public import SIP

/// What lies beneath the audio between one party and us: what the relay must know to speak with it.
public struct MediaTransport: Hashable, Sendable {
  public enum Protection: Hashable, Sendable {
    /// Plain RTP.
    case none
    /// Keys are agreed upon but not known yet: nothing passes.
    case awaited
    /// The session descriptions told the keys (RFC 4568).
    case keys(MediaKeys)
    /// The parties shake hands within the media (RFC 5763).
    case handshake(MediaHandshake)
  }

  public var protection: Protection
  /// RTCP comes and goes by the RTP port (RFC 5761).
  public var isMultiplexed: Bool
  /// The party checks the way to us, and says by it where its media comes from (RFC 8445).
  public var connectivity: MediaConnectivity?

  public init(
    _ protection: Protection = .none, isMultiplexed: Bool = false,
    connectivity: MediaConnectivity? = nil
  ) {
    self.protection = protection
    self.isMultiplexed = isMultiplexed
    self.connectivity = connectivity
  }

  public static let plain = MediaTransport()

  /// The same without what a handshake brought.
  var agreed: MediaTransport {
    var agreed = self
    if case .handshake(var handshake) = protection {
      handshake.keys = nil
      agreed.protection = .handshake(handshake)
    }
    return agreed
  }
}

/// The keys of both directions.
public struct MediaKeys: Hashable, Sendable {
  /// Of what the party sends.
  public var inbound: MediaKey
  /// Of what it hears.
  public var outbound: MediaKey

  public init(inbound: MediaKey, outbound: MediaKey) {
    self.inbound = inbound
    self.outbound = outbound
  }
}

/// A handshake of DTLS, from our end.
public struct MediaHandshake: Hashable, Sendable {
  /// The party shows a certificate with one of these.
  public var fingerprints: [CertificateFingerprint]
  /// We begin.
  public var isClient: Bool
  /// What it brought, where it is over.
  public var keys: MediaKeys?

  public init(fingerprints: [CertificateFingerprint], isClient: Bool, keys: MediaKeys? = nil) {
    self.fingerprints = fingerprints
    self.isClient = isClient
    self.keys = keys
  }
}

/// Who may check the way to our sockets. We are a lite agent (RFC 8445 section 2.5): we answer checks
/// and make none.
public struct MediaConnectivity: Hashable, Sendable {
  public var ours: ConnectivityCredentials
  /// The party's name in its checks.
  public var theirFragment: String

  public init(ours: ConnectivityCredentials, theirFragment: String) {
    self.ours = ours
    self.theirFragment = theirFragment
  }
}
