public import NodeContract

/// The value of a WWW-Authenticate or Proxy-Authenticate field with the scheme Digest
/// (RFC 7616 section 3.3).
public struct DigestChallenge: Hashable, Sendable, CustomStringConvertible {
  public var realm: String
  public var nonce: String
  public var opaque: String?
  public var algorithm: DigestAlgorithm
  /// Whether `qop="auth"` is offered; false is RFC 2069's way.
  public var offersAuth: Bool
  /// Whether `qop` names `auth-int`, which covers the body too.
  public var offersIntegrity: Bool
  /// Whether the user may hide its name (`userhash`, RFC 7616 section 3.4.4).
  public var takesHashedUsers: Bool
  /// The credentials were right but for their nonce: no need to ask the user again.
  public var isStale: Bool

  public init(
    realm: String, nonce: String, opaque: String? = nil, algorithm: DigestAlgorithm,
    offersAuth: Bool = true, offersIntegrity: Bool = false, takesHashedUsers: Bool = false,
    isStale: Bool = false
  ) {
    self.realm = realm
    self.nonce = nonce
    self.opaque = opaque
    self.algorithm = algorithm
    self.offersAuth = offersAuth
    self.offersIntegrity = offersIntegrity
    self.takesHashedUsers = takesHashedUsers
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
      offersIntegrity: qualities?.contains("auth-int") ?? false,
      takesHashedUsers: fields["userhash"]?.lowercased() == "true",
      isStale: fields["stale"]?.lowercased() == "true")
  }

  public var description: String {
    var text = "Digest realm=\(realm.quoted), nonce=\(nonce.quoted)"
    if let opaque { text += ", opaque=\(opaque.quoted)" }
    text += ", algorithm=\(algorithm.rawValue)"
    if !qualities.isEmpty { text += ", qop=\"\(qualities.joined(separator: ","))\"" }
    if takesHashedUsers { text += ", userhash=true" }
    if isStale { text += ", stale=true" }
    return text
  }

  /// The one that most know first: some take the first and look no further.
  private var qualities: [String] {
    (offersAuth ? ["auth"] : []) + (offersIntegrity ? ["auth-int"] : [])
  }

  /// The credentials that answer this challenge. They cover the body only where the challenge
  /// takes nothing less.
  ///
  /// - Parameters:
  ///   - ha1: of the challenge's algorithm and realm.
  ///   - uri: the Request-URI as the request has it.
  ///   - clientNonce: a random token; unused where the challenge offers no `auth`.
  ///   - count: how often this nonce was used, this time included.
  ///   - body: as it goes to the wire.
  public func credentials(
    user: String, ha1: String, method: SIPMethod, uri: String, clientNonce: String,
    count: UInt32 = 1, body: [UInt8] = [], hashing: some Hashing
  ) -> DigestCredentials {
    let protection: DigestQuality.Protection? =
      offersAuth ? .authentication : offersIntegrity ? .integrity : nil
    var credentials = DigestCredentials(
      username: user, realm: realm, nonce: nonce, uri: uri, response: "", algorithm: algorithm,
      opaque: opaque,
      quality: protection.map {
        DigestQuality(clientNonce: clientNonce, count: count, protection: $0)
      })
    credentials.response = credentials.expectedResponse(
      ha1: ha1, method: method, body: body, hashing: hashing)
    return credentials
  }
}
