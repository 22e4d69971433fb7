import CLibOSIP2
import SIP

// From libosip2's structures to ours. Nil where a part is missing or no number where it should be.

extension SIPURI {
  init?(_ pointer: UnsafeMutablePointer<osip_uri_t>?) {
    guard let uri = pointer?.pointee, let scheme = Scheme(uri.scheme) else { return nil }
    switch scheme {
    case .tel, .other:
      guard let text = uri.string.text else { return nil }
      self.init(scheme: scheme, user: text, host: "")
    case .sip, .sips:
      guard let host = uri.host.text, !host.isEmpty, isHost(host), let port = Port(uri.port)
      else { return nil }
      self.init(
        scheme: scheme, user: uri.username.decodedText, host: lowerCased(host),
        port: port.number,
        parameters: SIPParameters(uriParameters(in: uri.url_params)),
        headers: uriParameters(in: uri.url_headers).map { HeaderField($0.name, $0.value ?? "") })
    }
  }
}

extension SIPURI.Scheme {
  fileprivate init?(_ text: UnsafeMutablePointer<CChar>?) {
    guard let text else { return nil }
    if strcmp(text, "sip") == 0 {
      self = .sip
    } else {
      self.init(String(cString: text))
    }
  }
}

/// Without a copy where that is possible.
private func lowerCased(_ text: String) -> String {
  text.utf8.contains { (65...90).contains($0) || $0 >= 0x80 } ? text.lowercased() : text
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
  init?(_ pointer: UnsafeMutablePointer<osip_via_t>) {
    let field = pointer.pointee
    guard field.version.text == "2.0", let transport = field.protocol.text, isToken(transport),
      let host = field.host.text, isHost(host), let port = Port(field.port)
    else { return nil }
    self.init(
      transport: transport == "UDP" ? transport : transport.uppercased(), host: lowerCased(host),
      port: port.number,
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
    && text.utf8.allSatisfy { $0 >= 0x80 || $0.isTokenCharacter || $0 == UInt8(ascii: ":") }
}

private func uriParameters(in list: osip_list_t) -> [SIPParameter] {
  parameters(in: list) { name, value in
    name.decodedText.map { SIPParameter($0, value.decodedText) }
  }
}

private func headerParameters(in list: osip_list_t) -> [SIPParameter] {
  parameters(in: list) { name, value in
    name.text.map { SIPParameter($0, value.text.map { unquotedIfQuoted($0) }) }
  }
}

private func parameters(
  in list: osip_list_t,
  _ make: (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?) -> SIPParameter?
) -> [SIPParameter] {
  let found = converted(list, of: osip_generic_param_t.self) { parameter -> SIPParameter?? in
    .some(make(parameter.pointee.gname, parameter.pointee.gvalue))
  }
  return (found ?? []).compactMap { $0 }
}

private func unquotedIfQuoted(_ text: String) -> String {
  text.utf8.first == UInt8(ascii: "\"") ? unquoted(text) : text
}

extension Optional where Wrapped == UnsafeMutablePointer<CChar> {
  /// A copy of what libosip2 decoded. Bytes that are no UTF-8 get their escapes back, as the
  /// texts of `SIPURI` have them.
  fileprivate var decodedText: String? {
    map { pointer in
      if let text = String(validatingCString: pointer) { return text }
      let bytes = Array(UnsafeBufferPointer(start: pointer, count: strlen(pointer))).map {
        UInt8(bitPattern: $0)
      }
      return bytes.map { byte in
        byte < 0x80
          ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
      }.joined()
    }
  }
}
