internal import COpenSSL
internal import COpenSSLShim

/// Who we are for peers that connect to us by TLS: paths of PEM files.
public struct TLSServerIdentity: Hashable, Sendable {
  /// Our certificate, followed by those between it and its authority's. Its names tell which peers
  /// get it.
  public var certificate: String
  public var key: String

  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}

/// What all sessions share that peers open with us: TLS 1.2 at least, no renegotiation, the
/// certificate by the name that the peer asks for (RFC 6066 section 3).
///
/// `@unchecked Sendable`: set up in `init` and never changed; OpenSSL counts its references
/// atomically.
public final class TLSServerContext: @unchecked Sendable {
  /// In the order of the identities; the first is for peers that name nobody we know.
  private let contexts: [OpaquePointer]

  /// Reads the files. Peers may show a certificate of `clientAuthority`'s, and who shows another is
  /// refused; nil: nobody is asked.
  public init(_ identities: [TLSServerIdentity], clientAuthority: String? = nil)
    throws(OpenSSLError)
  {
    precondition(!identities.isEmpty, "a TLS server has a certificate")
    var made: [OpaquePointer] = []
    do throws(OpenSSLError) {
      for identity in identities { made.append(try Self.make(identity, clientAuthority)) }
    } catch {
      for context in made { SSL_CTX_free(context) }
      throw error
    }
    contexts = made
    for other in made.dropFirst() { shim_SSL_CTX_offer_by_name(made[0], other) }
  }

  deinit { for context in contexts { SSL_CTX_free(context) } }

  private static func make(_ identity: TLSServerIdentity, _ authority: String?)
    throws(OpenSSLError) -> OpaquePointer
  {
    guard let context = SSL_CTX_new(TLS_server_method()) else {
      throw .last(doing: "making a TLS context")
    }
    do throws(OpenSSLError) {
      try check(
        shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), "asking for a TLS version")
      shim_SSL_CTX_serve(context)
      try context.load(certificate: identity.certificate, key: identity.key)
      if let authority {
        try context.trust(authority)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
      }
    } catch {
      SSL_CTX_free(context)
      throw error
    }
    return context
  }

  /// A new session with whoever connected.
  public func session() throws(OpenSSLError) -> TLSSession {
    guard let session = SSL_new(contexts[0]) else { throw .last(doing: "making a TLS session") }
    return try TLSSession(accepting: session)
  }
}
