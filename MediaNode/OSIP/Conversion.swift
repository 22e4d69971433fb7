import CLibOSIP2
import SIP

// From libosip2's structures to ours. Nil where a part is missing or no number where it should be.

extension SIPURI {
  init?(_ pointer: UnsafeMutablePointer<osip_uri_t>?) {
    guard let uri = pointer?.pointee, let scheme = uri.scheme.text.flatMap(Scheme.init) else {
      return nil
    }
    switch scheme {
    case .tel, .other:
      guard let text = uri.string.text else { return nil }
      self.init(scheme: scheme, user: text, host: "")
    case .sip, .sips:
      guard let host = uri.host.text, !host.isEmpty, isHost(host), let port = Port(uri.port)
      else { return nil }
      self.init(
        scheme: scheme, user: uri.username.decodedText, host: host.lowercased(),
        port: port.number,
        parameters: SIPParameters(uriParameters(in: uri.url_params)),
        headers: uriParameters(in: uri.url_headers).map { HeaderField($0.name, $0.value ?? "") })
    }
  }
}

extension NameAddress {
  /// Contact, Route and the others have the same structure.
  init?(_ pointer: UnsafeMutablePointer<osip_from_t>?) {
    guard let field = pointer?.pointee, let uri = SIPURI(field.url) else { return nil }
    let name = field.displayname.text.map { nameText(of: $0) } ?? ""
    self.init(
      displayName: name.isEmpty ? nil : name, uri: uri,
      parameters: SIPParameters(headerParameters(in: field.gen_params)))
  }
}

/// A quoted string's content, or words with one space between them.
private func nameText(of text: String) -> String {
  text.hasPrefix("\"")
    ? unquoted(text) : text.split(separator: " ").joined(separator: " ")
}

extension Via {
  init?(_ field: osip_via_t) {
    guard field.version.text == "2.0", let transport = field.protocol.text, isToken(transport),
      let host = field.host.text, isHost(host), let port = Port(field.port)
    else { return nil }
    self.init(
      transport: transport.uppercased(), host: host.lowercased(), port: port.number,
      parameters: SIPParameters(headerParameters(in: field.via_params)))
  }
}

/// A port that may be missing, but not be malformed.
private struct Port {
  var number: UInt16?

  init?(_ pointer: UnsafeMutablePointer<CChar>?) {
    guard let text = pointer.text else { return }
    guard let number = UInt16(text), !text.hasPrefix("+") else { return nil }
    self.number = number
  }
}

/// A name or address; IPv6 without its brackets.
private func isHost(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      byte >= 0x80 || isToken(String(UnicodeScalar(byte))) || byte == UInt8(ascii: ":")
    }
}

private func uriParameters(in list: osip_list_t) -> [SIPParameter] {
  elements(of: list, as: osip_uri_param_t.self).compactMap { parameter in
    parameter.pointee.gname.decodedText.map {
      SIPParameter($0, parameter.pointee.gvalue.decodedText)
    }
  }
}

private func headerParameters(in list: osip_list_t) -> [SIPParameter] {
  elements(of: list, as: osip_generic_param_t.self).compactMap { parameter in
    parameter.pointee.gname.text.map {
      SIPParameter($0, parameter.pointee.gvalue.text.map { unquoted($0) })
    }
  }
}

extension Optional where Wrapped == UnsafeMutablePointer<CChar> {
  /// A copy of what libosip2 decoded. Bytes that are no UTF-8 get their escapes back, as the
  /// texts of `SIPURI` have them.
  fileprivate var decodedText: String? {
    map { pointer in
      let bytes = Array(UnsafeBufferPointer(start: pointer, count: strlen(pointer))).map {
        UInt8(bitPattern: $0)
      }
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      return bytes.map { byte in
        byte < 0x80
          ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
      }.joined()
    }
  }
}
