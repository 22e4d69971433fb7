import NodeContract
import SIP
import TLS

/// A carrier that wants a password for what we send.
final class CarrierDoor: DigestAccounts {
  let realm: String
  private var authenticator: DigestAuthenticator
  private let users: [String: [DigestCredential]]
  /// 401 or 407.
  var status = 401
  /// What it wants one for.
  var methods: Set<SIPMethod> = [.invite, .bye, .register, .info]
  /// What it was shown, in order.
  private(set) var shown: [DigestCredentials] = []
  private(set) var challenges = 0
  private let lifetime: Duration

  init(
    realm: String = "carrier.example", user: String = "tandem", password: String = "open",
    algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases,
    nonceLifetime: Duration = .seconds(300)
  ) {
    self.realm = realm
    lifetime = nonceLifetime
    authenticator = DigestAuthenticator(
      secret: [9], hashing: OpenSSLHashing(), nonceLifetime: nonceLifetime)
    users = [
      user: Self.credentials(user, realm, password).filter { algorithms.contains($0.algorithm) }
    ]
  }

  static func credentials(_ user: String, _ realm: String, _ password: String)
    -> [DigestCredential]
  {
    DigestAlgorithm.allCases.map { algorithm in
      DigestCredential(
        algorithm: algorithm,
        ha1: OpenSSLHashing().ha1(algorithm, user: user, realm: realm, password: password))
    }
  }

  func credentials(of user: String) -> [DigestCredential]? { users[user] }
  func user(hashed name: String) -> String? { nil }
  func offerToStranger(_ user: String) -> [DigestAlgorithm] {
    DigestAlgorithm.allCases.filter { algorithm in
      users.values.contains { $0.contains { $0.algorithm == algorithm } }
    }
  }

  /// The answer for who may not pass; nil for who may.
  func refusal(of request: SIPRequest, over flow: Flow, at now: BootInstant) -> SIPResponse? {
    guard methods.contains(request.method) else { return nil }
    let field = status == 407 ? "Proxy-Authorization" : "Authorization"
    shown += request.headers.values(of: field).compactMap { DigestCredentials($0) }
    var plain = request
    plain.headers["Authorization"] = request.headers[field]
    switch authenticator.judge(plain, over: flow, accounts: self, at: now) {
    case .accepted: return nil
    case .refused: return request.response(403, toTag: "door")
    case .challenge(let fields):
      challenges += 1
      var response = request.response(status, toTag: "door")
      response.headers.others += fields.map {
        HeaderField(status == 407 ? "Proxy-Authenticate" : $0.name, $0.value)
      }
      return response
    }
  }
}
