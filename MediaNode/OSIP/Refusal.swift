import SIP

/// Why a message is not passed on, as a response would say it.
struct Refusal: Error {
  var status: Int
  var reason: String?

  init(_ status: Int, _ reason: String? = nil) {
    self.status = status
    self.reason = reason
  }

  /// 400 with a phrase that says what is wrong (RFC 3261 section 21.4.1).
  static func malformed(_ what: String) -> Refusal {
    Refusal(StatusCode.badRequest, "Bad \(what)")
  }
}

extension MessageIndex {
  /// The error that tells the caller what to do with this message.
  func error(for refusal: Refusal) -> SIPParseError {
    switch startLine {
    case .response: return .brokenResponse
    case .request(let method, uri: _, version: _), .brokenRequest(let method):
      guard method != SIPMethod.ack.rawValue, let request = recovered(method: method) else {
        return .notSIP
      }
      return .refused(
        request.response(
          refusal.status, reason: refusal.reason, toTag: request.statelessTag))
    }
  }

  /// What an answer needs, as far as it can be read. Nil without a Via: then nobody could match
  /// the answer.
  private func recovered(method: String) -> SIPRequest? {
    let vias = values(of: .via).flatMap { headerElements(of: $0) }
    guard let top = vias.first.flatMap(Via.init(salvaging:)) else { return nil }
    let method = SIPMethod(rawValue: method)
    return SIPRequest(
      method: method, uri: .unknown,
      headers: SIPHeaders(
        vias: [top] + vias.dropFirst().compactMap { Via($0) },
        from: address(in: .from), to: address(in: .to),
        callID: values(of: .callID).first ?? "unknown", cseq: sequence(of: method)))
  }

  private func address(in name: FieldName) -> NameAddress {
    values(of: name).first.flatMap(NameAddress.init(salvaging:)) ?? NameAddress(uri: .unknown)
  }

  private func sequence(of method: SIPMethod) -> CSeq {
    let words = values(of: .cseq).first?.split(separator: " ") ?? []
    let number = words.first.flatMap { UInt32($0) } ?? 0
    let isNamed = words.count > 1 && isToken(words[1].utf8)
    return CSeq(number, isNamed ? SIPMethod(rawValue: String(words[1])) : method)
  }
}

extension SIPURI {
  /// Stands where an answer needs an address and the request's is unreadable.
  fileprivate static let unknown = SIPURI(user: "unknown", host: "unknown.invalid")
}

extension Via {
  /// Reads as much of a malformed Via as makes sense, whatever version it claims.
  fileprivate init?(salvaging text: String) {
    let parts = text.split(separator: "/", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    let via = prefixes(of: "SIP/2.0/\(parts[2])").lazy.compactMap { Via($0) }.first
    guard let via else { return nil }
    self = via
  }
}

extension NameAddress {
  /// Reads as much of a malformed address as makes sense: without its display name, if need be,
  /// but with its tag.
  fileprivate init?(salvaging text: String) {
    let bare = text.firstIndex(of: "<").map { text[$0...] } ?? text[...]
    let address = ([text[...], bare] + prefixes(of: String(bare))).lazy
      .compactMap { NameAddress($0) }.first
    guard let address else { return nil }
    self = address
  }
}

/// The text, and what stands before each of its first semicolons, longest first.
private func prefixes(of text: String) -> [Substring] {
  let cuts = text.indices.lazy.filter { text[$0] == ";" }.prefix(16)
  return [text[...]] + cuts.reversed().map { text[..<$0] }
}
