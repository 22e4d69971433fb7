/// A request's method (RFC 3261 section 7.1); case-sensitive.
public struct SIPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  public static let invite = SIPMethod(rawValue: "INVITE")
  public static let ack = SIPMethod(rawValue: "ACK")
  public static let bye = SIPMethod(rawValue: "BYE")
  public static let cancel = SIPMethod(rawValue: "CANCEL")
  public static let options = SIPMethod(rawValue: "OPTIONS")
  public static let register = SIPMethod(rawValue: "REGISTER")
  public static let info = SIPMethod(rawValue: "INFO")
  public static let update = SIPMethod(rawValue: "UPDATE")
  public static let prack = SIPMethod(rawValue: "PRACK")
  public static let subscribe = SIPMethod(rawValue: "SUBSCRIBE")
  public static let notify = SIPMethod(rawValue: "NOTIFY")
  public static let refer = SIPMethod(rawValue: "REFER")
  public static let message = SIPMethod(rawValue: "MESSAGE")

  /// INVITE and UPDATE: they may carry an offer, and refresh a session (RFC 3311, RFC 4028).
  public var isOffering: Bool { self == .invite || self == .update }

  /// Whether its Contact is where the peer wants our requests from now on (RFC 5057 section 5.4).
  var refreshesTarget: Bool {
    [.invite, .update, .subscribe, .notify, .refer].contains(self)
  }
}
