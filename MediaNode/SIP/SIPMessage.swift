/// A body as the core sees it: session descriptions are parsed at the edge.
public enum SIPBody: Hashable, Sendable {
  case none
  indirect case session(SessionDescription)
  /// `application/sdp` that does not parse.
  case malformedSession([UInt8])
  case other(contentType: String, bytes: [UInt8])
}

public struct SIPRequest: Hashable, Sendable {
  public var method: SIPMethod
  public var uri: SIPURI
  @CopyOnWrite public var headers: SIPHeaders
  public var body: SIPBody
  /// The body's bytes as they came, kept only where the request's credentials cover them
  /// (`qop=auth-int`) and `body` does not have them.
  public var coveredBody: [UInt8]?

  public init(method: SIPMethod, uri: SIPURI, headers: SIPHeaders, body: SIPBody = .none) {
    self.method = method
    self.uri = uri
    self.headers = headers
    self.body = body
  }
}

public struct SIPResponse: Hashable, Sendable {
  public var status: Int
  public var reason: String
  @CopyOnWrite public var headers: SIPHeaders
  public var body: SIPBody

  public init(status: Int, reason: String, headers: SIPHeaders, body: SIPBody = .none) {
    self.status = status
    self.reason = reason
    self.headers = headers
    self.body = body
  }
}

public enum SIPMessage: Hashable, Sendable {
  case request(SIPRequest)
  case response(SIPResponse)

  public var headers: SIPHeaders {
    switch self {
    case .request(let request): request.headers
    case .response(let response): response.headers
    }
  }
}
