/// What the pure targets need of a cryptographic library; each half's edge supplies one.
public protocol Hashing: Sendable {
  /// RFC 1321, for phones whose digest knows nothing better; 16 bytes.
  func md5(_ message: [UInt8]) -> [UInt8]
  /// FIPS 180-4; 32 bytes.
  func sha256(_ message: [UInt8]) -> [UInt8]
  /// RFC 2104 with SHA-256; 32 bytes.
  func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8]
}
