public import NodeContract

/// The value of an Authorization field with the scheme Digest (RFC 7616 section 3.4).
public struct DigestCredentials: Hashable, Sendable, CustomStringConvertible {
  public var username: String
  public var realm: String
  public var nonce: String
  /// The Request-URI as its sender wrote it.
  public var uri: String
  /// Lower-case hexadecimal.
  public var response: String
  public var algorithm: DigestAlgorithm
  public var opaque: String?
  /// Nil is RFC 2069's way: no count, no nonce of the client.
  public var quality: DigestQuality?

  public init(
    username: String, realm: String, nonce: String, uri: String, response: String,
    algorithm: DigestAlgorithm, opaque: String? = nil, quality: DigestQuality? = nil
  ) {
    self.username = username
    self.realm = realm
    self.nonce = nonce
    self.uri = uri
    self.response = response
    self.algorithm = algorithm
    self.opaque = opaque
    self.quality = quality
  }

  /// Parses the field's value; nil for other schemes, unknown algorithms, `auth-int` and
  /// malformed text.
  public init?(_ text: some StringProtocol) { return nil }

  public var description: String { "" }
}

/// What `qop=auth` adds to credentials.
public struct DigestQuality: Hashable, Sendable {
  public var clientNonce: String
  /// How often the nonce was used, this time included.
  public var count: UInt32

  public init(clientNonce: String, count: UInt32) {
    self.clientNonce = clientNonce
    self.count = count
  }
}
