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
  public init?(_ text: some StringProtocol) {
    guard let fields = DigestFields(text), let username = fields["username"],
      let realm = fields["realm"], let nonce = fields["nonce"], let uri = fields["uri"],
      let response = fields["response"], let algorithm = fields.algorithm
    else { return nil }
    var quality: DigestQuality?
    if fields["qop"] != nil {
      guard let fromFields = DigestQuality(fields) else { return nil }
      quality = fromFields
    }
    self.init(
      username: username, realm: realm, nonce: nonce, uri: uri, response: response.lowercased(),
      algorithm: algorithm, opaque: fields["opaque"], quality: quality)
  }

  public var description: String {
    var text = "Digest username=\(username.quoted), realm=\(realm.quoted), nonce=\(nonce.quoted)"
    text += ", uri=\(uri.quoted), response=\"\(response)\", algorithm=\(algorithm.rawValue)"
    if let opaque { text += ", opaque=\(opaque.quoted)" }
    if let quality {
      text += ", qop=auth, cnonce=\(quality.clientNonce.quoted), nc=\(quality.countText)"
    }
    return text
  }

  /// The response that a sender who knows `ha1` computes (RFC 7616 section 3.4.1).
  ///
  /// - Returns: lower-case hexadecimal.
  public func expectedResponse(
    ha1: String, method: SIPMethod, hashing: some Hashing
  ) -> String {
    let ha2 = hashing.digest(algorithm, of: "\(method):\(uri)")
    guard let quality else { return hashing.digest(algorithm, of: "\(ha1):\(nonce):\(ha2)") }
    return hashing.digest(
      algorithm,
      of: "\(ha1):\(nonce):\(quality.countText):\(quality.clientNonce):auth:\(ha2)")
  }
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

extension DigestQuality {
  /// Nil but for `qop=auth` with its count and nonce.
  fileprivate init?(_ fields: DigestFields) {
    guard fields["qop"]?.lowercased() == "auth", let clientNonce = fields["cnonce"],
      let digits = fields["nc"], digits.utf8.count == 8,
      digits.utf8.allSatisfy({ $0.hexadecimalValue != nil }),
      let count = UInt32(digits, radix: 16)
    else { return nil }
    self.init(clientNonce: clientNonce, count: count)
  }

  /// Eight hexadecimal digits, as hashed and sent.
  fileprivate var countText: String {
    let digits = String(count, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}

extension Hashing {
  /// `H(text)` in lower-case hexadecimal.
  func digest(_ algorithm: DigestAlgorithm, of text: String) -> String {
    let bytes = Array(text.utf8)
    return switch algorithm {
    case .sha256: hexadecimal(sha256(bytes))
    case .md5: hexadecimal(md5(bytes))
    }
  }

  /// `H(user:realm:password)` (RFC 7616 section 3.4.2), what is stored of a password.
  public func ha1(
    _ algorithm: DigestAlgorithm, user: String, realm: String, password: String
  ) -> String {
    digest(algorithm, of: "\(user):\(realm):\(password)")
  }
}

/// Two lower-case digits per byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
