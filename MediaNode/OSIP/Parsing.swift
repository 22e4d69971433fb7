import CLibOSIP2
import SIP

extension OwnedMessage {
  /// Has libosip2 parse the start line and the structured fields, and checks that each is there
  /// as often as it may be.
  func parse(head startLine: String, of index: MessageIndex) throws(Refusal) {
    for name in mandatoryNames where index.values(of: name).isEmpty {
      throw .malformed("Request: No \(name)")
    }
    for name in singleNames where index.values(of: name).count > 1 {
      throw .malformed("Request: \(name) Repeated")
    }
    var head = startLine.sparingNUL + "\r\n"
    for field in index.fields where structuredNames.contains(field.name) && field.value != "" {
      guard !field.value.utf8.contains(0), !field.value.utf8.contains(UInt8(ascii: "\r")),
        !addressNames.contains(field.name) || hasSoundAddresses(field.value)
      else { throw .malformed(field.name) }
      let value = field.value.sparingNUL.replacingTabs
      head += "\(field.name): \(value)\r\n"
    }
    head += "\r\n"
    guard osip_message_parse(pointer, head, head.utf8.count) == 0 else {
      throw .malformed("Request")
    }
  }

  func requestURI() throws(Refusal) -> SIPURI {
    guard let uri = SIPURI(pointer.pointee.req_uri) else { throw .malformed("Request-URI") }
    return uri
  }

  func headers(with index: MessageIndex) throws(Refusal) -> SIPHeaders {
    let message = pointer.pointee
    guard let from = NameAddress(message.from) else { throw .malformed("From") }
    guard let to = NameAddress(message.to) else { throw .malformed("To") }
    guard let callID = message.call_id.map({ callID(in: $0.pointee) }) else {
      throw .malformed("Call-ID")
    }
    return SIPHeaders(
      vias: try vias(in: message), from: from, to: to, callID: callID,
      cseq: try sequence(in: message), maxForwards: try index.maxForwards(),
      contacts: try contacts(in: message),
      routes: try addresses(in: message.routes, "Route"),
      recordRoutes: try addresses(in: message.record_routes, "Record-Route"),
      others: index.others)
  }

  private func vias(in message: osip_message_t) throws(Refusal) -> [Via] {
    let all = elements(of: message.vias, as: osip_via_t.self)
    let vias = all.compactMap { Via($0.pointee) }
    guard !vias.isEmpty, vias.count == all.count else { throw .malformed("Via") }
    return vias
  }

  private func callID(in field: osip_call_id_t) -> String {
    (field.number.text ?? "") + (field.host.text.map { "@" + $0 } ?? "")
  }

  /// The number is below 2³¹ (RFC 3261 section 8.1.1.5).
  private func sequence(in message: osip_message_t) throws(Refusal) -> CSeq {
    guard let field = message.cseq?.pointee, let digits = field.number.text,
      digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(digits),
      number < 1 << 31, let method = field.method.text, isToken(method)
    else { throw .malformed("CSeq") }
    return CSeq(number, SIPMethod(rawValue: method))
  }

  private func contacts(in message: osip_message_t) throws(Refusal) -> ContactList {
    let all = elements(of: message.contacts, as: osip_contact_t.self)
    if all.count == 1, all[0].pointee.url == nil, all[0].pointee.displayname.text == "*" {
      return .wildcard
    }
    return .addresses(try addresses(in: message.contacts, "Contact"))
  }

  private func addresses(
    in list: osip_list_t, _ name: String
  ) throws(Refusal) -> [NameAddress] {
    let all = elements(of: list, as: osip_from_t.self)
    let addresses = all.compactMap { NameAddress($0) }
    guard addresses.count == all.count else { throw .malformed(name) }
    return addresses
  }
}

extension MessageIndex {
  /// 0 to 255 (RFC 3261 section 20.22).
  func maxForwards() throws(Refusal) -> Int? {
    guard let text = values(of: "Max-Forwards").first else { return nil }
    guard let number = UInt8(text), !text.hasPrefix("+") else {
      throw .malformed("Max-Forwards")
    }
    return Int(number)
  }

  /// The fields that stay text.
  var others: [HeaderField] {
    let taken = structuredNames.union(singleNames)
    return fields.filter { !taken.contains($0.name) }
  }

  /// As many bytes as Content-Length says, or all that is left (RFC 3261 section 18.3).
  func bodyRange() throws(Refusal) -> Range<Int> {
    guard let text = values(of: "Content-Length").first else { return rest }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(text),
      length <= rest.count
    else { throw .malformed("Content-Length") }
    return rest.lowerBound..<rest.lowerBound + length
  }

  func body(in datagram: UnsafeRawBufferPointer) throws(Refusal) -> SIPBody {
    let range = try bodyRange()
    guard !range.isEmpty else { return .none }
    let bytes = Array(datagram[range])
    let type = values(of: "Content-Type").first ?? ""
    guard isSession(type), !fields.contains(where: { $0.name.lowercased() == "content-encoding" })
    else { return .other(contentType: type, bytes: bytes) }
    return SessionDescription(parsing: bytes).map { .session($0) } ?? .malformedSession(bytes)
  }

  private func isSession(_ contentType: String) -> Bool {
    let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }
    return type.lowercased() == "application/sdp"
  }
}

/// Fields whose elements are addresses.
private let addressNames: Set<String> = ["From", "To", "Contact", "Route", "Record-Route"]

/// Checks what libosip2 takes for something else: empty elements, broken escapes, which it cuts
/// off, and a question mark outside angle brackets (RFC 3261 section 20.10).
private func hasSoundAddresses(_ value: String) -> Bool {
  headerElements(of: value).allSatisfy { element in
    let bytes = Array(element.utf8)
    guard !bytes.isEmpty else { return false }
    guard let open = bytes.unquotedIndex(of: UInt8(ascii: "<")) else {
      let uri = bytes.prefix { $0 != UInt8(ascii: ";") }
      return !uri.contains(UInt8(ascii: "?")) && hasWholeEscapes(uri)
    }
    guard let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) else { return false }
    let parameters = bytes[(close + 1)...].drop { $0 == UInt8(ascii: " ") }
    return hasWholeEscapes(bytes[open..<close])
      && (parameters.isEmpty || parameters.first == UInt8(ascii: ";"))
  }
}

/// Whether two hexadecimal digits follow each `%`.
func hasWholeEscapes(_ text: String) -> Bool { hasWholeEscapes(Array(text.utf8)[...]) }

private func hasWholeEscapes(_ bytes: ArraySlice<UInt8>) -> Bool {
  bytes.indices.allSatisfy { index in
    bytes[index] != UInt8(ascii: "%")
      || (index + 2 < bytes.endIndex && bytes[index + 1].isHexadecimal
        && bytes[index + 2].isHexadecimal)
  }
}

extension UInt8 {
  fileprivate var isHexadecimal: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// The first place of `byte` outside a quoted string.
  fileprivate func unquotedIndex(of byte: UInt8) -> Int? {
    var isQuoted = false
    var index = startIndex
    while index < endIndex {
      switch self[index] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "\\") where isQuoted: index += 1
      case byte where !isQuoted: return index
      default: break
      }
      index += 1
    }
    return nil
  }
}

extension String {
  /// libosip2 takes no tab between the words of a display name.
  fileprivate var replacingTabs: String {
    guard utf8.contains(9) else { return self }
    return String(decoding: utf8.map { $0 == 9 ? 32 : $0 }, as: UTF8.self)
  }

  /// libosip2 decodes escapes into C strings, which end at NUL: so `%00` is to decode to itself.
  fileprivate var sparingNUL: String {
    guard utf8.contains(UInt8(ascii: "%")) else { return self }
    return split(separator: "%00", omittingEmptySubsequences: false).joined(separator: "%2500")
  }
}
