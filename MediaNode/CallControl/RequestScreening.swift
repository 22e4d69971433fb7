import NodeContract
import SIP

/// What can be said of a request before anybody asks whose it is (RFC 3261 section 8.2).
struct RequestScreening {
  struct Refusal: Hashable {
    let status: Int
    var headers: [HeaderField] = []
  }

  let limits: ExchangeLimits

  /// Nil: nothing stands against it.
  func refusal(of request: SIPRequest) -> Refusal? {
    refusalOfMethod(request.method) ?? refusalOfSize(request) ?? refusalOfURI(request)
      ?? refusalOfExtensions(request) ?? refusalOfInterval(request) ?? refusalOfBody(request)
      ?? refusalOfAccept(request)
  }

  private func refusalOfMethod(_ method: SIPMethod) -> Refusal? {
    guard !Capabilities.methods.contains(method) else { return nil }
    let isKnown = Capabilities.knownMethods.contains(method.rawValue)
    return Refusal(status: isKnown ? StatusCode.methodNotAllowed : StatusCode.notImplemented)
  }

  private func refusalOfSize(_ request: SIPRequest) -> Refusal? {
    let headers = request.headers
    let fits =
      !headers.callID.isEmpty && fits(headers.callID) && fits(headers.from.tag)
      && fits(headers.to.tag) && fits(headers.vias.first?.branch)
    return fits ? nil : Refusal(status: StatusCode.badRequest)
  }

  private func fits(_ text: String?) -> Bool { (text?.utf8.count ?? 0) <= limits.textBytes }

  private func refusalOfURI(_ request: SIPRequest) -> Refusal? {
    switch (request.uri.scheme, request.headers.to.uri.scheme) {
    case (.other, _): Refusal(status: StatusCode.unsupportedURIScheme)
    // Nobody's address of record is of another scheme (section 10.3).
    case (_, .other) where request.method == .register: Refusal(status: StatusCode.notFound)
    default: nil
    }
  }

  /// Names what a peer requires and we do not have (section 8.2.2.3).
  private func refusalOfExtensions(_ request: SIPRequest) -> Refusal? {
    let headers = request.headers
    let known = Capabilities.extensions(of: request.method)
    let required = (headers.values(of: "Require") + headers.values(of: "Proxy-Require"))
      .flatMap { headerElements(of: $0) }.filter { !known.contains($0.lowercased()) }
    guard !required.isEmpty else { return nil }
    let unsupported = HeaderField("Unsupported", required.joined(separator: ", "))
    return Refusal(status: StatusCode.badExtension, headers: [unsupported])
  }

  /// Who knows session timers is told of too short ones (RFC 4028 section 9).
  private func refusalOfInterval(_ request: SIPRequest) -> Refusal? {
    guard request.method.isOffering, let asked = request.headers.sessionExpires,
      asked.seconds < limits.shortestSessionSeconds,
      request.headers.lists("timer", in: "Supported")
    else { return nil }
    let shortest = HeaderField("Min-SE", "\(limits.shortestSessionSeconds)")
    return Refusal(status: StatusCode.sessionIntervalTooSmall, headers: [shortest])
  }

  private func refusalOfBody(_ request: SIPRequest) -> Refusal? {
    guard request.method.isOffering || request.method == .prack else { return nil }
    switch request.body {
    case .none, .session: return nil
    case .malformedSession: return Refusal(status: StatusCode.badRequest)
    case .other:
      let accept = HeaderField("Accept", Capabilities.accept)
      return Refusal(status: StatusCode.unsupportedMediaType, headers: [accept])
    }
  }

  /// All that we could send back describes a session (section 20.1: without the field that is
  /// what is wanted).
  private func refusalOfAccept(_ request: SIPRequest) -> Refusal? {
    guard request.method == .invite else { return nil }
    let accepted = request.headers.values(of: "Accept").flatMap { $0.split(separator: ",") }
      .map { range in
        range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
      }
    guard !accepted.isEmpty,
      accepted.allSatisfy({ !["application/sdp", "application/*", "*/*"].contains($0) })
    else { return nil }
    return Refusal(status: StatusCode.notAcceptable)
  }
}
