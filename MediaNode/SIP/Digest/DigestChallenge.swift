public import NodeContract

/// The value of a WWW-Authenticate field with the scheme Digest (RFC 7616 section 3.3).
public struct DigestChallenge: Hashable, Sendable, CustomStringConvertible {
  public var realm: String
  public var nonce: String
  public var opaque: String?
  public var algorithm: DigestAlgorithm
  /// Whether `qop="auth"` is offered; false is RFC 2069's way.
  public var offersAuth: Bool
  /// The credentials were right but for their nonce: no need to ask the user again.
  public var isStale: Bool

  public init(
    realm: String, nonce: String, opaque: String? = nil, algorithm: DigestAlgorithm,
    offersAuth: Bool = true, isStale: Bool = false
  ) {
    self.realm = realm
    self.nonce = nonce
    self.opaque = opaque
    self.algorithm = algorithm
    self.offersAuth = offersAuth
    self.isStale = isStale
  }

  /// Parses the field's value; nil for other schemes, unknown algorithms and malformed text.
  public init?(_ text: some StringProtocol) { return nil }

  public var description: String { "" }
}
