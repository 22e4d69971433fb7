/// The header fields that the parser reads itself.
enum FieldName: UInt8 {
  case via, from, to, callID, cseq, contact, route, recordRoute
  case maxForwards, contentLength, contentType, contentEncoding
  case other

  /// The name, in any spelling or its compact form.
  init(_ name: ArraySlice<UInt8>) {
    if name.count == 1, let letter = name.first {
      self = FieldName.compact(letter | 0x20)
    } else {
      self = FieldName.long.first { name.isSpelled($0.spelling) }?.name ?? .other
    }
  }

  private static func compact(_ letter: UInt8) -> FieldName {
    switch letter {
    case UInt8(ascii: "v"): .via
    case UInt8(ascii: "f"): .from
    case UInt8(ascii: "t"): .to
    case UInt8(ascii: "i"): .callID
    case UInt8(ascii: "m"): .contact
    case UInt8(ascii: "l"): .contentLength
    case UInt8(ascii: "c"): .contentType
    case UInt8(ascii: "e"): .contentEncoding
    default: .other
    }
  }

  private static let long: [(name: FieldName, spelling: StaticString)] = [
    (.via, "via"), (.from, "from"), (.to, "to"), (.callID, "call-id"), (.cseq, "cseq"),
    (.contact, "contact"), (.route, "route"), (.recordRoute, "record-route"),
    (.maxForwards, "max-forwards"), (.contentLength, "content-length"),
    (.contentType, "content-type"), (.contentEncoding, "content-encoding"),
  ]

  /// The usual spelling.
  var spelling: String {
    switch self {
    case .via: "Via"
    case .from: "From"
    case .to: "To"
    case .callID: "Call-ID"
    case .cseq: "CSeq"
    case .contact: "Contact"
    case .route: "Route"
    case .recordRoute: "Record-Route"
    case .maxForwards: "Max-Forwards"
    case .contentLength: "Content-Length"
    case .contentType: "Content-Type"
    case .contentEncoding: "Content-Encoding"
    case .other: ""
    }
  }

  /// What libosip2 gets to parse; the other fields stay text.
  var isStructured: Bool { rawValue <= FieldName.recordRoute.rawValue }

  /// Fields whose elements are addresses.
  var holdsAddresses: Bool {
    switch self {
    case .from, .to, .contact, .route, .recordRoute: true
    default: false
    }
  }

  /// Fields that may stand there once (RFC 3261 section 7.3.1).
  static let single: [FieldName] = [
    .from, .to, .callID, .cseq, .maxForwards, .contentLength, .contentType,
  ]

  /// What every message has (RFC 3261 section 8.1.1).
  static let mandatory: [FieldName] = [.via, .from, .to, .callID, .cseq]
}

extension ArraySlice<UInt8> {
  /// Whether these bytes are the word, which is in lower case, in any case.
  fileprivate func isSpelled(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount
      && word.withUTF8Buffer { zip(self, $0).allSatisfy { $0 == $1 || $0 | 0x20 == $1 } }
  }
}

/// The full name of a compact form (RFC 3261 section 7.3.3 and later); nil for other letters.
func fullName(ofCompact letter: UInt8) -> String? {
  switch letter | 0x20 {
  case UInt8(ascii: "a"): "Accept-Contact"
  case UInt8(ascii: "b"): "Referred-By"
  case UInt8(ascii: "d"): "Request-Disposition"
  case UInt8(ascii: "e"): "Content-Encoding"
  case UInt8(ascii: "j"): "Reject-Contact"
  case UInt8(ascii: "k"): "Supported"
  case UInt8(ascii: "n"): "Identity-Info"
  case UInt8(ascii: "o"): "Event"
  case UInt8(ascii: "r"): "Refer-To"
  case UInt8(ascii: "s"): "Subject"
  case UInt8(ascii: "u"): "Allow-Events"
  case UInt8(ascii: "x"): "Session-Expires"
  case UInt8(ascii: "y"): "Identity"
  default: nil
  }
}
