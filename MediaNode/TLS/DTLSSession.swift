internal import COpenSSL
internal import COpenSSLShim

/// What a handshake brought for SRTP (RFC 5764 section 4.2), from our end.
public struct DTLSKeyMaterial: Hashable, Sendable {
  /// The number of the profile: RFC 5764 section 4.1.2.
  public let profile: UInt8
  /// Master key and master salt of what the peer sends, and of what we send.
  public let inbound: [UInt8]
  public let outbound: [UInt8]
}

/// One end of one handshake of DTLS, without a socket: datagrams go in and come out. One thread at a
/// time.
public final class DTLSSession {
  private let session: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  private let isClient: Bool
  public private(set) var isEstablished = false

  /// Fits every path that voice travels on.
  private static let longestDatagram = 1_200
  /// Of a record (RFC 6347 section 4.1).
  private static let recordHeader = 13

  /// Owns `session` from here on, and through it both BIOs.
  init(adopting session: OpaquePointer, asClient isClient: Bool) throws(OpenSSLError) {
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(session)
      throw .last(doing: "making a DTLS session's buffers")
    }
    SSL_set_bio(session, incoming, outgoing)
    (self.session, self.incoming, self.outgoing) = (session, incoming, outgoing)
    self.isClient = isClient
    shim_BIO_wait_when_empty(incoming)
    shim_SSL_set_mtu(session, Int32(Self.longestDatagram))
    if isClient { SSL_set_connect_state(session) } else { SSL_set_accept_state(session) }
  }

  deinit { SSL_free(session) }

  /// Goes on by one datagram of the peer; by none to begin.
  public func advance(by datagram: [UInt8] = []) throws(OpenSSLError) {
    ERR_clear_error()
    if !datagram.isEmpty {
      guard BIO_write(incoming, datagram, Int32(clamping: datagram.count)) > 0 else {
        throw .last(doing: "buffering a datagram")
      }
    }
    guard !isEstablished else { return readOn() }
    let result = SSL_do_handshake(session)
    if result == 1 {
      isEstablished = true
    } else {
      let reason = SSL_get_error(session, result)
      guard reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE else {
        throw .last(doing: "DTLS handshake")
      }
    }
  }

  /// A peer that missed our last flight repeats its own, which is answered by ours again.
  private func readOn() {
    var byte: UInt8 = 0
    for _ in 0..<4 where SSL_read(session, &byte, 1) <= 0 { break }
    ERR_clear_error()
  }

  /// When the last flight is to be sent again unless the peer answers; nil: it is not.
  public var repeatsAfter: Duration? {
    let left = shim_DTLS_timeout(session)
    return left < 0 ? nil : .microseconds(left)
  }

  /// Throws when that was done often enough.
  public func repeatFlight() throws(OpenSSLError) {
    ERR_clear_error()
    guard shim_DTLS_repeat(session) >= 0 else { throw .last(doing: "repeating a DTLS flight") }
  }

  /// Datagrams for the peer, all that there are: whole records, as many as fit.
  public func takeOutput() -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    var rest = everythingWaiting(in: outgoing)[...]
    while rest.count >= Self.recordHeader {
      let start = rest.startIndex
      let length = Self.recordHeader + (Int(rest[start + 11]) << 8 | Int(rest[start + 12]))
      let record = rest.prefix(length)
      rest = rest.dropFirst(length)
      if let last = datagrams.last, last.count + record.count <= Self.longestDatagram {
        datagrams[datagrams.count - 1] += record
      } else {
        datagrams.append(Array(record))
      }
    }
    return datagrams
  }

  // MARK: - Once it is established

  /// Whether the peer showed the certificate of one of these hashes.
  public func peerShows(oneOf hashes: [CertificateHash]) -> Bool {
    guard isEstablished, let certificate = SSL_get1_peer_certificate(session) else { return false }
    defer { X509_free(certificate) }
    return hashes.contains { expected in
      !expected.bytes.isEmpty
        && CertificateHash(expected.algorithm, of: certificate).bytes == expected.bytes
    }
  }

  /// Nil when the peer wants no SRTP, or none that we know.
  public func keyMaterial() -> DTLSKeyMaterial? {
    guard isEstablished, let profile = SSL_get_selected_srtp_profile(session)?.pointee.id,
      let (key, salt) = Self.lengths(of: profile)
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 2 * (key + salt))
    let label = "EXTRACTOR-dtls_srtp"
    let done = SSL_export_keying_material(
      session, &bytes, bytes.count, label, label.utf8.count, nil, 0, 0)
    guard done == 1 else { return nil }
    let salts = bytes[(2 * key)...]
    let client = Array(bytes[..<key] + salts.prefix(salt))
    let server = Array(bytes[key..<2 * key] + salts.dropFirst(salt))
    return DTLSKeyMaterial(
      profile: UInt8(truncatingIfNeeded: profile), inbound: isClient ? server : client,
      outbound: isClient ? client : server)
  }

  private static func lengths(of profile: UInt) -> (key: Int, salt: Int)? {
    switch profile {
    case 1, 2: (16, 14)
    case 7: (16, 12)
    case 8: (32, 12)
    default: nil
    }
  }
}
