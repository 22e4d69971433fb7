// Most messages are well formed and plain. They are read here in one pass over their bytes, without
// a structure of another library in between. Whatever is folded, escaped, abbreviated in an unusual
// way, repeated against the rules, or wrong is left to `OSIP`, which knows every form and what to
// answer: what is read here means the same there, which the fuzzer proves.

extension SIPMessage {
  /// Reads a plain, well-formed message. Nil is no verdict.
  public init?(quickly datagram: UnsafeRawBufferPointer) {
    guard datagram.count <= QuickMessage.maximumSize else { return nil }
    var message = QuickMessage(Array(datagram))
    guard let result = message.read() else { return nil }
    self = result
  }
}

/// One message on its way from bytes to values.
private struct QuickMessage {
  static let maximumSize = 16_384
  static let maximumFieldCount = 128

  private let bytes: [UInt8]
  private var position = 0

  private var vias: [Via] = []
  private var from: NameAddress?
  private var to: NameAddress?
  private var callID: String?
  private var cseq: CSeq?
  private var maxForwards: Int?
  private var contacts: [NameAddress] = []
  private var isWildcard = false
  private var routes: [NameAddress] = []
  private var recordRoutes: [NameAddress] = []
  private var others: [HeaderField] = []
  private var contentLength: Int?
  private var contentType: String?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() -> SIPMessage? {
    guard let line = nextLine(), let start = QuickStart(ByteReader(bytes, line)), readFields(),
      let headers = headers(), let body = body()
    else { return nil }
    switch start {
    case .request(let method, let uri):
      guard headers.cseq.method == method else { return nil }
      return .request(SIPRequest(method: method, uri: uri, headers: headers, body: body))
    case .response(let status, let reason):
      return .response(
        SIPResponse(status: status, reason: reason, headers: headers, body: body))
    }
  }

  private func headers() -> SIPHeaders? {
    guard !vias.isEmpty, let from, let to, let callID, let cseq,
      !isWildcard || contacts.isEmpty
    else { return nil }
    return SIPHeaders(
      vias: vias, from: from, to: to, callID: callID, cseq: cseq, maxForwards: maxForwards,
      contacts: isWildcard ? .wildcard : .addresses(contacts), routes: routes,
      recordRoutes: recordRoutes, others: others)
  }

  private func body() -> SIPBody? {
    let rest = position..<bytes.count
    let length = contentLength ?? rest.count
    guard length <= rest.count else { return nil }
    guard length > 0 else { return SIPBody.none }
    let range = position..<position + length
    guard contentType == "application/sdp" else {
      guard contentType?.lowercased().contains("sdp") != true else { return nil }
      return .other(contentType: contentType ?? "", bytes: Array(bytes[range]))
    }
    return SessionDescription(quickly: bytes, range).map { .session($0) }
  }

  // MARK: - Lines

  /// The next line without its CRLF; nil when it ends in another way.
  private mutating func nextLine() -> Range<Int>? {
    var end = position
    while end < bytes.count, bytes[end] != UInt8(ascii: "\r") {
      guard bytes[end] >= 0x20 else { return nil }
      end += 1
    }
    guard end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "\n"), end - position <= 4_096
    else { return nil }
    defer { position = end + 2 }
    return position..<end
  }

  /// All fields up to and with the empty line.
  private mutating func readFields() -> Bool {
    for _ in 0..<Self.maximumFieldCount {
      guard let line = nextLine() else { return false }
      if line.isEmpty { return true }
      guard readField(line) else { return false }
    }
    return false
  }

  private mutating func readField(_ line: Range<Int>) -> Bool {
    var reader = ByteReader(bytes, line)
    let name = reader.take(.token)
    guard !name.isEmpty, reader.skip(UInt8(ascii: ":")) else { return false }
    reader.skipSpaces()
    var end = line.upperBound
    while end > reader.position, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    guard end > reader.position else { return false }
    return read(QuickName(bytes, name), name, ByteReader(bytes, reader.position..<end))
  }

  private mutating func read(
    _ field: QuickName, _ name: Range<Int>, _ value: ByteReader
  ) -> Bool {
    var value = value
    switch field {
    case .via: return value.quickElements(to: &vias) { $0.quickVia() }
    case .from: return Self.readAddress(&value, into: &from)
    case .to: return Self.readAddress(&value, into: &to)
    case .contact: return readContact(&value)
    case .route: return value.quickElements(to: &routes) { $0.quickAddress() }
    case .recordRoute: return value.quickElements(to: &recordRoutes) { $0.quickAddress() }
    case .callID: return readCallID(&value)
    case .cseq: return readSequence(&value)
    case .maxForwards:
      guard maxForwards == nil, let hops = value.number(upTo: 255) else { return false }
      maxForwards = Int(hops)
      return value.isAtEnd
    case .contentLength:
      guard contentLength == nil, let length = value.number(upTo: 65_535) else { return false }
      contentLength = Int(length)
      return value.isAtEnd
    case .contentType:
      guard contentType == nil else { return false }
      contentType = value.text(in: value.rest)
      return true
    case .leftToOthers: return false
    case .other:
      let field = HeaderField(value.text(in: name), value.text(in: value.rest))
      others.append(field)
      // Such credentials need the body as it came.
      return !field.coversBody
    }
  }

  private static func readAddress(_ value: inout ByteReader, into address: inout NameAddress?)
    -> Bool
  {
    guard address == nil else { return false }
    address = value.quickAddress()
    return address != nil && value.isAtEnd
  }

  private mutating func readContact(_ value: inout ByteReader) -> Bool {
    guard !isWildcard else { return false }
    if value.skip(UInt8(ascii: "*")) {
      isWildcard = true
      return value.isAtEnd && contacts.isEmpty
    }
    return value.quickElements(to: &contacts) { $0.quickAddress() }
  }

  private mutating func readCallID(_ value: inout ByteReader) -> Bool {
    let all = value.rest
    guard callID == nil, !value.take(.callID).isEmpty else { return false }
    if value.skip(UInt8(ascii: "@")), value.take(.callID).isEmpty { return false }
    callID = value.text(in: all)
    return value.isAtEnd
  }

  private mutating func readSequence(_ value: inout ByteReader) -> Bool {
    guard cseq == nil, let number = value.number(upTo: 1 << 31 - 1),
      value.skip(UInt8(ascii: " ")), let method = SIPMethod(quickly: &value)
    else { return false }
    cseq = CSeq(UInt32(number), method)
    return value.isAtEnd
  }
}

/// The first line of a plain message.
private enum QuickStart {
  case request(SIPMethod, SIPURI)
  case response(status: Int, reason: String)

  init?(_ line: ByteReader) {
    guard line.rest.count <= 2_048 else { return nil }
    var line = line
    if line.skip("SIP/2.0 ") {
      guard let status = line.number(upTo: 699), status >= 100, line.skip(UInt8(ascii: " ")) else {
        return nil
      }
      self = .response(status: Int(status), reason: line.text(in: line.rest))
    } else {
      guard let method = SIPMethod(quickly: &line), line.skip(UInt8(ascii: " ")) else {
        return nil
      }
      guard let uri = line.quickURI(withParameters: true), line.skip(" SIP/2.0"), line.isAtEnd
      else { return nil }
      self = .request(method, uri)
    }
  }
}

extension SIPMethod {
  /// A method of the standards.
  fileprivate init?(quickly reader: inout ByteReader) {
    let name = reader.take(.token)
    for (text, method) in Self.plain where reader.bytes.has(text, at: name) {
      self = method
      return
    }
    return nil
  }

  /// The most frequent first.
  private static let plain: [(StaticString, SIPMethod)] = [
    ("INVITE", .invite), ("ACK", .ack), ("BYE", .bye), ("REGISTER", .register),
    ("OPTIONS", .options), ("CANCEL", .cancel), ("PRACK", .prack), ("UPDATE", .update),
    ("INFO", .info), ("SUBSCRIBE", .subscribe), ("NOTIFY", .notify), ("REFER", .refer),
    ("MESSAGE", .message), ("PUBLISH", SIPMethod(rawValue: "PUBLISH")),
  ]
}

/// Which field a name means.
private enum QuickName {
  case via, from, to, contact, route, recordRoute, callID, cseq, maxForwards, contentLength
  case contentType
  /// A field that stays text.
  case other
  /// Compact names of such fields, and Content-Encoding, which changes what the body is.
  case leftToOthers

  init(_ bytes: [UInt8], _ name: Range<Int>) {
    for (text, field) in Self.known where bytes.hasCaseless(text, at: name) {
      self = field
      return
    }
    self = name.count == 1 ? .leftToOthers : .other
  }

  /// In lower case, the most frequent first.
  private static let known: [(StaticString, QuickName)] = [
    ("via", .via), ("from", .from), ("to", .to), ("call-id", .callID), ("cseq", .cseq),
    ("contact", .contact), ("max-forwards", .maxForwards), ("content-length", .contentLength),
    ("content-type", .contentType), ("route", .route), ("record-route", .recordRoute),
    ("v", .via), ("f", .from), ("t", .to), ("i", .callID), ("m", .contact),
    ("l", .contentLength), ("c", .contentType), ("content-encoding", .leftToOthers),
  ]
}

extension [UInt8] {
  /// Whether this text stands there.
  fileprivate func has(_ text: StaticString, at range: Range<Int>) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    for (offset, index) in range.enumerated() where self[index] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  /// Whether this text, which is in lower case, stands there without regard to case.
  fileprivate func hasCaseless(_ lower: StaticString, at range: Range<Int>) -> Bool {
    guard range.count == lower.utf8CodeUnitCount else { return false }
    for (offset, index) in range.enumerated() {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self[index])
      if (isUpper ? self[index] | 0x20 : self[index]) != lower.utf8Start[offset] { return false }
    }
    return true
  }
}
