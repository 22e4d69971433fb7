import SIP

/// What we say that we can.
enum Capabilities {
  static let methods: [SIPMethod] = [
    .invite, .ack, .cancel, .bye, .options, .info, .update, .register,
  ]
  static let allow = methods.map(\.rawValue).joined(separator: ", ")
  static let accept = "application/sdp"
  /// Option tags that a REGISTER may require (RFC 3327, RFC 5626).
  static let extensionsOfRegistration: Set<String> = ["path", "outbound"]

  /// Methods that exist, whether we serve them or not: the difference between 405 and 501.
  static let knownMethods: Set<String> =
    Set(methods.map(\.rawValue))
    .union(["PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE", "REFER"])
}
