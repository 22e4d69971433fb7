import NodeContract

/// Makes nonces and knows them again without keeping them: 8 bytes of the boot clock, no two
/// alike, and 16 bytes of HMAC over them, the source address and the realm.
struct NonceMint: Sendable {
  private let secret: [UInt8]
  private let hashing: any Hashing
  private var latest = BootInstant(nanoseconds: 0)

  init(secret: [UInt8], hashing: any Hashing) {
    self.secret = secret
    self.hashing = hashing
  }

  /// A new nonce for requests from this address in this realm: 48 hexadecimal digits.
  mutating func make(for source: IPAddress, realm: String, at now: BootInstant) -> String {
    latest = max(now, latest.advanced(by: .nanoseconds(1)))
    let instant = bytes(of: latest)
    return (instant + seal(instant, source: source, realm: realm)).hexadecimal
  }

  /// When a nonce was made; nil when it is none of ours, or for another address or realm.
  func issue(of nonce: String, from source: IPAddress, realm: String) -> BootInstant? {
    guard nonce.utf8.count == 48, let all = bytes(of: nonce) else { return nil }
    guard isEqual(Array(all[8...]), seal(Array(all[..<8]), source: source, realm: realm)) else {
      return nil
    }
    let number = all[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return BootInstant(nanoseconds: Int64(bitPattern: number))
  }

  private func seal(_ instant: [UInt8], source: IPAddress, realm: String) -> [UInt8] {
    Array(hashing.hmacSHA256(key: secret, instant + "\(source) \(realm)".utf8).prefix(16))
  }

  private func bytes(of instant: BootInstant) -> [UInt8] {
    let number = UInt64(bitPattern: instant.nanoseconds)
    return stride(from: 56, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: number >> UInt64($0))
    }
  }

  private func bytes(of digits: String) -> [UInt8]? {
    let values = digits.utf8.compactMap(\.hexadecimalValue)
    guard values.count == digits.utf8.count, values.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }
}

/// Compares without telling by its duration where the difference is.
func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
