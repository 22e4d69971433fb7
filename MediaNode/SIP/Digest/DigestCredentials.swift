public import NodeContract

/// The value of an Authorization or Proxy-Authorization field with the scheme Digest
/// (RFC 7616 section 3.4).
public struct DigestCredentials: Hashable, Sendable, CustomStringConvertible {
  /// In clear, or `H(user:realm)` where `hasHashedUser`.
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
  /// The name is hidden (RFC 7616 section 3.4.4).
  public var hasHashedUser: Bool

  public init(
    username: String, realm: String, nonce: String, uri: String, response: String,
    algorithm: DigestAlgorithm, opaque: String? = nil, quality: DigestQuality? = nil,
    hasHashedUser: Bool = false
  ) {
    self.username = username
    self.realm = realm
    self.nonce = nonce
    self.uri = uri
    self.response = response
    self.algorithm = algorithm
    self.opaque = opaque
    self.quality = quality
    self.hasHashedUser = hasHashedUser
  }

  /// Parses the field's value; nil for other schemes, unknown algorithms and
  /// malformed text.
  public init?(_ text: some StringProtocol) {
    guard let fields = DigestFields(text), let username = fields["username"],
      let realm = fields["realm"], let nonce = fields["nonce"], let uri = fields["uri"],
      let response = fields["response"], let algorithm = fields.algorithm,
      response.utf8.allSatisfy({ $0.hexadecimalValue != nil })
    else { return nil }
    var quality: DigestQuality?
    if fields["qop"] != nil {
      guard let fromFields = DigestQuality(fields) else { return nil }
      quality = fromFields
    }
    self.init(
      username: username, realm: realm, nonce: nonce, uri: uri, response: response.lowercased(),
      algorithm: algorithm, opaque: fields["opaque"], quality: quality,
      hasHashedUser: fields["userhash"]?.lowercased() == "true")
  }

  public var description: String {
    var text = "Digest username=\(username.quoted), realm=\(realm.quoted), nonce=\(nonce.quoted)"
    text += ", uri=\(uri.quoted), response=\"\(response)\", algorithm=\(algorithm.rawValue)"
    if let opaque { text += ", opaque=\(opaque.quoted)" }
    if let quality {
      text += ", qop=\(quality.protection.rawValue), cnonce=\(quality.clientNonce.quoted)"
      text += ", nc=\(quality.countText)"
    }
    if hasHashedUser { text += ", userhash=true" }
    return text
  }

  /// The response that a sender who knows `ha1` computes (RFC 7616 section 3.4.1).
  ///
  /// - Parameter body: counts for `auth-int` only.
  /// - Returns: lower-case hexadecimal.
  public func expectedResponse(
    ha1: String, method: SIPMethod, body: [UInt8] = [], hashing: some Hashing
  ) -> String {
    guard let quality else {
      let ha2 = hashing.digest(algorithm, of: "\(method):\(uri)")
      return hashing.digest(algorithm, of: "\(ha1):\(nonce):\(ha2)")
    }
    let covered =
      switch quality.protection {
      case .authentication: "\(method):\(uri)"
      case .integrity: "\(method):\(uri):\(hashing.digest(algorithm, of: body))"
      }
    let ha2 = hashing.digest(algorithm, of: covered)
    let fresh = "\(nonce):\(quality.countText):\(quality.clientNonce)"
    return hashing.digest(
      algorithm, of: "\(ha1):\(fresh):\(quality.protection.rawValue):\(ha2)")
  }
}

/// What `qop` adds to credentials.
public struct DigestQuality: Hashable, Sendable {
  /// What the response covers; the raw value is that of `qop`.
  public enum Protection: String, Hashable, Sendable {
    /// Method and Request-URI.
    case authentication = "auth"
    /// The body as well.
    case integrity = "auth-int"
  }

  public var clientNonce: String
  /// How often the nonce was used, this time included.
  public var count: UInt32
  public var protection: Protection

  public init(
    clientNonce: String, count: UInt32, protection: Protection = .authentication
  ) {
    self.clientNonce = clientNonce
    self.count = count
    self.protection = protection
  }
}

extension DigestQuality {
  /// Nil but for a `qop` that we know, with its count and nonce.
  fileprivate init?(_ fields: DigestFields) {
    guard let protection = fields["qop"].flatMap({ Protection(rawValue: $0.lowercased()) }),
      let clientNonce = fields["cnonce"],
      let digits = fields["nc"], digits.utf8.count == 8,
      digits.utf8.allSatisfy({ $0.hexadecimalValue != nil }),
      let count = UInt32(digits, radix: 16)
    else { return nil }
    self.init(clientNonce: clientNonce, count: count, protection: protection)
  }

  /// Eight hexadecimal digits, as hashed and sent.
  fileprivate var countText: String {
    let digits = String(count, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}

extension SIPHeaders {
  /// Whether credentials among these cover the body, whose bytes must then be kept; rare.
  public var coverBody: Bool { others.contains(where: \.coversBody) }
}

extension HeaderField {
  /// Whether this is an Authorization with `qop=auth-int`, or may be.
  var coversBody: Bool { isNamed("Authorization") && value.utf8.hasAuthInt }
}

extension String.UTF8View {
  /// Whether `auth-int` stands somewhere; the hyphen is rarer than the letters.
  fileprivate var hasAuthInt: Bool {
    var rest = self[...]
    while let hyphen = rest.firstIndex(of: UInt8(ascii: "-")) {
      if self[..<hyphen].suffix(4).elementsEqual("auth".utf8),
        self[hyphen...].dropFirst().prefix(3).elementsEqual("int".utf8)
      {
        return true
      }
      rest = self[hyphen...].dropFirst()
    }
    return false
  }
}

extension Hashing {
  /// `H(text)` in lower-case hexadecimal.
  func digest(_ algorithm: DigestAlgorithm, of text: String) -> String {
    digest(algorithm, of: Array(text.utf8))
  }

  func digest(_ algorithm: DigestAlgorithm, of bytes: [UInt8]) -> String {
    switch algorithm {
    case .sha256: sha256(bytes).hexadecimal
    case .md5: md5(bytes).hexadecimal
    }
  }

  /// `H(user:realm)` (RFC 7616 section 3.4.4), what may stand for a user's name.
  public func hashedUser(_ user: String, realm: String, algorithm: DigestAlgorithm) -> String {
    digest(algorithm, of: "\(user):\(realm)")
  }

  /// `H(user:realm:password)` (RFC 7616 section 3.4.2), what is stored of a password.
  public func ha1(
    _ algorithm: DigestAlgorithm, user: String, realm: String, password: String
  ) -> String {
    digest(algorithm, of: "\(user):\(realm):\(password)")
  }
}
