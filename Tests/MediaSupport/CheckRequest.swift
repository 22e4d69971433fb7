import TLS

/// A connectivity check as a browser or phone makes it (RFC 8445 section 7.2.2, RFC 8489).
public struct CheckRequest {
  public let bytes: [UInt8]

  /// `priority` is the first byte of it; `others` are attributes of any kind.
  public init(
    user: String, password: String, isNominating: Bool = false, priority: UInt8 = 0x6E,
    transaction: [UInt8] = (0..<12).map { _ in .random(in: 0...255) }, others: [UInt8] = []
  ) {
    let name = Array(user.utf8)
    let padding = [UInt8](repeating: 0, count: (4 - name.count % 4) % 4)
    var attributes: [UInt8] = [0, 6, 0, UInt8(name.count)] + name + padding
    attributes += [0, 0x24, 0, 4, priority, 0, 1, 0xFF] + (isNominating ? [0, 0x25, 0, 0] : [])
    var message: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42]
    message += transaction + attributes + others
    message[3] = UInt8(message.count - 20 + 24)
    let proof = message.withUnsafeBytes {
      OpenSSLHashing.hmacSHA1(key: Array(password.utf8), $0)
    }
    message += [0, 8, 0, 20] + proof
    message[3] = UInt8(message.count - 20 + 8)
    let sum = Self.checksum(of: message) ^ 0x5354_554E
    bytes = message + [0x80, 0x28, 0, 4] + withUnsafeBytes(of: sum.bigEndian) { Array($0) }
  }

  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB8_8320 }
    }
    return ~sum
  }
}
