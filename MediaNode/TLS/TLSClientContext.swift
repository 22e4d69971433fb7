internal import COpenSSL
internal import COpenSSLShim
public import NodeContract

/// Who we say we are on a TLS connection, and whose word we take for who the others are: paths of
/// PEM files.
public struct TLSIdentity: Hashable, Sendable {
  /// Our certificate, followed by those between it and the authority's.
  public var certificate: String
  public var key: String
  /// The private authority that signed the other side's certificate.
  public var authority: String

  public init(certificate: String, key: String, authority: String) {
    self.certificate = certificate
    self.key = key
    self.authority = authority
  }
}

/// Who must be at the other end: one of the names or addresses in its certificate.
public enum TLSPeer: Hashable, Sendable {
  case name(String)
  case address(IPAddress)
  /// A SIP domain: one of its DNS names, or the URI `sip:` and the domain; wildcards stand for nobody,
  /// and the subject's common name says nothing (RFC 5922 section 7).
  case domain(String)
}

/// What all client sessions of one identity share: a certificate of our own where there is one, the
/// peer verified against the authority given and nothing else.
///
/// `@unchecked Sendable`: set up in `init` and never changed; OpenSSL counts its references
/// atomically.
public final class TLSClientContext: @unchecked Sendable {
  private let context: OpaquePointer

  /// For our own programs: TLS 1.3 only. Reads the identity's files. `protocols` are offered by ALPN
  /// (RFC 7301), best first.
  public convenience init(identity: TLSIdentity, protocols: [String]) throws(OpenSSLError) {
    try self.init(since: TLS1_3_VERSION, trusting: identity.authority)
    try context.load(certificate: identity.certificate, key: identity.key)
    let offer = protocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
    // The one function of OpenSSL that answers 0 for success.
    let refused = SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count))
    try check(refused == 0 ? 1 : 0, "offering \(protocols) by ALPN")
  }

  /// For peers of all kinds: TLS 1.2 at least, and no certificate of our own but what `identity` is.
  public convenience init(trusting authority: String, as identity: TLSServerIdentity? = nil)
    throws(OpenSSLError)
  {
    try self.init(since: TLS1_2_VERSION, trusting: authority)
    guard let identity else { return }
    try context.load(certificate: identity.certificate, key: identity.key)
  }

  private init(since version: Int32, trusting authority: String) throws(OpenSSLError) {
    guard let context = SSL_CTX_new(TLS_client_method()) else {
      throw .last(doing: "making a TLS context")
    }
    self.context = context
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    try check(shim_SSL_CTX_set_min_proto_version(context, version), "asking for a TLS version")
    try context.trust(authority)
  }

  deinit { SSL_CTX_free(context) }

  /// A new session that goes on only with `peer` at the other end.
  public func session(with peer: TLSPeer) throws(OpenSSLError) -> TLSSession {
    guard let session = SSL_new(context) else { throw .last(doing: "making a TLS session") }
    return try TLSSession(adopting: session, peer: peer)
  }
}
