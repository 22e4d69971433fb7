public import NodeContract
public import Tenancy

/// Who we are at a carrier, as somebody says.
public struct NewTrunkAccount: Sendable {
  public var username: String
  /// The realm of the carrier's challenges.
  public var realm: String
  public var password: String
  /// Where to register, `sip:carrier.example.net`; `nil`: nowhere.
  public var registrar: String?

  public init(username: String, realm: String, password: String, registrar: String? = nil) {
    self.username = username
    self.realm = realm
    self.password = password
    self.registrar = registrar
  }

  /// Its password becomes hashes for this user and realm.
  func account() throws(InvalidField) -> TrunkAccount {
    TrunkAccount(
      username: try TrunkText.word(username, field: "account.username", limit: 64),
      realm: try TrunkText.line(realm, field: "account.realm", limit: 128),
      credentials: try SIPPassword(of: password, field: "account.password")
        .credentials(of: username, realm: realm, by: DigestAlgorithm.allCases),
      registrar: try registrar.map { text throws(InvalidField) in try Self.registrar(text) })
  }

  private static func registrar(_ text: String) throws(InvalidField) -> String {
    let field = "account.registrar"
    let uri = try TrunkText.word(text, field: field, limit: 255)
    guard uri.hasPrefix("sip:"), uri.utf8.count > 4 else {
      throw InvalidField(field, .malformed(expected: "a SIP URI: sip:carrier.example.net"))
    }
    return uri
  }
}

/// Who a carrier is that calls from anywhere, as somebody says.
public struct NewTrunkVisitor: Sendable {
  public var username: String
  public var password: String

  public init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  /// The realm is our address': see `TrunkVisitor`.
  func visitor(at address: AddressName) throws(InvalidField) -> TrunkVisitor {
    TrunkVisitor(
      username: try TrunkText.word(username, field: "visitor.username", limit: 64),
      credentials: try SIPPassword(chosen: password, field: "visitor.password")
        .credentials(of: username, realm: address.text, by: DigestAlgorithm.allCases))
  }
}

/// What a trunk's profile is to be; `nil` leaves a part as it is.
public struct TrunkProfileChanges: Sendable {
  public var isTrusted: Bool?
  public var identity: String?
  public var forwarding: String?

  public init(isTrusted: Bool? = nil, identity: String? = nil, forwarding: String? = nil) {
    self.isTrusted = isTrusted
    self.identity = identity
    self.forwarding = forwarding
  }

  func applied(to profile: TrunkProfile) throws(InvalidField) -> TrunkProfile {
    var profile = profile
    if let isTrusted { profile.isTrusted = isTrusted }
    if let identity {
      profile.identity = try TrunkText.form(identity, field: "profile.identity")
    }
    if let forwarding {
      profile.forwarding = try TrunkText.form(forwarding, field: "profile.forwarding")
    }
    return profile
  }
}

/// Texts that end up in SIP header fields.
private enum TrunkText {
  /// Printable ASCII without spaces and what would end a quoted string or a user name.
  static func word(_ text: String, field: String, limit: Int) throws(InvalidField) -> String {
    guard !text.utf8.contains(UInt8(ascii: " ")) else {
      throw InvalidField(field, .malformed(expected: "one word"))
    }
    return try line(text, field: field, limit: limit)
  }

  static func line(_ text: String, field: String, limit: Int) throws(InvalidField) -> String {
    guard !text.isEmpty else { throw InvalidField(field, .empty) }
    guard text.utf8.count <= limit else { throw InvalidField(field, .tooLong(limit: limit)) }
    guard text.utf8.allSatisfy({ (32...126).contains($0) && !"\"\\<>".utf8.contains($0) }) else {
      throw InvalidField(field, .malformed(expected: "printable, without quotes and brackets"))
    }
    return text
  }

  static func form<Form: RawRepresentable & CaseIterable>(
    _ text: String, field: String
  ) throws(InvalidField) -> Form where Form.RawValue == String {
    guard let form = Form(rawValue: text) else {
      let words = Form.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField(field, .malformed(expected: "one of \(words)"))
    }
    return form
  }
}
