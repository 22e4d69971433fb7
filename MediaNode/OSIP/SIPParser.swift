import CLibOSIP2
import NodeContract
public import SIP

/// Turns datagrams into messages.
///
/// Plain messages are read in one pass (`SIPMessage.init(quickly:)`). For the others an index of our
/// own comes first: it frames the message, holds it to limits and can answer what libosip2 refuses.
/// Then libosip2 judges the fields that every message has, and at last our own readers take their
/// values and refuse what libosip2 lets through. All other fields stay text, so that a mistake in one of
/// them disturbs nothing.
public struct SIPParser: Sendable {
  /// Bytes of one message; more is answered 513.
  public static let maximumSize = MessageLimits.standard.bytes
  /// Bytes of one header field, its name and folded lines included.
  public static let maximumFieldLength = MessageLimits.standard.fieldBytes
  /// Header fields of one message.
  public static let maximumFieldCount = MessageLimits.standard.fields
  /// Bytes of a Request-URI; more is answered 414.
  public static let maximumURILength = MessageLimits.standard.uriBytes

  private let readsQuickly: Bool

  /// - Parameter readsQuickly: false reads plain messages like the others. It makes no difference
  ///   but in time, as tests and the fuzzer prove with it.
  public init(readsQuickly: Bool = true) { self.readsQuickly = readsQuickly }

  /// Parses one datagram; bytes behind the body are ignored (RFC 3261 section 18.3).
  public func parse(_ datagram: [UInt8]) throws(SIPParseError) -> SIPMessage {
    let result = datagram.withUnsafeBytes { bytes -> Result<SIPMessage, SIPParseError> in
      Result { () throws(SIPParseError) in try parse(bytes) }
    }
    return try result.get()
  }

  /// Parses one datagram; bytes behind the body are ignored (RFC 3261 section 18.3).
  public func parse(_ datagram: UnsafeRawBufferPointer) throws(SIPParseError) -> SIPMessage {
    if readsQuickly, let message = SIPMessage(quickly: datagram) { return message }
    let index = try MessageIndex(datagram)
    do throws(Refusal) {
      if let fault = index.fault { throw fault }
      switch index.startLine {
      case .brokenRequest: throw Refusal.malformed("Request Line")
      case .request(let method, let uri, let version):
        return .request(
          try request(method: method, uri: uri, version: version, index))
      case .response(let version, let status, let reason):
        return .response(
          try response(version: version, status: status, reason: reason, index))
      }
    } catch {
      throw index.error(for: error)
    }
  }

  private func request(
    method: String, uri: String, version: String, _ index: MessageIndex
  ) throws(Refusal) -> SIPRequest {
    guard version == "SIP/2.0" || version.uppercased() == "SIP/2.0" else {
      throw Refusal(StatusCode.versionNotSupported)
    }
    try check(requestURI: uri)
    do throws(Refusal) {
      try index.check(head: "\(method) \(uri) SIP/2.0")
      guard var target = SIPURI(uri), uri.utf8.allSatisfy({ $0 < 0x80 }) else {
        throw Refusal.malformed("Request-URI")
      }
      // Headers in a Request-URI mean nothing (RFC 3261 section 19.1.5).
      target.headers = []
      // It may grow when it is sent on, where escapes are missing.
      guard target.description.utf8.count <= Self.maximumURILength else { throw Refusal(414) }
      let headers = try index.headers()
      guard headers.cseq.method.rawValue == method else {
        throw Refusal.malformed("CSeq Method")
      }
      var request = SIPRequest(
        method: SIPMethod(rawValue: method), uri: target, headers: headers,
        body: try index.body())
      if headers.coverBody, case .session = request.body {
        request.coveredBody = Array(index.bytes[try index.bodyRange()])
      }
      return request
    } catch {
      // A method that nobody knows may bring syntax that libosip2 does not know.
      throw knownMethods.contains(method) || error.reason == "Bad CSeq Method"
        ? error : Refusal(StatusCode.notImplemented)
    }
  }

  private func check(requestURI uri: String) throws(Refusal) {
    guard uri.utf8.count <= Self.maximumURILength else {
      throw Refusal(414)
    }
    guard let colon = uri.firstIndex(of: ":"), hasWholeEscapes(uri),
      let scheme = SIPURI.Scheme(String(uri[..<colon]))
    else { throw Refusal.malformed("Request-URI") }
    if case .other = scheme { throw Refusal(StatusCode.unsupportedURIScheme) }
  }

  private func response(
    version: String, status: String, reason: String, _ index: MessageIndex
  ) throws(Refusal) -> SIPResponse {
    guard version == "SIP/2.0" || version.uppercased() == "SIP/2.0", status.utf8.count == 3,
      let code = Int(status),
      (100...699).contains(code)
    else { throw Refusal.malformed("Status Line") }
    try index.check(head: "SIP/2.0 \(code) \(StatusCode.reason(for: code))")
    return SIPResponse(
      status: code, reason: reason.onOneLine, headers: try index.headers(),
      body: try index.body())
  }
}

/// The methods of the standards; of others we claim nothing.
private let knownMethods: Set<String> = [
  "ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "PUBLISH",
  "REFER", "REGISTER", "SUBSCRIBE", "UPDATE",
]
