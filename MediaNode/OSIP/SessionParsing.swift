import CLibOSIP2
import NodeContract
import SIP

extension SessionDescription {
  /// Parses a body of `application/sdp` (RFC 8866). Nil when libosip2 refuses it, or when it has
  /// what no line of text may have.
  init?(parsing body: [UInt8]) {
    guard !body.contains(0), let text = String(validating: body, as: UTF8.self) else { return nil }
    let session = OwnedSession()
    // The last line end is often forgotten.
    guard sdp_message_parse(session.pointer, text + (text.hasSuffix("\r\n") ? "" : "\r\n")) == 0,
      let origin = SessionOrigin(session.pointer.pointee)
    else { return nil }
    let fields = session.pointer.pointee
    let media = converted(fields.m_medias, of: sdp_media_t.self) { MediaDescription($0.pointee) }
    guard let media else { return nil }
    self.init(
      origin: origin, connection: address(of: fields.c_connection),
      attributes: sessionAttributes(in: fields.a_attributes), media: media)
  }
}

extension SessionOrigin {
  /// Peers put names and long numbers here, which serve to be compared only.
  fileprivate init?(_ session: sdp_message_t) {
    guard let user = session.o_username.text, let id = session.o_sess_id.text,
      let version = session.o_sess_version.text
    else { return nil }
    self.init(
      user: user, sessionID: number(from: id), version: number(from: version),
      address: session.o_addr.text.flatMap { IPAddress($0) } ?? .v4(0))
  }
}

extension MediaDescription {
  fileprivate init?(_ medium: sdp_media_t) {
    guard let kind = medium.m_media.text, let port = medium.m_port.text.flatMap({ UInt16($0) }),
      let profile = medium.m_proto.text
    else { return nil }
    self.init(
      kind: kind, port: port, profile: profile,
      formats: converted(medium.m_payloads, of: CChar.self) { String(cString: $0) } ?? [],
      connection: address(of: first(of: medium.c_connections, as: sdp_connection_t.self)),
      attributes: sessionAttributes(in: medium.a_attributes))
  }
}

private func address(of connection: UnsafeMutablePointer<sdp_connection_t>?) -> IPAddress? {
  connection?.pointee.c_addr.text.flatMap { IPAddress($0) }
}

private func sessionAttributes(in list: osip_list_t) -> [SessionAttribute] {
  let attributes = converted(list, of: sdp_attribute_t.self) { attribute -> SessionAttribute?? in
    .some(
      attribute.pointee.a_att_field.text.map {
        SessionAttribute($0, attribute.pointee.a_att_value.text)
      })
  }
  return (attributes ?? []).compactMap { $0 }
}

/// The number, or for one that is too long a number of its own (FNV-1a).
private func number(from text: String) -> UInt64 {
  UInt64(text)
    ?? text.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
}
