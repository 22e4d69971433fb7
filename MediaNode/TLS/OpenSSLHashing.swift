internal import COpenSSL
public import NodeContract

/// Digests and keyed hashes by OpenSSL.
public struct OpenSSLHashing: Hashing {
  public init() {}

  public func md5(_ message: [UInt8]) -> [UInt8] { Self.digest(message, EVP_md5()) }

  public func sha256(_ message: [UInt8]) -> [UInt8] { Self.digest(message, EVP_sha256()) }

  /// HMAC (RFC 2104) with SHA-256.
  public func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    let context = KeyedContexts.shared.copy(keyedWith: key)
    defer { EVP_MAC_CTX_free(context) }
    var result = [UInt8](repeating: 0, count: 32)
    let done =
      EVP_MAC_update(context, message, message.count) == 1
      && EVP_MAC_final(context, &result, nil, result.count) == 1
    precondition(done, "HMAC-SHA256: \(OpenSSLError.last(doing: "keyed hash"))")
    return result
  }

  /// HMAC-SHA1 (RFC 2104), as STUN proves its messages.
  public static func hmacSHA1(key: [UInt8], _ message: UnsafeRawBufferPointer) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 20)
    let keyBytes = key.isEmpty ? [0] : key
    let done = HMAC(
      EVP_sha1(), keyBytes, Int32(key.count),
      message.baseAddress?.assumingMemoryBound(to: UInt8.self),
      message.count, &result, nil)
    precondition(done != nil, "HMAC-SHA1: \(OpenSSLError.last(doing: "keyed hash"))")
    return result
  }

  private static func digest(_ message: [UInt8], _ algorithm: OpaquePointer?) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let done = EVP_Digest(message, message.count, &result, &length, algorithm, nil)
    precondition(done == 1, "\(OpenSSLError.last(doing: "hash"))")
    return Array(result.prefix(Int(length)))
  }
}
