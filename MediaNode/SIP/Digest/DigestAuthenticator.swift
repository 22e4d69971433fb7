public import NodeContract

/// What the authenticator found.
public enum DigestVerdict: Hashable, Sendable {
  /// The sender knows the password of this user.
  case accepted(user: String)
  /// No usable credentials, or right ones whose nonce is used up: answer 401 with these fields.
  case challenge([HeaderField])
  /// Wrong password, unknown user, or another request's credentials: answer 403.
  case refused
}

/// The server's side of digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22).
///
/// A nonce is its instant of issue and an HMAC that binds it to source address and realm, so
/// challenges leave no state. Only the use of a nonce is noted, in a bounded table. A sender
/// without `qop` counts nothing, so it may use a nonce once.
public struct DigestAuthenticator: Sendable {
  private let hashing: any Hashing
  private let secret: [UInt8]
  private let nonceLifetime: Duration
  private var mint: NonceMint
  private var replays: ReplayTable

  /// - Parameters:
  ///   - secret: keys the nonces; 32 random bytes, new at each start.
  ///   - nonceLifetime: how long a nonce may be used.
  ///   - replayCapacity: how many used nonces are remembered; the oldest become stale first.
  public init(
    secret: [UInt8], hashing: any Hashing, nonceLifetime: Duration = .seconds(300),
    replayCapacity: Int = 20_000
  ) {
    self.secret = secret
    self.hashing = hashing
    self.nonceLifetime = nonceLifetime
    mint = NonceMint(secret: secret, hashing: hashing)
    replays = ReplayTable(capacity: replayCapacity)
  }

  /// Judges a request's Authorization. A challenge offers the algorithms for which the user in From
  /// has credentials, because some phones give up at a challenge with an algorithm that they do not
  /// know instead of taking the other (libre before 2.0, in Debian 12's baresip). Users that do not
  /// exist are offered all of them.
  ///
  /// - Parameter credentials: those of a user of this realm; nil when there is no such user.
  ///   Unknown users cost the same work as known ones.
  public mutating func judge(
    _ request: SIPRequest, over flow: Flow, realm: String, at now: BootInstant,
    credentials: (_ user: String) -> [DigestCredential]?
  ) -> DigestVerdict {
    let source = flow.remote.address
    let claim = claim(in: request, realm: realm)
    let offered = credentials(claim?.username ?? request.headers.from.uri.user ?? "")
    let algorithms = offered.map { $0.map(\.algorithm) } ?? DigestAlgorithm.allCases
    guard let claim else {
      return challenge(source, realm, algorithms, isStale: false, at: now)
    }
    let decoy = hexadecimal(hashing.hmacSHA256(key: secret, Array(claim.username.utf8)))
    let known = offered?.first { $0.algorithm == claim.algorithm }
    let expected = claim.expectedResponse(
      ha1: known?.ha1.lowercased() ?? decoy, method: request.method, hashing: hashing)
    let isRight = isEqual(Array(expected.utf8), Array(claim.response.utf8)) && known != nil
    guard let nonce = mint.issue(of: claim.nonce, from: source, realm: realm),
      nonce.duration(to: now) <= nonceLifetime
    else { return challenge(source, realm, algorithms, isStale: isRight, at: now) }
    guard isRight, claim.isMeant(for: request.uri) else { return .refused }
    guard replays.use(nonce, count: claim.quality?.count ?? .max) else {
      return challenge(source, realm, algorithms, isStale: true, at: now)
    }
    return .accepted(user: claim.username)
  }

  /// The first credentials for this realm that we understand; others may be for others.
  private func claim(in request: SIPRequest, realm: String) -> DigestCredentials? {
    request.headers.values(of: "Authorization").lazy
      .compactMap { DigestCredentials($0) }.first { $0.realm == realm }
  }

  /// One field per algorithm, the strongest first (RFC 8760 section 2.4).
  private mutating func challenge(
    _ source: IPAddress, _ realm: String, _ algorithms: [DigestAlgorithm], isStale: Bool,
    at now: BootInstant
  ) -> DigestVerdict {
    let nonce = mint.make(for: source, realm: realm, at: now)
    return .challenge(
      algorithms.map { algorithm in
        let challenge = DigestChallenge(
          realm: realm, nonce: nonce, algorithm: algorithm, isStale: isStale)
        return HeaderField("WWW-Authenticate", challenge.description)
      })
  }
}

extension DigestCredentials {
  /// Whether these were computed for this Request-URI: who takes them from the wire must not get
  /// another destination with them (RFC 7616 section 3.4.6). Parameters may change on the way.
  fileprivate func isMeant(for target: SIPURI) -> Bool {
    guard let meant = SIPURI(uri) else { return false }
    return meant.user == target.user && meant.host == target.host
      && (meant.port ?? 5060) == (target.port ?? 5060)
  }
}
