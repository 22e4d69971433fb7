internal import NodeContract
internal import Tenancy

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
      registrar: try registrar.map { text throws(InvalidField) in
        try TrunkText.uri(text, field: "account.registrar")
      })
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
