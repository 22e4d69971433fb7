/// The third word of an `m=` line: what lies beneath the audio.
public enum MediaProfile: String, Hashable, Sendable, CaseIterable {
  /// RFC 3551
  case plain = "RTP/AVP"
  /// RFC 4585
  case plainWithFeedback = "RTP/AVPF"
  /// RFC 3711
  case secure = "RTP/SAVP"
  /// RFC 5124
  case secureWithFeedback = "RTP/SAVPF"
  /// RFC 5764
  case handshake = "UDP/TLS/RTP/SAVP"
  case handshakeWithFeedback = "UDP/TLS/RTP/SAVPF"

  /// Whether media in the clear would break the promise.
  public var isSecure: Bool { self != .plain && self != .plainWithFeedback }
}

/// How one end of a stream is known to the other's connectivity checks (RFC 8839 section 5.4).
public struct ConnectivityCredentials: Hashable, Sendable, CustomStringConvertible {
  public static let (fragmentName, passwordName) = ("ice-ufrag", "ice-pwd")

  public let fragment: String
  public let password: String

  /// Nil for what the grammar forbids, and for what is so long that it serves nobody.
  public init?(fragment: String, password: String) {
    guard (4...256).contains(fragment.utf8.count), (22...256).contains(password.utf8.count),
      (fragment + password).utf8.allSatisfy(Self.isAllowed)
    else { return nil }
    self.fragment = fragment
    self.password = password
  }

  private static func isAllowed(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
      true
    default: false
    }
  }

  public var attributes: [SessionAttribute] {
    [
      SessionAttribute(Self.fragmentName, fragment), SessionAttribute(Self.passwordName, password),
    ]
  }

  /// Without the password.
  public var description: String { fragment }
}
