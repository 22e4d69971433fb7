import SIP

/// What we say that we can.
enum Capabilities {
  static let methods: [SIPMethod] = [
    .invite, .ack, .cancel, .bye, .options, .info, .update, .register, .subscribe, .notify,
    .message, .refer, .prack,
  ]
  static let allow = methods.map(\.rawValue).joined(separator: ", ")
  static let accept = "application/sdp"
  /// Whatever a message between extensions may be (RFC 3428 section 8).
  static let acceptedMessages = "text/plain"
  /// Event packages that may be subscribed to.
  static let events = EventPackage.allCases.map(\.rawValue).joined(separator: ", ")
  /// Option tags of ours (RFC 3261 section 20.37).
  static let supported = "path, outbound, replaces, timer, norefersub"
  /// The same with reliable provisional responses (RFC 3262), which are for INVITEs with an offer.
  static let supportedOfInvite = supported + ", 100rel"
  /// What an answer to OPTIONS says beside Allow.
  static let fields = [
    HeaderField("Accept", "\(accept), \(acceptedMessages)"),
    HeaderField("Supported", supportedOfInvite),
    HeaderField("Allow-Events", events),
  ]

  /// Option tags that a request may require: RFC 3327 and RFC 5626 of a REGISTER, RFC 3262,
  /// RFC 3891 and RFC 4028 of an INVITE, RFC 4488 of a REFER.
  static func extensions(of method: SIPMethod) -> Set<String> {
    switch method {
    case .register: ["path", "outbound"]
    case .invite: ["replaces", "timer", "100rel"]
    case .update: ["timer"]
    case .refer: ["norefersub"]
    default: []
    }
  }

  /// Methods that exist, whether we serve them or not: the difference between 405 and 501.
  static let knownMethods: Set<String> =
    Set(methods.map(\.rawValue))
    .union(["PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE", "REFER"])
}
