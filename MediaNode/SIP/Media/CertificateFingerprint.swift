/// The hash of a certificate, as `a=fingerprint` tells it (RFC 8122 section 5): whoever shows this
/// certificate in the media is who signalled.
public struct CertificateFingerprint: Hashable, Sendable, CustomStringConvertible {
  public enum Algorithm: String, Hashable, Sendable, CaseIterable {
    case sha512 = "sha-512"
    case sha384 = "sha-384"
    case sha256 = "sha-256"
    /// Still told by old phones; nobody can make a second certificate of a given SHA-1.
    case sha1 = "sha-1"

    public var length: Int {
      switch self {
      case .sha512: 64
      case .sha384: 48
      case .sha256: 32
      case .sha1: 20
      }
    }
  }

  public static let name = "fingerprint"

  public let algorithm: Algorithm
  public let bytes: [UInt8]

  /// Nil when the bytes are too few or too many.
  public init?(_ algorithm: Algorithm, _ bytes: [UInt8]) {
    guard bytes.count == algorithm.length else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }

  public init?(_ attribute: SessionAttribute) {
    guard attribute.name == Self.name, let value = attribute.value else { return nil }
    let parts = value.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()),
      parts[1].utf8.count == 3 * algorithm.length - 1
    else { return nil }
    let pairs = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    let bytes = pairs.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
    guard bytes.count == pairs.count else { return nil }
    self.init(algorithm, bytes)
  }

  public var attribute: SessionAttribute { SessionAttribute(Self.name, description) }

  public var description: String {
    let digits = Array("0123456789ABCDEF")
    let pairs = bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
    return "\(algorithm.rawValue) \(pairs.joined(separator: ":"))"
  }
}

/// Who begins the handshake (RFC 4145 section 4, RFC 5763 section 5).
public enum HandshakeRole: String, Hashable, Sendable, CaseIterable {
  case active, passive
  /// In an offer: the answer decides.
  case either = "actpass"

  public static let name = "setup"
}
