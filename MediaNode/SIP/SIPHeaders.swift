/// Any header field as its name and unparsed value.
public struct HeaderField: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension HeaderField {
  public func isNamed(_ other: String) -> Bool { namesMatch(name, other) }
}

/// Names compare without regard to case (RFC 3261 section 7.3.1). Asked for every field of every
/// message, so it makes no copies.
func namesMatch(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  return left == right || zip(left.utf8, right.utf8).allSatisfy { $0.lowerCase == $1.lowerCase }
}

extension UInt8 {
  fileprivate var lowerCase: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}

/// One Via (RFC 3261 section 20.42).
public struct Via: Hashable, Sendable {
  /// `UDP`, `TCP`, `TLS`; upper case.
  public var transport: String
  /// `sent-by`: IPv6 without brackets.
  public var host: String
  public var port: UInt16?
  public var parameters: SIPParameters

  public init(
    transport: String, host: String, port: UInt16? = nil, parameters: SIPParameters = []
  ) {
    self.transport = transport
    self.host = host
    self.port = port
    self.parameters = parameters
  }

  /// What every branch of RFC 3261 begins with (section 8.1.1.7).
  public static let magicCookie = "z9hG4bK"

  public var branch: String? {
    get { parameters["branch"] }
    set { parameters["branch"] = newValue }
  }
}

/// `CSeq: number method` (RFC 3261 section 20.16).
public struct CSeq: Hashable, Sendable {
  public var number: UInt32
  public var method: SIPMethod

  public init(_ number: UInt32, _ method: SIPMethod) {
    self.number = number
    self.method = method
  }
}

/// Contact fields: addresses, or the `*` of a REGISTER that removes them all.
public enum ContactList: Hashable, Sendable {
  case addresses([NameAddress])
  case wildcard

  /// Empty for the wildcard.
  public var addresses: [NameAddress] {
    switch self {
    case .addresses(let list): list
    case .wildcard: []
    }
  }
}

/// The header fields that every request and response needs, parsed; the others as text.
public struct SIPHeaders: Hashable, Sendable {
  /// Topmost first.
  public var vias: [Via]
  public var from: NameAddress
  public var to: NameAddress
  public var callID: String
  public var cseq: CSeq
  public var maxForwards: Int?
  public var contacts: ContactList
  public var routes: [NameAddress]
  public var recordRoutes: [NameAddress]
  /// Everything else in its order; Content-Type and Content-Length come from the body.
  public var others: [HeaderField]

  public init(
    vias: [Via], from: NameAddress, to: NameAddress, callID: String, cseq: CSeq,
    maxForwards: Int? = nil, contacts: ContactList = .addresses([]), routes: [NameAddress] = [],
    recordRoutes: [NameAddress] = [], others: [HeaderField] = []
  ) {
    self.vias = vias
    self.from = from
    self.to = to
    self.callID = callID
    self.cseq = cseq
    self.maxForwards = maxForwards
    self.contacts = contacts
    self.routes = routes
    self.recordRoutes = recordRoutes
    self.others = others
  }

  /// The values of all fields of this name among `others`, without regard to case.
  public func values(of name: String) -> [String] {
    others.filter { $0.isNamed(name) }.map(\.value)
  }

  /// The first value of this name among `others`. Setting replaces all of them; nil removes them.
  public subscript(name: String) -> String? {
    get { others.first { $0.isNamed(name) }?.value }
    set {
      others.removeAll { $0.isNamed(name) }
      if let newValue { others.append(HeaderField(name, newValue)) }
    }
  }
}
