import Crypto
public import NodeContract

/// Digests and keyed hashes by swift-crypto.
public struct CryptoHashing: Hashing {
  public init() {}

  public func md5(_ message: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: message)) }

  public func sha256(_ message: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: message)) }

  public func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    Array(
      HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }
}
