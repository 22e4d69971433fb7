internal import COpenSSL
internal import COpenSSLShim

/// The hash of a certificate, by which two parties know each other (RFC 8122).
public struct CertificateHash: Hashable, Sendable {
  public enum Algorithm: String, Hashable, Sendable, CaseIterable {
    case sha512 = "sha-512"
    case sha384 = "sha-384"
    case sha256 = "sha-256"
    case sha1 = "sha-1"

    var digest: OpaquePointer? {
      switch self {
      case .sha512: EVP_sha512()
      case .sha384: EVP_sha384()
      case .sha256: EVP_sha256()
      case .sha1: EVP_sha1()
      }
    }
  }

  public let algorithm: Algorithm
  public let bytes: [UInt8]

  public init(_ algorithm: Algorithm, _ bytes: [UInt8]) {
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// Of a certificate.
  init(_ algorithm: Algorithm, of certificate: OpaquePointer) {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let done = X509_digest(certificate, algorithm.digest, &bytes, &length)
    self.init(algorithm, done == 1 ? Array(bytes.prefix(Int(length))) : [])
  }
}

/// Who we are in handshakes within the media (RFC 5763): a key and a certificate made by this process,
/// which nobody signed, as their hash travels in the signalling.
///
/// `@unchecked Sendable`: set up in `init` and never changed; OpenSSL counts its references
/// atomically.
public final class DTLSIdentity: @unchecked Sendable {
  private let context: OpaquePointer
  /// What session descriptions say of the certificate.
  public let hash: CertificateHash

  /// The best that both know counts (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
  private static let profiles =
    "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32"

  public init() throws(OpenSSLError) {
    guard let context = SSL_CTX_new(DTLS_method()) else {
      throw .last(doing: "making a DTLS context")
    }
    do throws(OpenSSLError) {
      hash = try Self.certify(context)
      try check(shim_SSL_CTX_shake_hands(context), "asking for a DTLS version")
      guard SSL_CTX_set_tlsext_use_srtp(context, Self.profiles) == 0 else {
        throw .last(doing: "asking for SRTP")
      }
    } catch {
      SSL_CTX_free(context)
      throw error
    }
    // Whose certificate it is says its hash, not an authority.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) { _, _ in 1 }
    self.context = context
  }

  deinit { SSL_CTX_free(context) }

  private static func certify(_ context: OpaquePointer) throws(OpenSSLError) -> CertificateHash {
    guard let key = shim_make_key() else { throw .last(doing: "making a key for media") }
    defer { EVP_PKEY_free(key) }
    guard let certificate = shim_make_certificate(key) else {
      throw .last(doing: "making a certificate for media")
    }
    defer { X509_free(certificate) }
    try check(SSL_CTX_use_certificate(context, certificate), "using a certificate for media")
    try check(SSL_CTX_use_PrivateKey(context, key), "using a key for media")
    return CertificateHash(.sha256, of: certificate)
  }

  /// A new handshake.
  public func session(asClient isClient: Bool) throws(OpenSSLError) -> DTLSSession {
    guard let session = SSL_new(context) else { throw .last(doing: "making a DTLS session") }
    return try DTLSSession(adopting: session, asClient: isClient)
  }
}
