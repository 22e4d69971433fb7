import NodeContract
import SIP
import TLS
import Testing

@Suite("What a challenge offers")
struct DigestOfferTests {
  private func offered(to credentials: [DigestCredential]?) throws -> [DigestAlgorithm] {
    var authenticator = DigestAuthenticator(
      secret: [UInt8](repeating: 7, count: 32), hashing: OpenSSLHashing())
    let verdict = authenticator.judge(
      Sample.request(.register), over: Sample.flow(),
      accounts: SampleAccounts(
        realm: "demo.tandem.test", users: credentials.map { ["101": $0] } ?? [:]),
      at: at(0))
    guard case .challenge(let fields) = verdict else { return [] }
    return try fields.map { try #require(DigestChallenge($0.value)).algorithm }
  }

  private func credential(_ algorithm: DigestAlgorithm) -> DigestCredential {
    DigestCredential(algorithm: algorithm, ha1: "00")
  }

  @Test("A phone is offered what its extension has credentials for, the strongest first")
  func offersWhatTheExtensionHas() throws {
    #expect(try offered(to: [credential(.sha256), credential(.md5)]) == [.sha256, .md5])
    #expect(try offered(to: [credential(.md5)]) == [.md5])
    #expect(try offered(to: [credential(.sha256)]) == [.sha256])
  }

  @Test("Nobody is offered what everybody is")
  func unknownUsersAreOfferedEverything() throws {
    #expect(try offered(to: nil) == [.sha256, .md5])
  }
}
