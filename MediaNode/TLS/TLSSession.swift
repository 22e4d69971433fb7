internal import COpenSSL
internal import COpenSSLShim
internal import NodeContract

/// One side of one TLS connection, without a socket: bytes of the network go in and come out, and so
/// do the application's. Whoever owns the socket moves them; one thread at a time.
public final class TLSSession {
  private let session: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer

  /// The SIP domain that the peer's certificate must name.
  private var expectedDomain: String?

  /// The handshake is done and the peer is who it should be, where that was asked for.
  public private(set) var isEstablished = false
  /// The peer closed its direction.
  public private(set) var isClosedByPeer = false

  /// The client's side, which goes on only with `peer` at the other end.
  convenience init(adopting session: OpaquePointer, peer: TLSPeer) throws(OpenSSLError) {
    try self.init(adopting: session)
    SSL_set_connect_state(session)
    try expect(peer)
  }

  /// The server's side.
  convenience init(accepting session: OpaquePointer) throws(OpenSSLError) {
    try self.init(adopting: session)
    SSL_set_accept_state(session)
  }

  /// Owns `session` from here on, and through it both BIOs.
  private init(adopting session: OpaquePointer) throws(OpenSSLError) {
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(session)
      throw .last(doing: "making a TLS session's buffers")
    }
    SSL_set_bio(session, incoming, outgoing)
    (self.session, self.incoming, self.outgoing) = (session, incoming, outgoing)
    shim_BIO_wait_when_empty(incoming)
    shim_SSL_set_flexible_writes(session)
  }

  deinit { SSL_free(session) }

  private func expect(_ peer: TLSPeer) throws(OpenSSLError) {
    let done =
      switch peer {
      case .name(let name):
        SSL_set1_host(session, name) & shim_SSL_set_tlsext_host_name(session, name)
      case .domain(let domain): shim_SSL_set_tlsext_host_name(session, domain)
      case .address(let address):
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address.description)
      }
    guard done == 1 else { throw .last(doing: "expecting \(peer) at the other end") }
    if case .domain(let domain) = peer { expectedDomain = domain.lowercased() }
  }

  /// What ALPN agreed on; nil before the handshake, or when the peer chose nothing.
  public var selectedProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(session, &name, &length)
    return name.map {
      String(decoding: UnsafeBufferPointer(start: $0, count: Int(length)), as: UTF8.self)
    }
  }

  /// The names of the peer's certificate that were verified: DNS names and URIs of its subject's
  /// alternatives. Empty where it showed none.
  public var verifiedPeerNames: [String] {
    isEstablished ? peerNames : []
  }

  private var peerNames: [String] {
    guard let certificate = SSL_get1_peer_certificate(session) else { return [] }
    defer { X509_free(certificate) }
    guard SSL_get_verify_result(session) == Int(X509_V_OK) else { return [] }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = shim_X509_alternative_names(certificate, &buffer, Int32(buffer.count))
    let text = String(
      decoding: buffer.prefix(Int(max(0, length))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }

  /// Bytes that came from the network. Read and write afterwards: they move on by these.
  public func receive(_ ciphertext: UnsafeRawBufferPointer) throws(OpenSSLError) {
    guard !ciphertext.isEmpty else { return }
    let taken = BIO_write(incoming, ciphertext.baseAddress, Int32(clamping: ciphertext.count))
    guard taken == Int32(ciphertext.count) else { throw .last(doing: "buffering received bytes") }
  }

  /// Goes on with the handshake as far as the received bytes allow.
  public func shakeHands() throws(OpenSSLError) {
    guard !isEstablished else { return }
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    if result == 1 {
      try expectDomain()
      isEstablished = true
    } else if try isWaiting(after: result, doing: "TLS handshake") == false {
      throw OpenSSLError(doing: "TLS handshake: the peer hung up", reasons: [])
    }
  }

  private func expectDomain() throws(OpenSSLError) {
    guard let expectedDomain else { return }
    let names = peerNames.map { $0.lowercased() }
    guard names.contains(expectedDomain) || names.contains("sip:\(expectedDomain)") else {
      throw OpenSSLError(
        doing: "TLS handshake", reasons: ["the certificate does not name \(expectedDomain)"])
    }
  }

  /// The next decrypted bytes into `buffer`; 0 when there are none yet, or no more at all once
  /// `isClosedByPeer`.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) -> Int {
    ERR_clear_error()
    let count = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
    if count > 0 { return Int(count) }
    if try !isWaiting(after: count, doing: "TLS read") { isClosedByPeer = true }
    return 0
  }

  /// Encrypts `plaintext`. Takes all of it: what comes out waits for `takeOutput`. Only once the
  /// session is established.
  public func write(_ plaintext: [UInt8]) throws(OpenSSLError) {
    precondition(isEstablished, "a TLS session writes only after its handshake")
    var rest = plaintext[...]
    while !rest.isEmpty {
      ERR_clear_error()
      let taken = rest.withUnsafeBytes {
        SSL_write(session, $0.baseAddress, Int32(clamping: $0.count))
      }
      guard taken > 0 else { throw .last(doing: "TLS write") }
      rest = rest.dropFirst(Int(taken))
    }
  }

  /// Says goodbye; what comes out is to be sent before the connection is closed.
  public func close() {
    ERR_clear_error()
    if isEstablished { SSL_shutdown(session) }
    ERR_clear_error()
  }

  /// Bytes for the network, all that there are.
  public func takeOutput() -> [UInt8] { everythingWaiting(in: outgoing) }

  /// Whether an unsuccessful call only wants more bytes from the network; false: the peer closed.
  private func isWaiting(after result: Int32, doing: String) throws(OpenSSLError) -> Bool {
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return true
    case SSL_ERROR_ZERO_RETURN: return false
    default: throw failure(doing)
    }
  }

  private func failure(_ doing: String) -> OpenSSLError {
    let verdict = SSL_get_verify_result(session)
    let error = OpenSSLError.last(doing: doing)
    guard verdict != Int(X509_V_OK) else { return error }
    let reason = String(cString: X509_verify_cert_error_string(verdict))
    return OpenSSLError(doing: doing, reasons: error.reasons + [reason])
  }
}
