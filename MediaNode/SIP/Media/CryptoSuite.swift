/// How SRTP encrypts and proves packets, as `a=crypto` names it (RFC 4568 section 6.2, RFC 7714
/// section 14.2).
public enum CryptoSuite: String, Hashable, Sendable, CaseIterable {
  case aesCounter128HMAC80 = "AES_CM_128_HMAC_SHA1_80"
  case aesGCM256 = "AEAD_AES_256_GCM"
  case aesGCM128 = "AEAD_AES_128_GCM"
  case aesCounter128HMAC32 = "AES_CM_128_HMAC_SHA1_32"

  /// Bytes of the master key and the master salt behind it.
  public var keyLength: Int {
    switch self {
    case .aesCounter128HMAC80, .aesCounter128HMAC32: 16 + 14
    case .aesGCM256: 32 + 12
    case .aesGCM128: 16 + 12
    }
  }
}

/// What one direction of a medium is protected with. Has no text that tells the key.
public struct MediaKey: Hashable, Sendable, CustomStringConvertible {
  public let suite: CryptoSuite
  /// Master key and master salt.
  public let bytes: [UInt8]

  /// Nil when the bytes are too few or too many for the suite.
  public init?(_ suite: CryptoSuite, _ bytes: [UInt8]) {
    guard bytes.count == suite.keyLength else { return nil }
    self.suite = suite
    self.bytes = bytes
  }

  public var description: String { "a key for \(suite.rawValue)" }
}
