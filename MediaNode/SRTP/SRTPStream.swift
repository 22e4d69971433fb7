import CLibSRTP
import Synchronization

/// One direction of a protected stream: RTP and RTCP under one key. Owned by one thread at a time.
///
/// The rollover counter (RFC 3711 section 3.3.1) counts how often sequence numbers began again. Nobody
/// sends it: whoever carries a stream on must have been told. SRTCP's index travels in each packet; who
/// carries a stream on leaps over the numbers that its predecessor may have used.
public final class SRTPStream {
  public enum Direction: Sendable { case inbound, outbound }

  /// Room that a packet needs behind it to be protected.
  public static let overhead = Int(SRTP_MAX_TRAILER_LEN) + 4

  private let session: srtp_t
  public let direction: Direction
  public let key: SRTPKey

  public init(_ direction: Direction, _ key: SRTPKey) throws(SRTPError) {
    try SRTPLibrary.start()
    self.direction = direction
    self.key = key
    session = try Self.make(key, direction)
  }

  deinit { srtp_dealloc(session) }

  /// The stream's rollover counter; nil before its first packet.
  public func rollover(of ssrc: UInt32) -> UInt32? {
    var counter: UInt32 = 0
    guard srtp_get_stream_roc(session, ssrc, &counter) == srtp_err_status_ok else { return nil }
    return counter
  }

  /// Protects the first `count` bytes, which is one RTP packet; returns its new length.
  public func protect(_ packet: UnsafeMutableRawBufferPointer, count: Int) throws(SRTPError) -> Int
  {
    try change(packet, count, room: Self.overhead, srtp_protect)
  }

  /// Proves and opens the first `count` bytes, which is one RTP packet; returns its new length.
  public func unprotect(
    _ packet: UnsafeMutableRawBufferPointer, count: Int
  ) throws(SRTPError) -> Int {
    try change(packet, count, room: 0, srtp_unprotect)
  }

  public func protectControl(
    _ packet: UnsafeMutableRawBufferPointer, count: Int
  ) throws(SRTPError) -> Int {
    try change(packet, count, room: Self.overhead, srtp_protect_rtcp)
  }

  public func unprotectControl(
    _ packet: UnsafeMutableRawBufferPointer, count: Int
  ) throws(SRTPError) -> Int {
    try change(packet, count, room: 0, srtp_unprotect_rtcp)
  }

  private typealias Change = (
    srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?
  ) -> srtp_err_status_t

  private func change(
    _ packet: UnsafeMutableRawBufferPointer, _ count: Int, room: Int, _ change: Change
  ) throws(SRTPError) -> Int {
    guard count > 0, count + room <= packet.count, var length = Int32(exactly: count) else {
      throw .malformed
    }
    try check(change(session, packet.baseAddress, &length))
    return Int(length)
  }

  // MARK: - Keys

  private static func make(_ key: SRTPKey, _ direction: Direction) throws(SRTPError) -> srtp_t {
    var session: srtp_t?
    let status = withPolicy(key, direction) { srtp_create(&session, $0) }
    try check(status)
    guard let session else { throw .failed(srtp_err_status_init_fail.rawValue) }
    return session
  }

  /// The stream goes on with this rollover counter: one of its own for this SSRC, because only such a
  /// one takes a counter.
  public func carryOn(_ ssrc: UInt32, at counter: UInt32) throws(SRTPError) {
    try check(
      Self.withPolicy(key, direction, ssrc: ssrc) { srtp_add_stream(session, $0) })
    try check(srtp_set_stream_roc(session, ssrc, counter))
  }

  /// The stream is as if it had never been.
  public func forget(_ ssrc: UInt32) { srtp_remove_stream(session, ssrc.bigEndian) }

  private static func withPolicy(
    _ key: SRTPKey, _ direction: Direction, ssrc: UInt32? = nil,
    _ body: (UnsafePointer<srtp_policy_t>) -> srtp_err_status_t
  ) -> srtp_err_status_t {
    var policy = srtp_policy_t()
    key.profile.set(&policy)
    policy.ssrc.type = ssrc == nil ? direction.anySource : ssrc_specific
    policy.ssrc.value = ssrc ?? 0
    policy.window_size = 1_024
    // Two payloads under one number would give both away (RFC 3711 section 9.1): a party on the open
    // side that repeats a number is not heard twice.
    policy.allow_repeat_tx = 0
    var bytes = key.bytes
    return bytes.withUnsafeMutableBufferPointer { bytes in
      policy.key = bytes.baseAddress
      return body(&policy)
    }
  }
}

private func check(_ status: srtp_err_status_t) throws(SRTPError) {
  switch status {
  case srtp_err_status_ok: break
  case srtp_err_status_auth_fail: throw .unproven
  case srtp_err_status_replay_fail, srtp_err_status_replay_old: throw .replayed
  case srtp_err_status_bad_param, srtp_err_status_parse_err: throw .malformed
  default: throw .failed(status.rawValue)
  }
}

extension SRTPStream.Direction {
  fileprivate var anySource: srtp_ssrc_type_t {
    self == .inbound ? ssrc_any_inbound : ssrc_any_outbound
  }
}

extension SRTPProfile {
  /// RTCP is always proven by 80 bits, also where RTP is by 32 (RFC 4568 section 6.2.2).
  fileprivate func set(_ policy: inout srtp_policy_t) {
    switch self {
    case .aesCounter128HMAC80:
      srtp_crypto_policy_set_rtp_default(&policy.rtp)
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
    case .aesCounter128HMAC32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp)
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
    case .aesGCM128:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
    case .aesGCM256:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp)
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp)
    }
  }
}

/// The library's own tables, made once for the process.
private enum SRTPLibrary {
  private static let status = srtp_init()

  static func start() throws(SRTPError) { try check(status) }
}
