public import NodeContract

/// What the authenticator found.
public enum DigestVerdict: Hashable, Sendable {
  /// The sender knows the password of this user.
  case accepted(user: String)
  /// No usable credentials, or their nonce is too old: answer 401 with these fields.
  case challenge([HeaderField])
  /// Wrong password, unknown user, or another request's credentials: answer 403.
  case refused
}

/// The server's side of digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22).
///
/// A nonce is its time of issue and an HMAC that binds it to source address and realm, so
/// challenges leave no state. Only the use of a nonce is noted, in a bounded table.
public struct DigestAuthenticator: Sendable {
  /// - Parameters:
  ///   - secret: keys the nonces; random, of 32 bytes.
  ///   - nonceLifetime: how long a nonce may be used.
  ///   - replayCapacity: how many used nonces are remembered; the oldest become stale first.
  public init(
    secret: [UInt8], hashing: any Hashing, nonceLifetime: Duration = .seconds(300),
    replayCapacity: Int = 20_000
  ) {
  }

  /// Judges a request's Authorization.
  ///
  /// - Parameter credentials: those of a user of this realm; nil when there is no such user.
  ///   Unknown users cost the same work as known ones.
  public mutating func judge(
    _ request: SIPRequest, over flow: Flow, realm: String, at now: BootInstant,
    credentials: (_ user: String) -> [DigestCredential]?
  ) -> DigestVerdict {
    .refused
  }
}
