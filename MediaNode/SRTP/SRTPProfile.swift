/// How a stream is encrypted and proven (RFC 3711, RFC 7714).
public enum SRTPProfile: UInt8, Hashable, Sendable, CaseIterable {
  case aesCounter128HMAC80 = 1
  case aesCounter128HMAC32 = 2
  case aesGCM128 = 7
  case aesGCM256 = 8

  /// Bytes of the master key and the master salt that follows it.
  public var keyLength: Int {
    switch self {
    case .aesCounter128HMAC80, .aesCounter128HMAC32: 16 + 14
    case .aesGCM128: 16 + 12
    case .aesGCM256: 32 + 12
    }
  }

  /// As `a=crypto` names it (RFC 4568 section 6.2, RFC 7714 section 14.2).
  public var name: String {
    switch self {
    case .aesCounter128HMAC80: "AES_CM_128_HMAC_SHA1_80"
    case .aesCounter128HMAC32: "AES_CM_128_HMAC_SHA1_32"
    case .aesGCM128: "AEAD_AES_128_GCM"
    case .aesGCM256: "AEAD_AES_256_GCM"
    }
  }
}

/// What one direction of a stream is protected with. Never printed: it has no text.
public struct SRTPKey: Hashable, Sendable, CustomStringConvertible {
  public let profile: SRTPProfile
  /// Master key and master salt.
  public let bytes: [UInt8]

  /// Nil when the bytes are too few or too many for the profile.
  public init?(_ profile: SRTPProfile, _ bytes: [UInt8]) {
    guard bytes.count == profile.keyLength else { return nil }
    self.profile = profile
    self.bytes = bytes
  }

  public var description: String { "a key for \(profile.name)" }
}

/// Why a packet or a key was not taken.
public enum SRTPError: Error, Hashable, Sendable {
  /// Not made with the key, or changed on its way.
  case unproven
  /// Seen before, or too old to tell.
  case replayed
  /// Not a packet at all, or no room left for the proof.
  case malformed
  /// The library's own words; a mistake of ours.
  case failed(UInt32)
}
