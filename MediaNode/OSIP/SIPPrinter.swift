import CLibOSIP2
import CLibOSIP2Shim
public import SIP

/// Turns messages into datagrams: libosip2 prints a message that is built field by field, so no
/// text is parsed again on its way out.
public struct SIPPrinter: Sendable {
  public init() {}

  /// The message as it goes to the wire, Content-Length included. Line ends within a value become
  /// spaces: nothing that a peer sent can add a field to what we send.
  public func print(_ message: SIPMessage) -> [UInt8] {
    let printed = OwnedMessage()
    switch message {
    case .request(let request): printed.set(request)
    case .response(let response): printed.set(response)
    }
    return printed.bytes()
  }
}

extension OwnedMessage {
  fileprivate func set(_ request: SIPRequest) {
    osip_message_set_version(pointer, owned("SIP/2.0"))
    osip_message_set_method(pointer, line(request.method.rawValue))
    osip_message_set_uri(pointer, request.uri.owned())
    set(request.headers, body: request.body)
  }

  fileprivate func set(_ response: SIPResponse) {
    osip_message_set_version(pointer, owned("SIP/2.0"))
    osip_message_set_status_code(pointer, Int32(truncatingIfNeeded: response.status))
    osip_message_set_reason_phrase(pointer, line(response.reason))
    set(response.headers, body: response.body)
  }

  private func set(_ headers: SIPHeaders, body: SIPBody) {
    for via in headers.vias { append(via.owned(), to: &pointer.pointee.vias) }
    pointer.pointee.from = headers.from.owned()
    pointer.pointee.to = headers.to.owned()
    set(callID: headers.callID, headers.cseq)
    for route in headers.routes { append(route.owned(), to: &pointer.pointee.routes) }
    for route in headers.recordRoutes {
      append(route.owned(), to: &pointer.pointee.record_routes)
    }
    switch headers.contacts {
    case .wildcard: add(HeaderField("Contact", "*"))
    case .addresses(let list):
      for contact in list { append(contact.owned(), to: &pointer.pointee.contacts) }
    }
    if let count = headers.maxForwards { add(HeaderField("Max-Forwards", String(count))) }
    for field in headers.others where isToken(field.name) { add(field) }
    set(body)
  }

  private func set(callID: String, _ sequence: CSeq) {
    if osip_call_id_init(&pointer.pointee.call_id) == 0 {
      pointer.pointee.call_id.pointee.number = line(callID)
    }
    if osip_cseq_init(&pointer.pointee.cseq) == 0 {
      pointer.pointee.cseq.pointee.number = owned(String(sequence.number))
      pointer.pointee.cseq.pointee.method = line(sequence.method.rawValue)
    }
  }

  private func add(_ field: HeaderField) {
    osip_message_set_header(pointer, field.name, singleLine(field.value))
  }

  private func set(_ body: SIPBody) {
    switch body {
    case .none: break
    case .session(let description): set(description.printed(), type: "application/sdp")
    case .malformedSession(let bytes): set(bytes, type: "application/sdp")
    case .other(let type, let bytes): set(bytes, type: type)
    }
  }

  private func set(_ bytes: [UInt8], type: String) {
    guard !bytes.isEmpty else { return }
    if !type.isEmpty { add(HeaderField("Content-Type", type)) }
    bytes.withUnsafeBytes { raw in
      _ = osip_message_set_body(
        pointer, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
    }
  }

  fileprivate func bytes() -> [UInt8] {
    var text: UnsafeMutablePointer<CChar>?
    var length = 0
    guard osip_message_to_str(pointer, &text, &length) == 0, let text else { return [] }
    defer { CLibOSIP2_free(text) }
    return Array(UnsafeRawBufferPointer(start: text, count: length))
  }
}

/// Adds what the library will free to one of its lists.
private func append(_ element: UnsafeMutableRawPointer?, to list: inout osip_list_t) {
  if let element { osip_list_add(&list, element, -1) }
}

extension SIPURI {
  /// Its text as it is, behind the scheme: libosip2's own escapes differ from ours.
  fileprivate func owned() -> UnsafeMutablePointer<osip_uri_t>? {
    var uri: UnsafeMutablePointer<osip_uri_t>?
    guard osip_uri_init(&uri) == 0, let uri else { return nil }
    uri.pointee.scheme = line(scheme.description)
    uri.pointee.string = line(String(description.dropFirst(scheme.description.count + 1)))
    return uri
  }
}

extension NameAddress {
  fileprivate func owned() -> UnsafeMutablePointer<osip_from_t>? {
    var field: UnsafeMutablePointer<osip_from_t>?
    guard osip_from_init(&field) == 0, let field else { return nil }
    field.pointee.displayname = displayName.flatMap { line(quoted($0)) }
    field.pointee.url = uri.owned()
    add(parameters, to: &field.pointee.gen_params)
    return field
  }
}

extension Via {
  fileprivate func owned() -> UnsafeMutablePointer<osip_via_t>? {
    var field: UnsafeMutablePointer<osip_via_t>?
    guard osip_via_init(&field) == 0, let field else { return nil }
    via_set_version(field, OSIP.owned("2.0"))
    via_set_protocol(field, line(transport))
    via_set_host(field, line(host))
    if let port { via_set_port(field, OSIP.owned(String(port))) }
    add(parameters, to: &field.pointee.via_params)
    return field
  }
}

private func add(_ parameters: SIPParameters, to list: inout osip_list_t) {
  for parameter in parameters.list where isToken(parameter.name) {
    osip_uri_param_add(
      &list, owned(parameter.name), parameter.value.flatMap { line(quotedIfNeeded($0)) })
  }
}

/// A copy for the library, on one line.
func line(_ text: String) -> UnsafeMutablePointer<CChar>? { owned(singleLine(text)) }

/// Spaces instead of line ends and zeros.
private func singleLine(_ text: String) -> String {
  guard text.utf8.contains(where: { [0, 10, 13].contains($0) }) else { return text }
  return String(decoding: text.utf8.map { [0, 10, 13].contains($0) ? 32 : $0 }, as: UTF8.self)
}
