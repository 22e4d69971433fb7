import CLibOSIP2
import SIP

extension MessageIndex {
  /// Has libosip2 judge the start line and the structured fields, and checks that each is there as
  /// often as it may be.
  func check(head startLine: String) throws(Refusal) {
    for name in FieldName.mandatory where count(of: name) == 0 {
      throw .malformed("Request: No \(name.spelling)")
    }
    for name in FieldName.single where count(of: name) > 1 {
      throw .malformed("Request: \(name.spelling) Repeated")
    }
    var head = HeadForLibOSIP(startLine)
    for field in fields where field.name.isStructured && !field.value.isEmpty {
      let value = value(of: field)
      guard !value.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") }),
        !field.name.holdsAddresses || hasSoundAddresses(value)
      else { throw .malformed(field.name.spelling) }
      head.append(field.name, value)
    }
    guard head.isAccepted() else { throw .malformed("Request") }
  }
}

extension MessageIndex {
  /// What libosip2 accepted, read by our own readers of texts, which must accept it too.
  func headers() throws(Refusal) -> SIPHeaders {
    let from = try addresses(in: .from)
    let to = try addresses(in: .to)
    guard from.count == 1 else { throw .malformed("From") }
    guard to.count == 1 else { throw .malformed("To") }
    // A field that stands there may be empty all the same.
    let vias = try elements(of: .via) { Via($0) }
    guard !vias.isEmpty else { throw .malformed("Via") }
    guard let callID = values(of: .callID).first, !callID.isEmpty else {
      throw .malformed("Call-ID")
    }
    return SIPHeaders(
      vias: vias, from: from[0], to: to[0], callID: callID, cseq: try sequence(),
      maxForwards: try maxForwards(), contacts: try contacts(),
      routes: try addresses(in: .route), recordRoutes: try addresses(in: .recordRoute),
      others: others)
  }

  private func elements<Element>(
    of name: FieldName, _ read: (String) -> Element?
  ) throws(Refusal) -> [Element] {
    let texts = values(of: name).filter { !$0.isEmpty }.flatMap { headerElements(of: $0) }
    let elements = texts.compactMap(read)
    guard elements.count == texts.count else { throw .malformed(name.spelling) }
    return elements
  }

  private func addresses(in name: FieldName) throws(Refusal) -> [NameAddress] {
    try elements(of: name) { NameAddress($0) }
  }

  private func contacts() throws(Refusal) -> ContactList {
    values(of: .contact) == ["*"] ? .wildcard : .addresses(try addresses(in: .contact))
  }

  /// The number is below 2³¹ (RFC 3261 section 8.1.1.5).
  private func sequence() throws(Refusal) -> CSeq {
    let words = values(of: .cseq).first?.split { $0 == " " || $0 == "\t" } ?? []
    guard words.count == 2, words[0].utf8.allSatisfy({ (48...57).contains($0) }),
      let number = UInt32(words[0]), number < 1 << 31, isToken(words[1].utf8)
    else { throw .malformed("CSeq") }
    return CSeq(number, SIPMethod(rawValue: String(words[1])))
  }

  /// 0 to 255 (RFC 3261 section 20.22).
  func maxForwards() throws(Refusal) -> Int? {
    guard let digits = first(.maxForwards) else { return nil }
    guard let number = UInt8(decimal: digits) else { throw .malformed("Max-Forwards") }
    return Int(number)
  }

  /// The fields that stay text.
  var others: [HeaderField] {
    var others: [HeaderField] = []
    others.reserveCapacity(fields.count)
    for field in fields where field.name == .other || field.name == .contentEncoding {
      others.append(HeaderField(fullName(of: field), text(of: bytes[field.value]).onOneLine))
    }
    return others
  }

  private func fullName(of field: IndexedField) -> String {
    let compact = field.sentName.count == 1
    return compact
      ? OSIP.fullName(ofCompact: bytes[field.sentName.lowerBound]) ?? sentName(of: field)
      : sentName(of: field)
  }

  private func sentName(of field: IndexedField) -> String { text(of: bytes[field.sentName]) }

  /// As many bytes as Content-Length says, or all that is left (RFC 3261 section 18.3).
  func bodyRange() throws(Refusal) -> Range<Int> {
    guard let digits = first(.contentLength) else { return rest }
    guard let length = Int(decimal: digits), length <= rest.count else {
      throw .malformed("Content-Length")
    }
    return rest.lowerBound..<rest.lowerBound + length
  }

  func body() throws(Refusal) -> SIPBody {
    let range = try bodyRange()
    guard !range.isEmpty else { return .none }
    let body = Array(bytes[range])
    let type = first(.contentType).map { text(of: $0).onOneLine } ?? ""
    guard isSession(type), count(of: .contentEncoding) == 0 else {
      return .other(contentType: type, bytes: body)
    }
    return SessionDescription(parsing: body).map { .session($0) } ?? .malformedSession(body)
  }

  private func isSession(_ contentType: String) -> Bool {
    if contentType == "application/sdp" { return true }
    // Space may stand around the slash (RFC 3261 section 25.1), and within neither word.
    let type = contentType.prefix { $0 != ";" }.lowercased()
    let words = type.split(separator: "/", omittingEmptySubsequences: false)
    return words.map { $0.split(whereSeparator: \.isWhitespace) } == [["application"], ["sdp"]]
  }
}

extension String {
  /// With spaces for NUL and carriage returns, which could not be sent on.
  var onOneLine: String {
    guard utf8.contains(where: { $0 == 0 || $0 == 13 }) else { return self }
    let bytes = utf8.map { $0 == 0 || $0 == 13 ? UInt8(ascii: " ") : $0 }
    return String(decoding: bytes[...].trimmed, as: UTF8.self)
  }
}

extension FixedWidthInteger {
  /// Digits and nothing else, at least one, that fit.
  fileprivate init?(decimal digits: ArraySlice<UInt8>) {
    guard !digits.isEmpty, digits.count < 20, digits.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    self.init(text(of: digits))
  }
}

/// The head of a message as libosip2 gets it: unfolded, with full names.
private struct HeadForLibOSIP {
  private var bytes: [UInt8] = []

  init(_ startLine: String) {
    bytes.reserveCapacity(1_024)
    appendSparingNUL(Array(startLine.utf8)[...])
    bytes += "\r\n".utf8
  }

  mutating func append(_ name: FieldName, _ value: ArraySlice<UInt8>) {
    bytes += name.spelling.utf8
    bytes += ": ".utf8
    let start = bytes.count
    appendSparingNUL(value)
    // libosip2 takes no tab between the words of a display name.
    for index in start..<bytes.count where bytes[index] == 9 { bytes[index] = 32 }
    bytes += "\r\n".utf8
  }

  /// libosip2 decodes escapes into C strings, which end at NUL: so `%00` is to decode to itself.
  private mutating func appendSparingNUL(_ value: ArraySlice<UInt8>) {
    guard value.contains(UInt8(ascii: "%")) else {
      bytes += value
      return
    }
    let parts = text(of: value).split(separator: "%00", omittingEmptySubsequences: false)
    bytes += parts.joined(separator: "%2500").utf8
  }

  mutating func isAccepted() -> Bool {
    bytes += "\r\n".utf8
    let message = OwnedMessage()
    return bytes.withUnsafeBytes { raw in
      osip_message_parse(
        message.pointer, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        == 0
    }
  }
}

/// Checks what libosip2 takes for something else: empty elements, broken escapes, which it cuts
/// off, a colon in a name without quotes (RFC 3261 section 25.1: it is no token), and a question mark
/// outside angle brackets (section 20.10).
private func hasSoundAddresses(_ value: ArraySlice<UInt8>) -> Bool {
  value.contains(where: \.mayHideElements)
    ? headerElements(of: text(of: value)).allSatisfy { isSoundAddress(Array($0.utf8)[...]) }
    : isSoundAddress(value)
}

private func isSoundAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
  guard !bytes.isEmpty else { return false }
  if bytes.elementsEqual("*".utf8) { return true }
  guard let open = bytes.unquotedIndex(of: UInt8(ascii: "<")) else {
    let uri = bytes.prefix { $0 != UInt8(ascii: ";") }
    // libosip2 takes no shorter one, but for the form without brackets, which we do not write.
    return uri.count >= 6 && !uri.contains(UInt8(ascii: "?")) && hasWholeEscapes(uri)
  }
  // libosip2 would take a name with a colon for an address without brackets, and judge that.
  guard bytes[..<open].unquotedIndex(of: UInt8(ascii: ":")) == nil,
    let close = bytes[open...].firstIndex(of: UInt8(ascii: ">"))
  else { return false }
  let parameters = bytes[(close + 1)...].drop { $0 == UInt8(ascii: " ") }
  return hasWholeEscapes(bytes[open..<close])
    && (parameters.isEmpty || parameters.first == UInt8(ascii: ";"))
}

/// Whether two hexadecimal digits follow each `%`.
func hasWholeEscapes(_ text: String) -> Bool { hasWholeEscapes(Array(text.utf8)[...]) }

private func hasWholeEscapes(_ bytes: ArraySlice<UInt8>) -> Bool {
  !bytes.contains(UInt8(ascii: "%"))
    || bytes.indices.allSatisfy { index in
      bytes[index] != UInt8(ascii: "%")
        || (index + 2 < bytes.endIndex && bytes[index + 1].isHexadecimal
          && bytes[index + 2].isHexadecimal)
    }
}

extension UInt8 {
  /// Whether a value with it may have more than one element.
  fileprivate var mayHideElements: Bool { self == UInt8(ascii: ",") }

  fileprivate var isHexadecimal: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension ArraySlice<UInt8> {
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
