public import NodeContract

/// What the authenticator found.
public enum DigestVerdict: Hashable, Sendable {
  /// The sender knows the password of this user.
  case accepted(user: String)
  /// No usable credentials, or right ones whose nonce is used up: answer 401 with these fields.
  case challenge([HeaderField])
  /// Wrong password, unknown user, or another request's credentials: answer 403. The nonce was
  /// good, so the sender does receive at its address.
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
  /// exist are offered something as well, and cost the same work.
  public mutating func judge(
    _ request: SIPRequest, over flow: Flow, accounts: some DigestAccounts, at now: BootInstant
  ) -> DigestVerdict {
    let source = flow.remote.address
    guard let claim = Claim(in: request, of: accounts, hashing) else {
      let user = request.headers.from.uri.user ?? ""
      return challenge(source, accounts, user, isStale: false, at: now)
    }
    let credentials = claim.credentials
    let isRight = isRight(claim, accounts, request)
    guard let nonce = mint.issue(of: credentials.nonce, from: source, realm: accounts.realm),
      nonce.duration(to: now) <= nonceLifetime
    else { return challenge(source, accounts, claim.user, isStale: isRight, at: now) }
    guard isRight, credentials.isMeant(for: request.uri) else { return .refused }
    guard replays.use(nonce, count: credentials.quality?.count ?? .max) else {
      return challenge(source, accounts, claim.user, isStale: true, at: now)
    }
    return .accepted(user: claim.user)
  }

  /// Whether the response is that of the user's password. One without an account is compared with
  /// a password that nobody has.
  private func isRight(_ claim: Claim, _ accounts: some DigestAccounts, _ request: SIPRequest)
    -> Bool
  {
    let decoy = hashing.hmacSHA256(key: secret, Array(claim.user.utf8)).hexadecimal
    let known = accounts.credentials(of: claim.user)?.first {
      $0.algorithm == claim.credentials.algorithm
    }
    let expected = claim.credentials.expectedResponse(
      ha1: known?.ha1.lowercased() ?? decoy, method: request.method, body: claim.body,
      hashing: hashing)
    return isEqual(Array(expected.utf8), Array(claim.credentials.response.utf8)) && known != nil
  }

  /// One field per algorithm, the strongest first (RFC 8760 section 2.4).
  private mutating func challenge(
    _ source: IPAddress, _ accounts: some DigestAccounts, _ user: String, isStale: Bool,
    at now: BootInstant
  ) -> DigestVerdict {
    let nonce = mint.make(for: source, realm: accounts.realm, at: now)
    let offer = accounts.offer(to: user, having: accounts.credentials(of: user))
    return .challenge(
      offer.map { algorithm in
        // Phones of the old algorithm may know nothing newer than it.
        let isNew = algorithm != .md5
        let challenge = DigestChallenge(
          realm: accounts.realm, nonce: nonce, algorithm: algorithm, offersIntegrity: isNew,
          takesHashedUsers: isNew, isStale: isStale)
        return HeaderField("WWW-Authenticate", challenge.description)
      })
  }
}

/// The credentials that a request brought for our realm.
private struct Claim {
  let credentials: DigestCredentials
  /// In clear, also where it came hashed; empty when the hash is nobody's.
  let user: String
  /// What `auth-int` covers.
  let body: [UInt8]

  /// The first credentials for this realm that we understand; others may be for others.
  init?(in request: SIPRequest, of accounts: some DigestAccounts, _ hashing: any Hashing) {
    let found = request.headers.values(of: "Authorization").lazy
      .compactMap { DigestCredentials($0) }.first { $0.realm == accounts.realm }
    guard let found else { return nil }
    credentials = found
    user = found.hasHashedUser ? Self.user(behind: found, accounts, hashing) : found.username
    guard found.quality?.protection == .integrity else {
      body = []
      return
    }
    guard let bytes = request.bytesOfBody else { return nil }
    body = bytes
  }

  private static func user(
    behind credentials: DigestCredentials, _ accounts: some DigestAccounts, _ hashing: any Hashing
  ) -> String {
    let user = accounts.user(hashed: credentials.username) ?? ""
    let hash = hashing.hashedUser(
      user, realm: accounts.realm, algorithm: credentials.algorithm)
    return isEqual(Array(hash.utf8), Array(credentials.username.utf8)) ? user : ""
  }
}

extension SIPRequest {
  /// Nil where a session was parsed and its text is not kept.
  var bytesOfBody: [UInt8]? {
    if let coveredBody { return coveredBody }
    return switch body {
    case .none: []
    case .other(_, let bytes), .malformedSession(let bytes): bytes
    case .session: nil
    }
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
