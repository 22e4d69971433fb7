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
  public init?(_ text: some StringProtocol) {
    guard let fields = DigestFields(text), let realm = fields["realm"],
      let nonce = fields["nonce"], let algorithm = fields.algorithm
    else { return nil }
    let qualities = fields["qop"]?.lowercased().split { $0 == "," || $0 == " " }
    self.init(
      realm: realm, nonce: nonce, opaque: fields["opaque"], algorithm: algorithm,
      offersAuth: qualities?.contains("auth") ?? false,
      isStale: fields["stale"]?.lowercased() == "true")
  }

  public var description: String {
    var text = "Digest realm=\(realm.quoted), nonce=\(nonce.quoted)"
    if let opaque { text += ", opaque=\(opaque.quoted)" }
    text += ", algorithm=\(algorithm.rawValue)"
    if offersAuth { text += ", qop=\"auth\"" }
    if isStale { text += ", stale=true" }
    return text
  }

  /// The credentials that answer this challenge.
  ///
  /// - Parameters:
  ///   - ha1: of the challenge's algorithm and realm.
  ///   - uri: the Request-URI as the request has it.
  ///   - clientNonce: a random token; unused where the challenge offers no `auth`.
  ///   - count: how often this nonce was used, this time included.
  public func credentials(
    user: String, ha1: String, method: SIPMethod, uri: String, clientNonce: String,
    count: UInt32 = 1, hashing: some Hashing
  ) -> DigestCredentials {
    var credentials = DigestCredentials(
      username: user, realm: realm, nonce: nonce, uri: uri, response: "", algorithm: algorithm,
      opaque: opaque,
      quality: offersAuth ? DigestQuality(clientNonce: clientNonce, count: count) : nil)
    credentials.response = credentials.expectedResponse(
      ha1: ha1, method: method, hashing: hashing)
    return credentials
  }
}
