import SIP

/// What nobody else can know of one leg: our keys for each suite, and our password for connectivity
/// checks. Lasts as long as the leg, so that an offer says the same as the one before.
struct MediaSecret: Hashable, Sendable, CustomStringConvertible {
  static let length = 160
  private static let keyBytes = CryptoSuite.allCases.reduce(0) { $0 + $1.keyLength }

  let bytes: [UInt8]
  /// Of the certificate that we show in handshakes; nil: we make none.
  var fingerprint: CertificateFingerprint?

  /// Nil when the bytes are too few or too many.
  init?(_ bytes: [UInt8], fingerprint: CertificateFingerprint?) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = bytes
    self.fingerprint = fingerprint
  }

  init(
    using random: inout some RandomNumberGenerator, fingerprint: CertificateFingerprint?
  ) {
    bytes = (0..<Self.length / 8).flatMap { _ in
      withUnsafeBytes(of: random.next()) { Array($0) }
    }
    self.fingerprint = fingerprint
  }

  /// A key of its own for each suite, so that none protects in two ways.
  func key(for suite: CryptoSuite) -> MediaKey? {
    let start = CryptoSuite.allCases.prefix { $0 != suite }.reduce(0) { $0 + $1.keyLength }
    return MediaKey(suite, Array(bytes[start..<start + suite.keyLength]))
  }

  /// - Parameter generation: grows with each restart of the party's (RFC 8445 section 9).
  func credentials(_ generation: UInt8) -> ConnectivityCredentials? {
    let rest = bytes[Self.keyBytes...]
    let suffix = Self.text(of: [generation])
    return ConnectivityCredentials(
      fragment: Self.text(of: rest.prefix(4)) + suffix,
      password: Self.text(of: rest.dropFirst(4)) + suffix)
  }

  private static func text(of bytes: some Sequence<UInt8>) -> String {
    let letters = Array("ABCDEFGHIJKLMNOP")
    return String(bytes.flatMap { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] })
  }

  var description: String { "a leg's secret" }
}
