import CLibOSIP2
import NodeContract
import SIP

extension SessionDescription {
  /// The description as a body of `application/sdp` (RFC 8866).
  func printed() -> [UInt8] {
    let session = OwnedSession()
    add(to: session.pointer)
    var text: UnsafeMutablePointer<CChar>?
    guard sdp_message_to_str(session.pointer, &text) == 0 else { return [] }
    return Array(taken(text).utf8)
  }

  private func add(to session: UnsafeMutablePointer<sdp_message_t>) {
    sdp_message_v_version_set(session, owned("0"))
    sdp_message_o_origin_set(
      session, line(origin.user), owned(String(origin.sessionID)),
      owned(String(origin.version)), owned("IN"), owned(origin.address.family),
      owned(origin.address.description))
    sdp_message_s_name_set(session, owned("-"))
    if let connection { connection.add(to: session, medium: -1) }
    sdp_message_t_time_descr_add(session, owned("0"), owned("0"))
    for attribute in attributes { attribute.add(to: session, medium: -1) }
    for (index, medium) in media.enumerated() {
      medium.add(to: session, medium: Int32(truncatingIfNeeded: index))
    }
  }
}

extension MediaDescription {
  fileprivate func add(to session: UnsafeMutablePointer<sdp_message_t>, medium: Int32) {
    sdp_message_m_media_add(session, line(kind), owned(String(port)), nil, line(profile))
    for format in formats { sdp_message_m_payload_add(session, medium, line(format)) }
    if let connection { connection.add(to: session, medium: medium) }
    for attribute in attributes { attribute.add(to: session, medium: medium) }
  }
}

extension SessionAttribute {
  fileprivate func add(to session: UnsafeMutablePointer<sdp_message_t>, medium: Int32) {
    sdp_message_a_attribute_add(session, medium, line(name), value.flatMap { line($0) })
  }
}

extension IPAddress {
  fileprivate func add(to session: UnsafeMutablePointer<sdp_message_t>, medium: Int32) {
    sdp_message_c_connection_add(
      session, medium, owned("IN"), owned(family), owned(description), nil, nil)
  }

  /// `addrtype` of RFC 8866 section 5.2.
  fileprivate var family: String {
    switch self {
    case .v4: "IP4"
    case .v6: "IP6"
    }
  }
}
