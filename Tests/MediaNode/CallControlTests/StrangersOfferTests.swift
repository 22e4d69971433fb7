import NodeContract
import SIP
import TLS
import Testing

@testable import CallControl

@Suite("What a challenge tells of who exists")
struct StrangersOfferTests {
  /// A tenant of which every third extension has an old phone.
  private func accounts(extensions: Int = 90, revision: Int64 = 1) -> TenantAccounts {
    var snapshot = Fixture.snapshot
    snapshot.revision = revision
    snapshot.extensions = (0..<extensions).map { index in
      var entry = Fixture.entry("\(200 + index)", outside: nil)
      if index.isMultiple(of: 3) { entry.credentials.removeAll { $0.algorithm == .sha256 } }
      return entry
    }
    return DirectoryTenant(snapshot, hashing: OpenSSLHashing()).accounts
  }

  @Test("Nobody is offered what everybody is, in the same proportions")
  func strangersLookLikeExtensions() {
    let accounts = accounts()
    let offers = (5000..<6000).map { accounts.offerToStranger("\($0)") }
    let old = offers.count { $0 == [.md5] }
    #expect((280...390).contains(old), "\(old) of 1,000 strangers seem to have an old phone")
    #expect(offers.allSatisfy { $0 == [.md5] || $0 == [.sha256, .md5] })
  }

  @Test("A stranger is offered the same each time, whoever is hired meanwhile")
  func strangersKeepTheirOffer() {
    let (before, after) = (accounts(), accounts(extensions: 93, revision: 2))
    for name in (5000..<6000).map({ "\($0)" }) {
      #expect(before.offerToStranger(name) == after.offerToStranger(name))
    }
  }

  @Test("Where no extension has an old phone no stranger has one")
  func noOldPhones() {
    let accounts = DirectoryTenant(Fixture.snapshot, hashing: OpenSSLHashing()).accounts
    #expect((0..<100).allSatisfy { accounts.offerToStranger("\($0)") == [.sha256, .md5] })
    var empty = Fixture.snapshot
    empty.extensions = []
    let nobody = DirectoryTenant(empty, hashing: OpenSSLHashing()).accounts
    #expect(nobody.offerToStranger("101") == [.sha256, .md5])
  }

  @Test("An extension is found by its hashed name, and nobody by another's")
  func hashedNames() {
    let hashing = OpenSSLHashing()
    let accounts = DirectoryTenant(Fixture.snapshot, hashing: hashing).accounts
    let name = hashing.hashedUser("101", realm: Fixture.domain, algorithm: .sha256)
    #expect(accounts.user(hashed: name) == "101")
    #expect(accounts.user(hashed: "00" + name.dropFirst(2)) == nil)
    for text in ["", "+", "zz", "101", String(repeating: "f", count: 64)] {
      #expect(accounts.user(hashed: text) == nil)
    }
  }
}
