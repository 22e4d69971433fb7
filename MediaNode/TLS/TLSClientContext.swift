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
}

/// What all client sessions of one identity share: TLS 1.3 only, a certificate of our own, the
/// peer verified against the private authority and nothing else.
///
/// `@unchecked Sendable`: set up in `init` and never changed; OpenSSL counts its references
/// atomically.
public final class TLSClientContext: @unchecked Sendable {
  private let context: OpaquePointer

  /// Reads the identity's files. `protocols` are offered by ALPN (RFC 7301), best first.
  public init(identity: TLSIdentity, protocols: [String]) throws(OpenSSLError) {
    guard let context = SSL_CTX_new(TLS_client_method()) else {
      throw .last(doing: "making a TLS context")
    }
    self.context = context
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    try check(shim_SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION), "asking for TLS 1.3")
    try load(identity)
    let offer = protocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
    // The one function of OpenSSL that answers 0 for success.
    let refused = SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count))
    try check(refused == 0 ? 1 : 0, "offering \(protocols) by ALPN")
  }

  deinit { SSL_CTX_free(context) }

  private func load(_ identity: TLSIdentity) throws(OpenSSLError) {
    try check(
      SSL_CTX_use_certificate_chain_file(context, identity.certificate),
      "loading the certificate \(identity.certificate)")
    try check(
      SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM),
      "loading the key \(identity.key)")
    try check(
      SSL_CTX_check_private_key(context),
      "matching the key \(identity.key) with the certificate \(identity.certificate)")
    try check(
      SSL_CTX_load_verify_locations(context, identity.authority, nil),
      "loading the authority \(identity.authority)")
  }

  private func check(_ result: Int32, _ doing: String) throws(OpenSSLError) {
    guard result == 1 else { throw .last(doing: doing) }
  }

  /// A new session that goes on only with `peer` at the other end.
  public func session(with peer: TLSPeer) throws(OpenSSLError) -> TLSClientSession {
    guard let session = SSL_new(context) else { throw .last(doing: "making a TLS session") }
    return try TLSClientSession(adopting: session, peer: peer)
  }
}
