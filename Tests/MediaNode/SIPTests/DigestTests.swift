import NodeContract
import SIP
import TLS
import Testing

@Suite struct DigestTests {
  private let hashing = OpenSSLHashing()
  private let realm = "demo.tandem.test"

  /// RFC 7616 section 3.9.1.
  @Test(arguments: [
    (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
    (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
  ])
  func theExamplesOfRFC7616ComeOut(algorithm: DigestAlgorithm, response: String) {
    let challenge = DigestChallenge(
      realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
      opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm: algorithm)
    let credentials = challenge.credentials(
      user: "Mufasa",
      ha1: hashing.ha1(
        algorithm, user: "Mufasa", realm: challenge.realm, password: "Circle of Life"),
      method: SIPMethod(rawValue: "GET"), uri: "/dir/index.html",
      clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", hashing: hashing)
    #expect(credentials.response == response)
    #expect(DigestCredentials(credentials.description) == credentials)
    #expect(DigestChallenge(challenge.description) == challenge)
  }

  /// RFC 2617 section 3.5.
  @Test func theExampleOfRFC2617ComesOut() throws {
    let challenge = try #require(
      DigestChallenge(
        #"Digest realm="testrealm@host.com", qop="auth,auth-int", "#
          + #"nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#
      ))
    #expect(challenge.algorithm == .md5)
    let credentials = challenge.credentials(
      user: "Mufasa",
      ha1: hashing.ha1(.md5, user: "Mufasa", realm: challenge.realm, password: "Circle Of Life"),
      method: SIPMethod(rawValue: "GET"), uri: "/dir/index.html", clientNonce: "0a4f113b",
      hashing: hashing)
    #expect(credentials.response == "6629fae49393a05397450978507c4ef1")
  }

  @Test(arguments: DigestAlgorithm.allCases)
  func thePasswordOpensTheDoorOnceForEachCount(algorithm: DigestAlgorithm) throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: algorithm, by: &authenticator)
    #expect(!challenge.isStale)
    #expect(try judge(challenge, count: 1, by: &authenticator) == .accepted(user: "101"))
    #expect(try judge(challenge, count: 3, by: &authenticator) == .accepted(user: "101"))
    #expect(try judge(challenge, count: 2, by: &authenticator) == .accepted(user: "101"))
    for count: UInt32 in 1...3 {
      #expect(isStale(try judge(challenge, count: count, by: &authenticator)))
    }
  }

  @Test func theStrongestAlgorithmIsOfferedFirst() {
    var authenticator = makeAuthenticator()
    guard case .challenge(let fields) = judge(nil, by: &authenticator) else {
      Issue.record("no challenge")
      return
    }
    #expect(fields.map(\.name) == ["WWW-Authenticate", "WWW-Authenticate"])
    #expect(fields.compactMap { DigestChallenge($0.value)?.algorithm } == [.sha256, .md5])
  }

  @Test func aWrongPasswordAndAnUnknownUserAreRefusedAlike() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .sha256, by: &authenticator)
    #expect(try judge(challenge, password: "wrong", by: &authenticator) == .refused)
    #expect(try judge(challenge, user: "999", by: &authenticator) == .refused)
    #expect(try judge(challenge, by: &authenticator) == .accepted(user: "101"))
  }

  @Test func credentialsForAnotherDestinationAreRefused() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .sha256, by: &authenticator)
    #expect(try judge(challenge, uri: "sip:+449@demo.tandem.test", by: &authenticator) == .refused)
    #expect(
      try judge(challenge, uri: "sip:102@demo.tandem.test:5060;x=y", by: &authenticator)
        == .accepted(user: "101"))
  }

  @Test func anOldNonceIsStaleOnlyForThoseWhoKnowThePassword() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .md5, by: &authenticator)
    #expect(isStale(try judge(challenge, time: 300_001, by: &authenticator)))
    let wrong = try judge(challenge, password: "wrong", time: 300_001, by: &authenticator)
    #expect(!isStale(wrong) && wrong != .refused)
    #expect(try judge(challenge, time: 300_000, by: &authenticator) == .accepted(user: "101"))
  }

  @Test func aNonceIsGoodForItsAddressAndMakerOnly() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .md5, by: &authenticator)
    #expect(isStale(try judge(challenge, from: 0xC000_0209, by: &authenticator)))
    var other = DigestAuthenticator(secret: [2], hashing: hashing)
    #expect(isStale(try judge(challenge, by: &other)))
  }

  @Test func anOldPhoneWithoutCountsMayUseANonceOnce() throws {
    var authenticator = makeAuthenticator()
    var challenge = try challenge(of: .md5, by: &authenticator)
    challenge.offersAuth = false
    #expect(try judge(challenge, by: &authenticator) == .accepted(user: "101"))
    #expect(isStale(try judge(challenge, by: &authenticator)))
  }

  @Test func aForgottenNonceCannotBeUsedAgain() throws {
    var authenticator = DigestAuthenticator(
      secret: [1], hashing: hashing, replayCapacity: 2)
    let challenges = try (0..<3).map { _ in try challenge(of: .md5, by: &authenticator) }
    for challenge in challenges {
      #expect(try judge(challenge, by: &authenticator) == .accepted(user: "101"))
    }
    for challenge in challenges {
      #expect(isStale(try judge(challenge, by: &authenticator)))
    }
  }

  @Test(arguments: [
    "Basic abc", "Digest", "Digest realm=", "Digest username=\"101\"",
    #"Digest username="101", realm="demo.tandem.test", nonce="x", uri="sip:h", response="0", "#
      + #"algorithm=SHA-512-256"#,
    #"Digest username="101", realm="demo.tandem.test", nonce="x", uri="sip:h", response="0", "#
      + #"qop=auth-conf, nc=00000001, cnonce="c""#,
    #"Digest username="101", realm="elsewhere", nonce="x", uri="sip:h", response="0""#,
    #"Digest username="101", realm="demo.tandem.test", nonce="x", uri="sip:h", response="0\"0""#,
    #"Digest username="101", realm="demo.tandem.test", nonce="x", uri="sip:h", response="0", "#
      + #"qop=auth, nc=1, cnonce="c""#,
  ])
  func credentialsThatWeCannotReadAreChallenged(text: String) {
    var authenticator = makeAuthenticator()
    var request = Sample.request(.invite)
    request.headers["Authorization"] = text
    guard case .challenge = judge(request, by: &authenticator) else {
      Issue.record("not challenged")
      return
    }
  }

  @Test func credentialsForOthersStandBesideOurs() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .sha256, by: &authenticator)
    var request = answer(challenge)
    request.headers.others.insert(HeaderField("authorization", "NoOneKnows x=\"y\""), at: 0)
    #expect(judge(request, by: &authenticator) == .accepted(user: "101"))
  }

  @Test func aUserMayHideItsName() throws {
    var authenticator = makeAuthenticator()
    let challenge = try challenge(of: .sha256, by: &authenticator)
    #expect(challenge.takesHashedUsers)
    var request = answer(challenge)
    var credentials = try #require(
      request.headers["Authorization"].flatMap { DigestCredentials($0) })
    credentials.username = hashing.hashedUser("101", realm: realm, algorithm: .sha256)
    credentials.hasHashedUser = true
    request.headers["Authorization"] = credentials.description
    #expect(judge(request, by: &authenticator) == .accepted(user: "101"))
    credentials.username = hashing.hashedUser("102", realm: realm, algorithm: .sha256)
    request.headers["Authorization"] = credentials.description
    #expect(judge(request, by: &authenticator) == .refused)
  }

  @Test func credentialsThatCoverTheBodyHoldForThatBodyOnly() throws {
    var authenticator = makeAuthenticator()
    var challenge = try challenge(of: .sha256, by: &authenticator)
    #expect(challenge.offersIntegrity)
    challenge.offersAuth = false
    let body = Array("v=0".utf8)
    func request(count: UInt32, sending bytes: [UInt8]) -> SIPRequest {
      var request = Sample.request(.invite)
      request.body = .other(contentType: "text/plain", bytes: bytes)
      request.headers["Authorization"] =
        challenge.credentials(
          user: "101",
          ha1: hashing.ha1(.sha256, user: "101", realm: realm, password: "secret"),
          method: .invite, uri: "sip:102@demo.tandem.test", clientNonce: "c", count: count,
          body: body, hashing: hashing
        ).description
      return request
    }
    #expect(judge(request(count: 1, sending: body), by: &authenticator) == .accepted(user: "101"))
    #expect(judge(request(count: 2, sending: [1]), by: &authenticator) == .refused)
    var parsed = request(count: 3, sending: body)
    parsed.body = .session(
      SessionDescription(
        origin: SessionOrigin(sessionID: 1, version: 1, address: .v4(1)), connection: nil,
        media: []))
    guard case .challenge = judge(parsed, by: &authenticator) else {
      Issue.record("nobody can say whether that was the body")
      return
    }
    parsed.coveredBody = body
    #expect(judge(parsed, by: &authenticator) == .accepted(user: "101"))
  }

  private func makeAuthenticator() -> DigestAuthenticator {
    DigestAuthenticator(secret: [1], hashing: hashing)
  }

  private func challenge(
    of algorithm: DigestAlgorithm, by authenticator: inout DigestAuthenticator
  ) throws -> DigestChallenge {
    guard case .challenge(let fields) = judge(nil, by: &authenticator) else {
      throw DigestTestError.noChallenge
    }
    return try #require(
      fields.compactMap { DigestChallenge($0.value) }.first { $0.algorithm == algorithm })
  }

  private func judge(
    _ challenge: DigestChallenge, user: String = "101", password: String = "secret",
    uri: String = "sip:102@demo.tandem.test", count: UInt32 = 1, from address: UInt32 = 0xC000_0207,
    time: Int64 = 0, by authenticator: inout DigestAuthenticator
  ) throws -> DigestVerdict {
    judge(
      answer(challenge, user: user, password: password, uri: uri, count: count), from: address,
      time: time, by: &authenticator)
  }

  private func judge(
    _ request: SIPRequest?, from address: UInt32 = 0xC000_0207, time: Int64 = 0,
    by authenticator: inout DigestAuthenticator
  ) -> DigestVerdict {
    var flow = Sample.flow()
    flow.remote.address = .v4(address)
    return authenticator.judge(
      request ?? Sample.request(.invite), over: flow, accounts: accounts, at: at(time))
  }

  /// One user, 101, whose password is `secret`.
  private var accounts: SampleAccounts {
    SampleAccounts(
      realm: realm,
      users: [
        "101": DigestAlgorithm.allCases.map {
          DigestCredential(
            algorithm: $0, ha1: hashing.ha1($0, user: "101", realm: realm, password: "secret"))
        }
      ])
  }

  private func answer(
    _ challenge: DigestChallenge, user: String = "101", password: String = "secret",
    uri: String = "sip:102@demo.tandem.test", count: UInt32 = 1
  ) -> SIPRequest {
    let ha1 = hashing.ha1(
      challenge.algorithm, user: user, realm: challenge.realm, password: password)
    var request = Sample.request(.invite)
    request.headers["Authorization"] =
      challenge.credentials(
        user: user, ha1: ha1, method: .invite, uri: uri, clientNonce: "c", count: count,
        hashing: hashing
      ).description
    return request
  }

  private func isStale(_ verdict: DigestVerdict) -> Bool {
    guard case .challenge(let fields) = verdict else { return false }
    return fields.allSatisfy { DigestChallenge($0.value)?.isStale == true }
  }
}

private enum DigestTestError: Error {
  case noChallenge
}

/// A table of users; strangers are offered everything.
struct SampleAccounts: DigestAccounts {
  let realm: String
  var users: [String: [DigestCredential]] = [:]

  func credentials(of user: String) -> [DigestCredential]? { users[user] }

  /// Whoever it may be: the authenticator checks.
  func user(hashed name: String) -> String? { users.keys.first }

  func offerToStranger(_ user: String) -> [DigestAlgorithm] { DigestAlgorithm.allCases }
}
