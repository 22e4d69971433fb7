/// `name=value` or `name` after a semicolon. Names compare without regard to case.
public struct SIPParameter: Hashable, Sendable {
  public var name: String
  /// Without quotes; nil where the parameter is a flag.
  public var value: String?

  public init(_ name: String, _ value: String? = nil) {
    self.name = name
    self.value = value
  }
}

/// The parameters of a URI or header field, in order.
public struct SIPParameters: Hashable, Sendable, ExpressibleByArrayLiteral {
  public var list: [SIPParameter]

  public init(_ list: [SIPParameter] = []) { self.list = list }
  public init(arrayLiteral elements: SIPParameter...) { list = elements }

  /// Whether a parameter of this name stands there, with a value or without.
  public func contains(_ name: String) -> Bool { index(of: name) != nil }

  /// The value of the first parameter of this name. Setting nil removes the parameter.
  public subscript(name: String) -> String? {
    get { index(of: name).flatMap { list[$0].value } }
    set {
      switch (index(of: name), newValue) {
      case (let index?, let value?): list[index].value = value
      case (let index?, nil): list.remove(at: index)
      case (nil, let value?): list.append(SIPParameter(name, value))
      case (nil, nil): break
      }
    }
  }

  private func index(of name: String) -> Int? {
    list.firstIndex { namesMatch($0.name, name) }
  }
}

/// A SIP or SIPS URI (RFC 3261 section 19.1), or another scheme kept as it came.
public struct SIPURI: Hashable, Sendable {
  public enum Scheme: Hashable, Sendable {
    case sip, sips, tel
    /// Lower case.
    case other(String)
  }

  public var scheme: Scheme
  /// Unescaped; for `tel` and other schemes all that follows the colon.
  public var user: String?
  /// A name or address, IPv6 without brackets, lower case; empty unless `sip` or `sips`.
  public var host: String
  public var port: UInt16?
  public var parameters: SIPParameters
  /// `?name=value` pairs.
  public var headers: [HeaderField]

  public init(
    scheme: Scheme = .sip, user: String? = nil, host: String, port: UInt16? = nil,
    parameters: SIPParameters = [], headers: [HeaderField] = []
  ) {
    self.scheme = scheme
    self.user = user
    self.host = host
    self.port = port
    self.parameters = parameters
    self.headers = headers
  }
}

/// `"Display name" <uri>;parameters`: From, To, Contact, Route, Record-Route.
public struct NameAddress: Hashable, Sendable {
  /// Without quotes.
  public var displayName: String?
  public var uri: SIPURI
  public var parameters: SIPParameters

  public init(displayName: String? = nil, uri: SIPURI, parameters: SIPParameters = []) {
    self.displayName = displayName
    self.uri = uri
    self.parameters = parameters
  }

  /// The dialog tag of From and To (RFC 3261 section 19.3).
  public var tag: String? {
    get { parameters["tag"] }
    set { parameters["tag"] = newValue }
  }
}
